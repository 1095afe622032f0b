//! The file, a line for each element. [`gallery`](../../../app/gallery) holds files that come back against this form.

use std::fmt::Write as _;

use visioncortex::{CompoundPath, PointF64};

/// Decimals of a coordinate: a tenth of a pixel is finer than any edge.
const DECIMALS: u32 = 1;

/// A drawing that is being written.
pub(crate) struct Drawing(String);

impl Drawing {
    /// An empty one of this size.
    pub(crate) fn new(width_px: u32, height_px: u32) -> Self {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(
            text,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width_px}\" height=\"{height_px}\" \
             viewBox=\"0 0 {width_px} {height_px}\">"
        );
        Self(text)
    }

    /// Lays an area over what is there.
    pub(crate) fn add(&mut self, path: &CompoundPath, [r, g, b]: [u8; 3]) {
        let (curves, offset) = path.to_svg_string(true, PointF64::default(), Some(DECIMALS));
        let curves = curves.trim_end();
        if curves.is_empty() {
            return;
        }
        let PointF64 { x, y } = offset;
        let _ = writeln!(
            self.0,
            "<path fill=\"#{r:02x}{g:02x}{b:02x}\" transform=\"translate({x} {y})\" d=\"{curves}\"/>"
        );
    }

    /// The file.
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</svg>\n");
        self.0
    }
}
