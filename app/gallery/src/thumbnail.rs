//! How large the small pictures in the grid are.

/// Longest side in pixels: a card on a screen with two pixels to the CSS pixel.
const LONGEST_PX: u32 = 512;

/// Width and height of a picture's thumbnail; `None` for a picture so small that it is its own.
pub fn thumbnail_size(width_px: u32, height_px: u32) -> Option<(u32, u32)> {
    let longest = width_px.max(height_px);
    if longest <= LONGEST_PX {
        return None;
    }
    let scaled = |side: u32| {
        let side = (f64::from(side) * f64::from(LONGEST_PX) / f64::from(longest)).round();
        // At most LONGEST_PX.
        (side as u32).max(1)
    };
    Some((scaled(width_px), scaled(height_px)))
}

#[cfg(test)]
mod tests {
    use super::thumbnail_size;

    #[test]
    fn a_thumbnail_keeps_the_shape() {
        assert_eq!(thumbnail_size(1024, 768), Some((512, 384)));
        assert_eq!(thumbnail_size(300, 3000), Some((51, 512)));
        assert_eq!(thumbnail_size(4000, 1), Some((512, 1)));
    }

    #[test]
    fn a_small_picture_is_its_own() {
        for size in [(128, 128), (512, 512), (0, 0), (512, 1)] {
            assert_eq!(thumbnail_size(size.0, size.1), None);
        }
        assert!(thumbnail_size(513, 1).is_some());
    }
}
