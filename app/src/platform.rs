//! The few things asked of the browser that are neither the engine nor a component.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, ImageBitmap, ImageBitmapOptions, ImageEncodeOptions, OffscreenCanvas,
    OffscreenCanvasRenderingContext2d, ResizeQuality,
};

/// Milliseconds since 1970.
pub(crate) fn now_millis() -> f64 {
    js_sys::Date::now()
}

/// A seed that is short enough to be read aloud and typed: 32 bits.
pub(crate) fn random_seed() -> u64 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u64
}

/// A `Blob` with a copy of `bytes`.
///
/// # Errors
/// What the browser throws when it has no room for it.
pub(crate) fn blob(bytes: &[u8], media_type: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &options)
}

/// Reads a whole `Blob`.
///
/// # Errors
/// What the browser throws when the file has gone or may not be read.
pub(crate) async fn array_buffer(blob: &Blob) -> Result<ArrayBuffer, JsValue> {
    JsFuture::from(blob.array_buffer()).await?.dyn_into()
}

/// Reads a whole `Blob` as UTF-8 text.
///
/// # Errors
/// What the browser throws when the file has gone or may not be read.
pub(crate) async fn text(blob: &Blob) -> Result<String, JsValue> {
    let text = JsFuture::from(blob.text()).await?;
    text.as_string().ok_or(text)
}

/// Makes a second visit work without a network.
pub(crate) fn register_service_worker() {
    let container = web_sys::window().map(|window| window.navigator().service_worker());
    // `navigator.serviceWorker` is undefined where the page is not served securely.
    let Some(container) = container.filter(|container| !container.is_undefined()) else { return };
    spawn_local(async move {
        if let Err(error) = JsFuture::from(container.register("sw.js")).await {
            log::warn!("the page will not work offline: {error:?}");
        }
    });
}

/// Asks the browser not to clear the gallery when disk space runs short. It may refuse; nothing depends on it.
pub(crate) fn ask_to_persist() {
    let Some(window) = web_sys::window() else { return };
    if let Ok(promise) = window.navigator().storage().persist() {
        spawn_local(async move {
            JsFuture::from(promise).await.ok();
        });
    }
}

/// Saves a file through the browser's downloads.
pub(crate) fn download(url: &str, file_name: &str) {
    let document = web_sys::window().and_then(|window| window.document());
    let link = document.and_then(|document| document.create_element("a").ok());
    let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) else { return };
    link.set_href(url);
    link.set_download(file_name);
    link.click();
}

/// Saves bytes as a file through the browser's downloads.
///
/// # Errors
/// What the browser throws when it has no room for them.
pub(crate) fn save(bytes: &[u8], media_type: &str, file_name: &str) -> Result<(), JsValue> {
    // The browser reads the address after this returns, so it outlives the call by a while.
    const READ_WITHIN_MILLIS: u32 = 60_000;
    let url = gloo::file::ObjectUrl::from(gloo::file::Blob::from(blob(bytes, media_type)?));
    download(&url, file_name);
    gloo::timers::callback::Timeout::new(READ_WITHIN_MILLIS, move || drop(url)).forget();
    Ok(())
}

/// A smaller picture of this width and height, drawn by the browser.
///
/// # Errors
/// What the browser throws when it cannot read the file as a picture or has no canvas without a document.
pub(crate) async fn thumbnail(picture: &Blob, (width_px, height_px): (u32, u32)) -> Result<Blob, JsValue> {
    let options = ImageBitmapOptions::new();
    options.set_resize_width(width_px);
    options.set_resize_height(height_px);
    options.set_resize_quality(ResizeQuality::High);
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let drawn = window.create_image_bitmap_with_blob_and_image_bitmap_options(picture, &options)?;
    let bitmap: ImageBitmap = JsFuture::from(drawn).await?.dyn_into()?;
    let canvas = OffscreenCanvas::new(width_px, height_px)?;
    let context = canvas.get_context("2d")?.ok_or(JsValue::UNDEFINED)?;
    let context: OffscreenCanvasRenderingContext2d = context.dyn_into()?;
    context.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0)?;
    bitmap.close();
    let options = ImageEncodeOptions::new();
    // A browser that cannot write it writes PNG.
    options.set_type("image/webp");
    options.set_quality(0.85);
    let file = canvas.convert_to_blob_with_options(&options)?;
    JsFuture::from(file).await?.dyn_into()
}

/// The page's unit of length, in CSS pixels: it follows the person's size of text.
pub(crate) fn root_font_px() -> f64 {
    const USUAL_PX: f64 = 16.0;
    let root = web_sys::window().and_then(|window| {
        let root = window.document()?.document_element()?;
        window.get_computed_style(&root).ok().flatten()
    });
    let size = root.and_then(|style| style.get_property_value("font-size").ok());
    let px = size.and_then(|size| size.trim_end_matches("px").parse().ok());
    px.filter(|px: &f64| *px > 0.0).unwrap_or(USUAL_PX)
}

/// Shows an element on the whole screen, or ends that.
pub(crate) fn toggle_fullscreen(id: &str) {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    if document.fullscreen_element().is_some() {
        return document.exit_fullscreen();
    }
    // A phone that has no fullscreen for elements shows the dialog as it is.
    if let Some(element) = document.get_element_by_id(id) {
        element.request_fullscreen().ok();
    }
}
