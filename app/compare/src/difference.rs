//! Where two pictures differ, and by how much.

/// Two pictures of one size against each other.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// RGBA8 pixels: the channels' distances, amplified; black where nothing differs.
    pub rgba: Vec<u8>,
    /// Mean distance of a channel, 0 to 255, not amplified.
    pub mean: f64,
    /// The greatest distance of a channel.
    pub most: u8,
    /// Share of pixels of which any channel differs, 0 to 1.
    pub changed: f64,
}

/// Compares RGBA8 pixels in the same order; opacity is left out. What one of the two has more of is not compared.
pub fn difference(a: &[u8], b: &[u8], amplified: f64) -> Difference {
    let mut rgba = Vec::with_capacity(a.len().min(b.len()));
    let (mut sum, mut most, mut changed, mut pixels) = (0_u64, 0_u8, 0_u64, 0_u64);
    for (a, b) in a.chunks_exact(4).zip(b.chunks_exact(4)) {
        let mut differs = false;
        for (a, b) in a.iter().zip(b).take(3) {
            let distance = a.abs_diff(*b);
            sum += u64::from(distance);
            most = most.max(distance);
            differs |= distance > 0;
            // A cast from float to integer saturates.
            rgba.push((f64::from(distance) * amplified).round() as u8);
        }
        rgba.push(u8::MAX);
        changed += u64::from(differs);
        pixels += 1;
    }
    let share = |part: u64, of: u64| part as f64 / of.max(1) as f64;
    Difference { rgba, mean: share(sum, pixels * 3), most, changed: share(changed, pixels) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pictures_are_black() {
        let picture = [9, 8, 7, 255, 1, 2, 3, 0];
        let found = difference(&picture, &picture, 16.0);
        assert_eq!(found.rgba, [0, 0, 0, 255, 0, 0, 0, 255]);
        assert_eq!((found.mean, found.most, found.changed), (0.0, 0, 0.0));
    }

    #[test]
    fn distances_are_told_as_they_are_and_shown_amplified() {
        let found = difference(&[10, 20, 30, 255, 5, 5, 5, 255], &[13, 20, 0, 255, 5, 5, 5, 9], 4.0);
        assert_eq!(found.rgba, [12, 0, 120, 255, 0, 0, 0, 255]);
        assert_eq!((found.mean, found.most, found.changed), (5.5, 30, 0.5));
    }

    #[test]
    fn amplification_ends_at_white() {
        let found = difference(&[0, 100, 255, 255], &[255, 0, 255, 255], 16.0);
        assert_eq!(found.rgba, [255, 255, 0, 255]);
    }

    #[test]
    fn nothing_to_compare_is_no_difference() {
        let found = difference(&[], &[1, 2, 3, 4], 1.0);
        assert_eq!((found.rgba.len(), found.mean, found.changed), (0, 0.0, 0.0));
    }
}
