//! Measures of how far two things are apart.

use image::RgbImage;
use image::imageops::{FilterType, resize};

use crate::Outcome;

/// Normalised mean squared error `mean((a - b)^2) / var(b)`.
///
/// # Errors
/// When a value is not finite, the lengths differ, or `b` is constant: then there is nothing to compare.
pub fn nmse(a: &[f32], b: &[f32]) -> Outcome<f64> {
    if a.len() != b.len() || b.is_empty() {
        return Err(format!("{} values against {}", a.len(), b.len()).into());
    }
    let broken = a.iter().chain(b).filter(|value| !value.is_finite()).count();
    if broken > 0 {
        return Err(format!("{broken} values are not finite").into());
    }
    let count = b.len() as f64;
    let mean = b.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
    let variance = b.iter().map(|&value| (f64::from(value) - mean).powi(2)).sum::<f64>() / count;
    if variance == 0.0 {
        return Err("the reference is constant".into());
    }
    let error = a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2)).sum::<f64>() / count;
    Ok(error / variance)
}

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
    fn nmse_is_the_share_of_the_variance() {
        assert_eq!(nmse(&[0.0, 2.0], &[0.0, 2.0]).unwrap(), 0.0);
        assert_eq!(nmse(&[1.0, 3.0], &[0.0, 2.0]).unwrap(), 1.0);
    }

    #[test]
    fn nothing_is_close_to_what_cannot_be_compared() {
        assert!(nmse(&[f32::NAN, 2.0], &[0.0, 2.0]).is_err());
        assert!(nmse(&[0.0], &[0.0, 2.0]).is_err());
        assert!(nmse(&[1.0, 1.0], &[1.0, 1.0]).is_err());
        assert!(nmse(&[], &[]).is_err());
    }

    #[test]
    fn a_picture_differs_from_its_negative_by_everything() {
        let black = RgbImage::new(4, 4);
        let white = RgbImage::from_pixel(8, 8, image::Rgb([255; 3]));
        assert_eq!(difference_from_source(&black, &white), 255.0);
        assert_eq!(difference_from_source(&black, &black), 0.0);
    }
}
