//! Between pictures of bytes and the networks' pictures of numbers: `[3, h, w]` in -1..1.

use image::{RgbImage, Rgba, RgbaImage};

/// Bytes to numbers, `[3, h, w]`.
pub(crate) fn to_planes(picture: &RgbImage) -> Vec<f32> {
    let bytes = picture.as_raw();
    let plane = |channel: usize| bytes.iter().skip(channel).step_by(3);
    (0..3).flat_map(plane).map(|&byte| 2.0 * (f32::from(byte) / 255.0) - 1.0).collect()
}

/// Numbers `[3, height, width]` to an opaque picture.
pub(crate) fn to_rgba(planes: &[f32], width_px: u32, height_px: u32) -> RgbaImage {
    let mut picture = RgbaImage::from_pixel(width_px, height_px, Rgba([u8::MAX; 4]));
    let area = width_px as usize * height_px as usize;
    for (channel, plane) in planes.chunks_exact(area.max(1)).take(3).enumerate() {
        for (byte, &value) in picture.iter_mut().skip(channel).step_by(4).zip(plane) {
            // A cast from float to integer saturates, so that values beyond -1..1 are clamped here.
            *byte = ((value * 0.5 + 0.5) * 255.0).round() as u8;
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_a_round_trip() {
        let bytes: Vec<u8> = (0..=255).chain(0..=255).chain(0..=255).collect();
        let picture = RgbImage::from_raw(16, 16, bytes).unwrap();
        let rgba = to_rgba(&to_planes(&picture), 16, 16);
        let rgb: Vec<u8> = rgba.as_raw().chunks(4).flat_map(|pixel| pixel[..3].to_vec()).collect();
        assert_eq!(&rgb, picture.as_raw());
    }

    #[test]
    fn values_beyond_the_range_are_clamped() {
        assert_eq!(to_rgba(&[-1.5, 0.0, 1.5], 1, 1).into_raw(), [0, 128, 255, 255]);
    }
}
