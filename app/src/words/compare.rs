//! **Compare**: two pictures against each other.

pub(crate) const TITLE: &str = "Compare";
pub(crate) const COMPARE: &str = "Compare with source";
pub(crate) const COMPARE_SELECTED: &str = "Compare selected";
pub(crate) const HOW: &str = "How to compare";
pub(crate) const SLIDER: &str = "Slider";
pub(crate) const SIDE_BY_SIDE: &str = "Side by side";
pub(crate) const FLICKER: &str = "Flicker";
pub(crate) const DIFFERENCE: &str = "Difference";

pub(crate) const SWAP: &str = "Swap";
pub(crate) const ZOOM_IN: &str = "Zoom in";
pub(crate) const ZOOM_OUT: &str = "Zoom out";
pub(crate) const WHOLE: &str = "Whole picture";
pub(crate) const DIVIDER: &str = "Divider";
pub(crate) const SECONDS_EACH: &str = "Seconds each";
pub(crate) const PLAY: &str = "Play";
pub(crate) const PAUSE: &str = "Pause";
pub(crate) const OTHER: &str = "Show the other";
pub(crate) const AMPLIFY: &str = "Amplify";
pub(crate) const MEASURING: &str = "Comparing the pixels …";
pub(crate) const KEYS: &str =
    "Arrows move, + and − zoom, 0 shows the whole picture, 1 to 4 change how, X swaps.";

pub(crate) const SOURCE: &str = "Source";
pub(crate) const NO_SOURCE: &str =
    "This picture was made without a source; select two pictures to compare them.";
pub(crate) const TWO: &str = "Select two pictures to compare them.";
pub(crate) const LOST: &str = "One of the two pictures can no longer be read.";

/// What assistive technology is told of the window onto the pictures.
pub(crate) fn pane_label(title: &str, zoom: f64) -> String {
    format!("{title}, {:.0} %. {KEYS}", zoom * 100.0)
}

pub(crate) fn zoom(zoom: f64) -> String {
    format!("{:.0} %", zoom * 100.0)
}

/// Made of the true distances, not of the amplified ones.
pub(crate) fn summary(mean: f64, most: u8, changed: f64) -> String {
    if most == 0 {
        return "The two are equal to the pixel.".to_owned();
    }
    format!("{:.1} % of pixels differ, by {mean:.2} of 255 on average and {most} at most.", changed * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_told_in_numbers() {
        assert_eq!(summary(0.0, 0, 0.0), "The two are equal to the pixel.");
        assert_eq!(
            summary(1.234, 40, 0.5),
            "50.0 % of pixels differ, by 1.23 of 255 on average and 40 at most."
        );
    }
}
