//! Pictures' pixels, through the browser's own decoder and canvas: for looking at, never for making pictures from.

use wasm_bindgen::{Clamped, JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement, ImageData, OffscreenCanvas,
    OffscreenCanvasRenderingContext2d,
};

/// A picture that is read from its address and ready to be drawn.
///
/// # Errors
/// What the browser throws when it is not there or no picture.
pub(crate) async fn picture(url: &str) -> Result<HtmlImageElement, JsValue> {
    let picture = HtmlImageElement::new()?;
    picture.set_src(url);
    JsFuture::from(picture.decode()).await?;
    Ok(picture)
}

/// A picture's RGBA8 pixels at this width and height; one of another shape stands in the middle.
///
/// # Errors
/// What the browser throws when it has no room for them.
pub(crate) fn pixels(picture: &HtmlImageElement, (width, height): (u32, u32)) -> Result<Vec<u8>, JsValue> {
    let document = super::document().ok_or(JsValue::UNDEFINED)?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.dyn_into()?;
    canvas.set_width(width);
    canvas.set_height(height);
    let own = (f64::from(picture.natural_width().max(1)), f64::from(picture.natural_height().max(1)));
    let (across, down) = (f64::from(width), f64::from(height));
    let scale = (across / own.0).min(down / own.1);
    let (wide, tall) = (own.0 * scale, own.1 * scale);
    let context = context(&canvas)?;
    context.draw_image_with_html_image_element_and_dw_and_dh(
        picture,
        (across - wide) / 2.0,
        (down - tall) / 2.0,
        wide,
        tall,
    )?;
    Ok(context.get_image_data(0.0, 0.0, across, down)?.data().0)
}

/// A canvas of this width and height that is nowhere on the page, and what draws on it.
///
/// # Errors
/// What the browser throws when it has no room for it, and a text when it has no canvas without a document.
pub(crate) fn canvas(
    (width, height): (u32, u32),
) -> Result<(OffscreenCanvas, OffscreenCanvasRenderingContext2d), JsValue> {
    let canvas = OffscreenCanvas::new(width, height)?;
    let context = canvas.get_context("2d")?.ok_or("no canvas")?.dyn_into()?;
    Ok((canvas, context))
}

/// A picture as a PNG file of this width and height.
///
/// # Errors
/// What the browser throws when it has no room for it.
pub(crate) async fn png(picture: &HtmlImageElement, (width, height): (u32, u32)) -> Result<Blob, JsValue> {
    let (canvas, context) = canvas((width, height))?;
    let (across, down) = (f64::from(width), f64::from(height));
    context.draw_image_with_html_image_element_and_dw_and_dh(picture, 0.0, 0.0, across, down)?;
    JsFuture::from(canvas.convert_to_blob()?).await?.dyn_into()
}

/// Shows RGBA8 pixels on a canvas, which takes their size.
///
/// # Errors
/// What the browser throws when the pixels do not fill the size.
pub(crate) fn paint(
    canvas: &HtmlCanvasElement,
    rgba: &[u8],
    (width, height): (u32, u32),
) -> Result<(), JsValue> {
    canvas.set_width(width);
    canvas.set_height(height);
    let data = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width, height)?;
    context(canvas)?.put_image_data(&data, 0.0, 0.0)
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas.get_context("2d")?.ok_or(JsValue::UNDEFINED)?;
    context.dyn_into().map_err(Into::into)
}
