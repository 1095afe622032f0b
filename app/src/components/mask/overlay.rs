//! The mask as colour over the picture.

use masks::{Mask, Rect};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Red, as painters mask; how much of it is seen, the stylesheet says.
const COLOR: [u8; 3] = [240, 44, 60];

/// Shows a part of the mask on a canvas that has a pixel for each of the mask's.
pub(super) fn paint(canvas: &HtmlCanvasElement, mask: &Mask, part: Rect) {
    let size = mask.size();
    // Setting a canvas's size empties it.
    if (canvas.width(), canvas.height()) != (size.width_px, size.height_px) {
        canvas.set_width(size.width_px);
        canvas.set_height(size.height_px);
    }
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
    let rgba = mask.tinted(part, COLOR);
    let pixels = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), part.width, part.height);
    if let (Some(context), Ok(pixels)) = (context, pixels) {
        // Fails only for an image without pixels.
        context.put_image_data(&pixels, f64::from(part.x), f64::from(part.y)).ok();
    }
}
