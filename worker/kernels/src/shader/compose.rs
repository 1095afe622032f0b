//! A small preprocessor for WGSL.
//!
//! WGSL has no modules and no conditional compilation, so lines that begin with `#` add them:
//!
//! - `#import name` inserts a shared module, once.
//! - `#ifdef NAME`, `#ifndef NAME`, `#else`, `#endif` keep or drop lines, and may be nested.
//! - `#repeat i COUNT` ... `#end` repeats lines with `$i` replaced by 0, 1, ... `COUNT` is a constant's name or a
//!   number. Unlike a loop, it lets compilers keep what `$i` selects in registers.
//!
//! Constants become `const NAME = 1u;` lines at the top.

use std::collections::HashSet;

/// A mistake in a shader's directives.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// `#import` of something that does not exist.
    #[error("there is no shader module named {0}")]
    UnknownModule(String),
    /// A line that begins with `#` and says nothing known.
    #[error("unknown shader directive: {0}")]
    UnknownDirective(String),
    /// `#repeat` without a count.
    #[error("a shader repeats something {0:?} times, which is no number")]
    UnknownCount(String),
    /// `#else`, `#endif` or `#end` without a beginning, or a beginning without an end.
    #[error("a shader's directives are not nested properly")]
    Unbalanced,
}

/// What a permutation of a shader is made of.
pub(super) struct Recipe<'a> {
    pub(super) defines: &'a [&'static str],
    pub(super) constants: &'a [(&'static str, u32)],
    /// Finds the text of an imported module.
    pub(super) module: fn(&str) -> Option<&'static str>,
}

/// Composes `source` to plain WGSL.
pub(super) fn compose(source: &str, recipe: &Recipe<'_>) -> Result<String, ComposeError> {
    let constants = recipe.constants.iter().map(|(name, value)| format!("const {name} = {value}u;\n"));
    let mut composer = Composer { recipe, imported: HashSet::new(), out: constants.collect() };
    composer.append(&source.lines().collect::<Vec<_>>())?;
    Ok(composer.out)
}

struct Composer<'a> {
    recipe: &'a Recipe<'a>,
    imported: HashSet<String>,
    out: String,
}

impl Composer<'_> {
    fn append(&mut self, lines: &[&str]) -> Result<(), ComposeError> {
        // One entry per open `#ifdef`: whether its lines are kept.
        let mut kept: Vec<bool> = Vec::new();
        let mut at = 0;
        while let Some(&line) = lines.get(at) {
            at += 1;
            let mut directive = line.split_whitespace();
            let is_kept = kept.iter().all(|&kept| kept);
            match (directive.next(), directive.next(), directive.next()) {
                (Some("#ifdef"), Some(name), None) => kept.push(self.recipe.defines.contains(&name)),
                (Some("#ifndef"), Some(name), None) => kept.push(!self.recipe.defines.contains(&name)),
                (Some("#else"), None, None) => {
                    let last = kept.last_mut().ok_or(ComposeError::Unbalanced)?;
                    *last = !*last;
                }
                (Some("#endif"), None, None) => drop(kept.pop().ok_or(ComposeError::Unbalanced)?),
                (Some("#import"), Some(name), None) if is_kept => self.import(name)?,
                (Some("#repeat"), Some(name), Some(count)) => {
                    let body = body_of_repeat(lines.get(at..).unwrap_or_default())?;
                    at += body.len() + 1;
                    if is_kept {
                        self.repeat(body, name, count)?;
                    }
                }
                (Some(word), ..) if is_kept && word.starts_with('#') => {
                    return Err(ComposeError::UnknownDirective(line.trim().to_owned()));
                }
                _ if is_kept => self.out.extend([line, "\n"]),
                _ => {}
            }
        }
        if kept.is_empty() { Ok(()) } else { Err(ComposeError::Unbalanced) }
    }

    fn import(&mut self, name: &str) -> Result<(), ComposeError> {
        if !self.imported.insert(name.to_owned()) {
            return Ok(());
        }
        let source =
            (self.recipe.module)(name).ok_or_else(|| ComposeError::UnknownModule(name.to_owned()))?;
        self.append(&source.lines().collect::<Vec<_>>())
    }

    fn repeat(&mut self, body: &[&str], name: &str, count: &str) -> Result<(), ComposeError> {
        let constant =
            self.recipe.constants.iter().find(|(known, _)| *known == count).map(|&(_, value)| value);
        let count = constant
            .or_else(|| count.parse().ok())
            .ok_or_else(|| ComposeError::UnknownCount(count.to_owned()))?;
        let variable = format!("${name}");
        for index in 0..count {
            let text = body.join("\n").replace(&variable, &index.to_string());
            self.append(&text.lines().collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

/// The lines up to the `#end` that belongs to a `#repeat` just before `lines`.
fn body_of_repeat<'a, 'b>(lines: &'b [&'a str]) -> Result<&'b [&'a str], ComposeError> {
    let mut depth = 1;
    for (at, line) in lines.iter().enumerate() {
        match line.split_whitespace().next() {
            Some("#repeat") => depth += 1,
            Some("#end") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return lines.get(..at).ok_or(ComposeError::Unbalanced);
        }
    }
    Err(ComposeError::Unbalanced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(source: &str) -> Result<String, ComposeError> {
        let module = |name: &str| match name {
            "a" => Some("#import b\nfrom a"),
            "b" => Some("from b"),
            _ => None,
        };
        compose(source, &Recipe { defines: &["YES"], constants: &[("TWO", 2)], module })
    }

    #[test]
    fn conditions_nest() {
        let source = "#ifdef YES\n1\n#ifdef NO\n2\n#else\n3\n#endif\n#else\n4\n#endif\n#ifndef NO\n5\n#endif";
        assert_eq!(composed(source).unwrap(), "const TWO = 2u;\n1\n3\n5\n");
    }

    #[test]
    fn a_module_comes_once() {
        assert_eq!(
            composed("#import a\n#import b\nmine").unwrap(),
            "const TWO = 2u;\nfrom b\nfrom a\nmine\n"
        );
    }

    #[test]
    fn repetitions_nest_and_count() {
        let source = "#repeat i TWO\n#repeat j 3\n$i$j\n#end\n#end";
        assert_eq!(composed(source).unwrap(), "const TWO = 2u;\n00\n01\n02\n10\n11\n12\n");
    }

    #[test]
    fn mistakes_are_named() {
        use ComposeError::{Unbalanced, UnknownCount, UnknownDirective, UnknownModule};
        assert_eq!(composed("#import c"), Err(UnknownModule("c".to_owned())));
        assert_eq!(composed("#include a"), Err(UnknownDirective("#include a".to_owned())));
        assert_eq!(composed("#repeat i FOUR\n#end"), Err(UnknownCount("FOUR".to_owned())));
        for source in ["#endif", "#else", "#ifdef YES", "#repeat i 2\nx"] {
            assert_eq!(composed(source), Err(Unbalanced), "{source}");
        }
    }
}
