//! How far pictures are apart.

use image::RgbImage;
use image::imageops::{FilterType, resize};

/// Mean absolute difference of a picture from its source, 0 to 255, at the picture's size.
pub fn difference_from_source(picture: &RgbImage, source: &RgbImage) -> f64 {
    let source = resize(source, picture.width(), picture.height(), FilterType::Lanczos3);
    let sum: u64 = picture.as_raw().iter().zip(source.as_raw()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / picture.as_raw().len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_differs_from_its_negative_by_everything() {
        let black = RgbImage::new(4, 4);
        let white = RgbImage::from_pixel(8, 8, image::Rgb([255; 3]));
        assert_eq!(difference_from_source(&black, &white), 255.0);
        assert_eq!(difference_from_source(&black, &black), 0.0);
    }
}
