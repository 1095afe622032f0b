//! **Output format**: what a downloaded picture is written as. The gallery keeps PNGs, which lose nothing.

use protocol::Request;
use serde::{Deserialize, Serialize};

use super::notices::Place;
use super::request::{Complaint, complaint};
use crate::words::settings as words;

/// Most pictures that one press of **Generate** asks for.
const MOST_IMAGES: u32 = 64;

/// A file format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OutputFormat {
    /// Without loss, with the settings inside.
    #[default]
    Png,
    Jpeg,
    WebP,
    /// Traced into shapes, with the settings inside.
    Svg,
}

impl OutputFormat {
    pub(crate) const ALL: [Self; 4] = [Self::Png, Self::Jpeg, Self::WebP, Self::Svg];

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Svg => "image/svg+xml",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Svg => "SVG",
        }
    }

    /// Whether it can be written in more or less quality.
    pub(crate) fn has_quality(self) -> bool {
        matches!(self, Self::Jpeg | Self::WebP)
    }

    /// A picture's file name with this format's ending in place of `.png`.
    pub(crate) fn file_name(self, png: &str) -> String {
        let stem = png.strip_suffix(".png").unwrap_or(png);
        let ending = match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Svg => "svg",
        };
        format!("{stem}.{ending}")
    }
}

/// How many pictures **Images** asks for.
///
/// # Errors
/// A sentence when that is no number, or too many.
pub(crate) fn images(text: &str) -> Result<u32, Complaint> {
    let images = text.trim().parse().ok().filter(|images| (1..=MOST_IMAGES).contains(images));
    images.ok_or_else(|| complaint(Place::Images, words::bad_images(MOST_IMAGES)))
}

/// The request's pictures of a batch: picture `k` has seed + `k`, as with the command line tool.
pub(crate) fn batch(request: &Request, images: u32) -> Vec<Request> {
    let picture = |k| Request { seed: request.seed.wrapping_add(k), ..request.clone() };
    (0..u64::from(images)).map(picture).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_a_number_within_reason() {
        assert_eq!(images(" 4 "), Ok(4));
        for bad in ["", "0", "-1", "2.5", "many", "65"] {
            let told = images(bad).unwrap_err();
            assert_eq!(told.place, Place::Images);
            assert!(told.sentence.contains("1 to 64") && told.sentence.ends_with('.'));
        }
    }

    #[test]
    fn a_file_is_named_after_its_format() {
        assert_eq!(OutputFormat::Png.file_name("a-cat-7.png"), "a-cat-7.png");
        assert_eq!(OutputFormat::Jpeg.file_name("a-cat-7.png"), "a-cat-7.jpg");
        assert_eq!(OutputFormat::Svg.file_name("a-cat-7.png"), "a-cat-7.svg");
        assert_eq!(OutputFormat::WebP.file_name("a.png-7.png"), "a.png-7.webp");
    }
}
