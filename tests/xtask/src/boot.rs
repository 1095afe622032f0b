//! Moves trunk's boot script out of the page, into a file of its own.
//!
//! The page's security policy forbids scripts inside of it, whatever they say: a policy that names the hash of this one
//! would be another with every build, and hosts could not serve it as a header.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::shell::Outcome;

const OPENING: &str = "<script type=\"module\">";
const CLOSING: &str = "</script>";

/// The page without its inline module script, and that script.
fn split(page: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = page.split_once(OPENING)?;
    let (script, after) = rest.split_once(CLOSING)?;
    Some((before, script.trim(), after))
}

/// Rewrites `index.html` in trunk's staging folder.
///
/// # Errors
/// When there is no boot script to move: trunk has changed, and the page would not start under its policy.
pub(crate) fn move_out(staging: &Path) -> Outcome {
    let index = staging.join("index.html");
    let unwritten = |error| format!("trunk's page cannot be rewritten: {error}");
    let page = fs::read_to_string(&index).map_err(unwritten)?;
    let (before, script, after) = split(&page)
        .ok_or("trunk's page has no inline boot script: its security policy needs another look")?;
    let mut hasher = DefaultHasher::new();
    script.hash(&mut hasher);
    // Named like trunk's own files, so that the service worker keeps it as it keeps those.
    let name = format!("boot-{:016x}.js", hasher.finish());
    fs::write(staging.join(&name), format!("{script}\n")).map_err(unwritten)?;
    let page = format!("{before}<script type=\"module\" src=\"./{name}\"></script>{after}");
    Ok(fs::write(&index, page).map_err(unwritten)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_leaves_the_page_and_keeps_its_words() {
        let page = "<head>\n<script type=\"module\">\nimport init from './app.js';\n</script>\n</head>";
        assert_eq!(split(page), Some(("<head>\n", "import init from './app.js';", "\n</head>")));
        assert_eq!(split("<head></head>"), None);
    }
}
