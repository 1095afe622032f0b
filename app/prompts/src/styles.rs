//! Presets that are laid around a prompt.

use serde::{Deserialize, Serialize};

/// Where a style's prompt takes the person's own words.
pub const SUBJECT: &str = "{prompt}";

const LONGEST_NAME: usize = 60;
const LONGEST_TEXT: usize = 4000;
const MOST_STYLES: usize = 500;

/// One preset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Style {
    /// Its name, unique among the styles.
    pub name: String,
    /// Words around the prompt, which stands where [`SUBJECT`] is, or before them when that is missing.
    #[serde(default)]
    pub prompt: String,
    /// Words behind the negative prompt, or around it as above.
    #[serde(default)]
    pub negative_prompt: String,
}

/// Why a style cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StyleError {
    /// It has no name.
    #[error("A style needs a name.")]
    NoName,
    /// Its name is too long or has control characters.
    #[error("A style's name is one line of at most {LONGEST_NAME} letters.")]
    BadName,
    /// It has no words.
    #[error("A style needs words for the prompt or for the negative prompt.")]
    NoWords,
    /// Its texts are too long.
    #[error("A style's texts have at most {LONGEST_TEXT} letters each.")]
    TooLong,
    /// Another style has its name.
    #[error("There is a style called “{0}” already; choose another name.")]
    Taken(String),
    /// There are too many.
    #[error("There is room for {MOST_STYLES} styles; delete some first.")]
    TooMany,
}

impl Style {
    /// The prompt and the negative prompt with this style around them.
    pub fn apply(&self, prompt: &str, negative_prompt: &str) -> (String, String) {
        (around(&self.prompt, prompt), around(&self.negative_prompt, negative_prompt))
    }

    /// The style without white space at its ends, if it can be kept.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn checked(&self) -> Result<Self, StyleError> {
        let style = Self {
            name: self.name.trim().to_owned(),
            prompt: self.prompt.trim().to_owned(),
            negative_prompt: self.negative_prompt.trim().to_owned(),
        };
        let long = |text: &str| text.chars().count() > LONGEST_TEXT;
        match () {
            () if style.name.is_empty() => Err(StyleError::NoName),
            () if style.name.chars().count() > LONGEST_NAME => Err(StyleError::BadName),
            () if style.name.contains(char::is_control) => Err(StyleError::BadName),
            () if style.prompt.is_empty() && style.negative_prompt.is_empty() => Err(StyleError::NoWords),
            () if long(&style.prompt) || long(&style.negative_prompt) => Err(StyleError::TooLong),
            () => Ok(style),
        }
    }
}

