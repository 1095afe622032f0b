//! What prompt strength means, in words.

/// The range and step of the slider.
pub(crate) const LEAST: f64 = 0.1;
pub(crate) const MOST: f64 = 1.0;
pub(crate) const STEP: f64 = 0.05;

/// A stretch of the slider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Band {
    /// One word.
    pub name: &'static str,
    /// What becomes of the source.
    pub meaning: &'static str,
}

/// The band that a strength lies in: 0.1-0.3, 0.4-0.6, 0.7-0.9 and 1.0, with the values between them going to
/// the nearer band, halves to the stronger.
pub(crate) fn band(strength: f64) -> Band {
    match (strength * 100.0).round() as i64 {
        ..35 => Band { name: "Subtle", meaning: "keeps the composition and most details" },
        35..65 => Band { name: "Balanced", meaning: "keeps the layout, changes the look" },
        65..100 => Band { name: "Major", meaning: "keeps only the broad shapes" },
        _ => Band { name: "Complete", meaning: "starts afresh; only the size stays" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_band_holds_what_it_promises() {
        let bands = [
            (&[0.1, 0.2, 0.3][..], "Subtle"),
            (&[0.4, 0.5, 0.6], "Balanced"),
            (&[0.7, 0.8, 0.9, 0.95], "Major"),
            (&[1.0], "Complete"),
        ];
        for (strengths, name) in bands {
            for strength in strengths {
                assert_eq!(band(*strength).name, name, "at {strength}");
            }
        }
    }
}
