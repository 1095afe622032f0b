//! A prompt made of four answers.

use serde::{Deserialize, Serialize};

/// What goes into a prompt that changes a picture: `[Keep from original], [Change to], [Style], [Quality]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parts {
    /// What is to stay as it is in the source.
    pub keep: String,
    /// What is to become of it.
    pub change: String,
    /// How it is drawn.
    pub style: String,
    /// Words about its quality.
    pub quality: String,
}

impl Parts {
    /// The answers in order, set apart by commas; those that are blank are left out.
    pub fn compose(&self) -> String {
        let idle = |letter: char| letter.is_whitespace() || letter == ',';
        let parts = [&self.keep, &self.change, &self.style, &self.quality];
        let said = parts.map(|part| part.trim_matches(idle));
        said.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_one_prompt() {
        let parts = Parts {
            keep: " the same pose, ".to_owned(),
            change: "a knight in armour".to_owned(),
            style: ", ,".to_owned(),
            quality: "sharp, detailed\n".to_owned(),
        };
        assert_eq!(parts.compose(), "the same pose, a knight in armour, sharp, detailed");
        assert_eq!(Parts::default().compose(), "");
    }
}