fn around(style: &str, text: &str) -> String {
    let text = text.trim();
    if style.contains(SUBJECT) {
        return style.replace(SUBJECT, text).trim_matches(|c: char| c.is_whitespace() || c == ',').to_owned();
    }
    [text, style.trim()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// The presets that a person has, in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Styles(Vec<Style>);

impl Default for Styles {
    /// Those that come with the page.
    fn default() -> Self {
        let style = |(name, prompt, negative_prompt): (&str, &str, &str)| Style {
            name: name.to_owned(),
            prompt: prompt.to_owned(),
            negative_prompt: negative_prompt.to_owned(),
        };
        Self(SUPPLIED.map(style).to_vec())
    }
}

const SUPPLIED: [(&str, &str, &str); 8] = [
    ("Photograph", "{prompt}, photograph, natural light, sharp focus, 50 mm", "drawing, painting, blurry"),
    ("Watercolour", "watercolour painting of {prompt}, soft washes, paper texture", "photograph, hard edges"),
    (
        "Oil painting",
        "oil painting of {prompt}, visible brush strokes, rich colours",
        "photograph, flat colours",
    ),
    ("Pencil sketch", "pencil sketch of {prompt}, fine lines, hatching, white paper", "colour, photograph"),
    ("Pixel art", "pixel art of {prompt}, 16-bit, limited palette", "blurry, gradient, photograph"),
    ("Clay model", "clay model of {prompt}, handmade, soft studio light", "flat, drawing"),
    ("Anime", "anime illustration of {prompt}, clean lines, cel shading", "photograph, realistic"),
    ("Isometric", "isometric render of {prompt}, soft shadows, plain background", "perspective, clutter"),
];

impl Styles {
    /// All of them.
    pub fn all(&self) -> &[Style] {
        &self.0
    }

    /// The style of a name.
    pub fn get(&self, name: &str) -> Option<&Style> {
        self.0.iter().find(|style| style.name == name)
    }

    /// Keeps a style that a person wrote, in place of the one called `old_name` or as a new one.
    ///
    /// # Errors
    /// As [`Styles::put`], and [`StyleError::Taken`] where another style has its name; then nothing has changed.
    pub fn save(&mut self, old_name: Option<&str>, style: &Style) -> Result<(), StyleError> {
        let style = style.checked()?;
        if old_name != Some(&style.name) && self.get(&style.name).is_some() {
            return Err(StyleError::Taken(style.name));
        }
        self.put(old_name, &style)
    }

    /// Keeps a style in place of the one called `old_name`, or as a new one. Another style of its name gives way.
    ///
    /// # Errors
    /// As [`Style::checked`], and [`StyleError::TooMany`]; then nothing has changed.
    fn put(&mut self, old_name: Option<&str>, style: &Style) -> Result<(), StyleError> {
        let style = style.checked()?;
        let at = old_name
            .and_then(|old| self.0.iter().position(|kept| kept.name == old))
            .or_else(|| self.0.iter().position(|kept| kept.name == style.name));
        let Some(at) = at else {
            if self.0.len() >= MOST_STYLES {
                return Err(StyleError::TooMany);
            }
            self.0.push(style);
            return Ok(());
        };
        let name = style.name.clone();
        self.0[at] = style;
        let mut place = 0..;
        self.0.retain(|kept| place.next() == Some(at) || kept.name != name);
        Ok(())
    }

    /// Removes the style of a name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|style| style.name != name);
    }

    /// Those of the styles that come with the page that are not there, as they came.
    pub fn missing(&self) -> Vec<Style> {
        Self::default().0.into_iter().filter(|style| self.get(&style.name).is_none()).collect()
    }

    /// Takes in styles, all or none: those of a known name replace it. Returns how many were new.
    ///
    /// # Errors
    /// As [`Styles::put`].
    pub fn take_in(&mut self, styles: &[Style]) -> Result<usize, StyleError> {
        let mut all = self.clone();
        for style in styles {
            all.put(None, style)?;
        }
        let new = all.0.len() - self.0.len();
        *self = all;
        Ok(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(name: &str, prompt: &str, negative_prompt: &str) -> Style {
        Style {
            name: name.to_owned(),
            prompt: prompt.to_owned(),
            negative_prompt: negative_prompt.to_owned(),
        }
    }

    #[test]
    fn a_style_is_laid_around_a_prompt() {
        let apply = |prompt: &str, negative: &str, texts: (&str, &str)| {
            style("x", prompt, negative).apply(texts.0, texts.1)
        };
        let told = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            apply("oil of {prompt}, rich", "photo", (" an apple ", "")),
            told("oil of an apple, rich", "photo")
        );
        assert_eq!(
            apply("in oil", "photo", ("an apple", "blurry")),
            told("an apple, in oil", "blurry, photo")
        );
        assert_eq!(apply("", "{prompt}, photo", ("an apple", "")), told("an apple", "photo"));
        assert_eq!(apply("", "", ("an apple", "blurry")), told("an apple", "blurry"));
    }

    #[test]
    fn the_supplied_styles_can_be_kept() {
        let styles = Styles::default();
        for style in styles.all() {
            assert_eq!(style.checked().as_ref(), Ok(style));
            assert!(style.prompt.contains(SUBJECT));
        }
        let mut again = styles.clone();
        assert_eq!(again.take_in(styles.all()), Ok(0), "names are unique");
    }

    #[test]
    fn a_bad_style_is_refused_in_a_sentence() {
        let cases = [
            (style(" ", "x", ""), StyleError::NoName),
            (style(&"n".repeat(LONGEST_NAME + 1), "x", ""), StyleError::BadName),
            (style("a\nb", "x", ""), StyleError::BadName),
            (style("a", " ", "\n"), StyleError::NoWords),
            (style("a", &"é".repeat(LONGEST_TEXT + 1), ""), StyleError::TooLong),
        ];
        for (bad, error) in cases {
            let mut styles = Styles::default();
            assert_eq!(styles.put(None, &bad), Err(error.clone()), "{bad:?}");
            assert!(error.to_string().ends_with('.'));
            assert_eq!(styles, Styles::default());
        }
        assert!(style("a", &"é".repeat(LONGEST_TEXT), "").checked().is_ok());
    }

    #[test]
    fn a_renamed_style_keeps_its_place_and_its_new_name_is_unique() {
        let mut styles = Styles(vec![style("a", "1", ""), style("b", "2", ""), style("c", "3", "")]);
        styles.put(Some("a"), &style(" c ", "4", "")).unwrap();
        assert_eq!(styles.0, [style("c", "4", ""), style("b", "2", "")]);
        styles.put(Some("gone"), &style("d", "5", "")).unwrap();
        styles.remove("c");
        assert_eq!(styles.0, [style("b", "2", ""), style("d", "5", "")]);
    }

    #[test]
    fn a_name_that_is_taken_is_refused_to_another_style() {
        let before = Styles(vec![style("a", "1", ""), style("b", "2", "")]);
        let mut styles = before.clone();
        for old_name in [None, Some("a")] {
            let taken = styles.save(old_name, &style(" b", "3", ""));
            assert_eq!(taken, Err(StyleError::Taken("b".to_owned())));
            assert_eq!(styles, before);
        }
        styles.save(Some("b"), &style("b", "3", "")).unwrap();
        styles.save(Some("a"), &style("c", "4", "")).unwrap();
        assert_eq!(styles.0, [style("c", "4", ""), style("b", "3", "")]);
    }

    #[test]
    fn supplied_styles_that_were_deleted_are_known() {
        let mut styles = Styles::default();
        assert_eq!(styles.missing(), []);
        let first = styles.0[0].clone();
        styles.remove(&first.name);
        assert_eq!(styles.missing(), [first]);
    }

    #[test]
    fn styles_are_taken_in_all_or_none() {
        let mut styles = Styles(vec![style("a", "1", "")]);
        assert!(styles.take_in(&[style("b", "2", ""), style("", "3", "")]).is_err());
        assert_eq!(styles.0.len(), 1);
        assert_eq!(styles.take_in(&[style("b", "2", ""), style("a", "3", "")]), Ok(1));
        assert_eq!(styles.get("a"), Some(&style("a", "3", "")));
        let many: Vec<Style> = (0..MOST_STYLES).map(|n| style(&n.to_string(), "x", "")).collect();
        assert_eq!(styles.take_in(&many), Err(StyleError::TooMany));
    }
}
