//! What a picture's details say of its mask.

use gallery::{Mode, Settings};

use crate::words::mask as words;

/// Rows of a name and a value; none for pictures without a mask.
pub(crate) fn details(settings: &Settings) -> Vec<(&'static str, String)> {
    if settings.mode != Mode::Inpaint {
        return Vec::new();
    }
    let mut rows = Vec::new();
    if let Some(feather_px) = settings.mask_feather {
        rows.push((words::FEATHER, words::pixels(f64::from(feather_px))));
    }
    let only_masked = settings.inpaint_area.as_deref() == Some("masked");
    rows.push((words::AREA, if only_masked { words::ONLY_MASKED } else { words::WHOLE }.to_owned()));
    if let Some(padding_px) = settings.inpaint_padding.filter(|_| only_masked) {
        rows.push((words::PADDING, words::pixels(f64::from(padding_px))));
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_told_of_where_there_was_one() {
        let masked = Settings {
            mode: Mode::Inpaint,
            mask_feather: Some(4),
            inpaint_area: Some("masked".to_owned()),
            inpaint_padding: Some(32),
            ..Settings::default()
        };
        let told =
            |settings: &Settings| details(settings).into_iter().map(|(_, value)| value).collect::<Vec<_>>();
        assert_eq!(told(&masked), ["4 px", "Only masked", "32 px"]);
        let whole = Settings { inpaint_area: Some("whole".to_owned()), ..masked };
        assert_eq!(told(&whole), ["4 px", "Whole picture"]);
        assert!(told(&Settings { mode: Mode::ImageToImage, ..whole }).is_empty());
    }
}
