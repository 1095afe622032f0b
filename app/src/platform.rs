//! The few things asked of the browser that are neither the engine nor a component.

mod drawing;
mod notification;

pub(crate) use drawing::{canvas, paint, picture, pixels, png};
pub(crate) use notification::{
    Permission, ask as ask_to_notify, is_hidden, notify, on_notification_click,
    permission as permission_to_notify,
};

use gloo::events::EventListener;
use js_sys::{Array, ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, BlobPropertyBag, ImageBitmap, ImageBitmapOptions, ImageEncodeOptions, ResizeQuality,
    ScrollIntoViewOptions, ScrollLogicalPosition, StorageEstimate, StorageManager,
};

use crate::state::Room;

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
    Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(bytes)), &of_type(media_type))
}

/// A `Blob` of the same bytes, which no longer depends on the file that they were read from.
///
/// # Errors
/// What the browser throws when it has no room for them.
pub(crate) fn copy_of(bytes: &ArrayBuffer, media_type: &str) -> Result<Blob, JsValue> {
    Blob::new_with_buffer_source_sequence_and_options(&Array::of1(bytes), &of_type(media_type))
}

/// What a `Blob` is made with that is to be of a media type.
pub(crate) fn of_type(media_type: &str) -> BlobPropertyBag {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    options
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
    let Some(container) = notification::service_worker() else { return };
    spawn_local(async move {
        if let Err(error) = JsFuture::from(container.register("sw.js")).await {
            log::warn!("the page will not work offline: {error:?}");
        }
    });
}

/// Asks the browser not to clear this page's data when disk space runs short. It may refuse; nothing depends on it.
pub(crate) fn ask_to_persist() {
    spawn_local(persist());
}

/// As [`ask_to_persist`]; ends when the browser has answered.
pub(crate) async fn persist() {
    let Some(storage) = storage_manager() else { return };
    if let Ok(promise) = storage.persist() {
        JsFuture::from(promise).await.ok();
    }
}

/// How much room there is; `None` where the browser does not tell.
pub(crate) async fn room() -> Option<Room> {
    let storage = storage_manager()?;
    let estimate: StorageEstimate = JsFuture::from(storage.estimate().ok()?).await.ok()?.unchecked_into();
    let kept = match storage.persisted() {
        Ok(promise) => JsFuture::from(promise).await.is_ok_and(|kept| kept.is_truthy()),
        Err(_) => false,
    };
    Some(Room { used_bytes: estimate.get_usage()?, quota_bytes: estimate.get_quota()?, kept })
}

/// `navigator.storage`, which is undefined where the page is not served securely.
fn storage_manager() -> Option<StorageManager> {
    Some(web_sys::window()?.navigator().storage()).filter(|storage| !storage.is_undefined())
}

/// Saves a file through the browser's downloads.
pub(crate) fn download(url: &str, file_name: &str) {
    let link = document().and_then(|document| document.create_element("a").ok());
    let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) else { return };
    link.set_href(url);
    link.set_download(file_name);
    link.click();
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
    let (canvas, context) = canvas((width_px, height_px))?;
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
    let Some(document) = document() else { return };
    if document.fullscreen_element().is_some() {
        return document.exit_fullscreen();
    }
    // A phone that has no fullscreen for elements shows the dialog as it is.
    if let Some(element) = document.get_element_by_id(id) {
        element.request_fullscreen().ok();
    }
}

/// Does something once no element is shown on the whole screen; one that is leaves it. Meanwhile the rest of the page takes
/// neither focus nor press.
pub(crate) fn after_fullscreen(then: impl FnOnce() + 'static) {
    match document().filter(|document| document.fullscreen_element().is_some()) {
        Some(document) => {
            EventListener::once(&document, "fullscreenchange", move |_| then()).forget();
            document.exit_fullscreen();
        }
        None => then(),
    }
}

/// Scrolls to the element of this id, if it is out of sight: on a phone, what a press has changed may lie far away.
pub(crate) fn bring_into_view(id: &'static str) {
    // A dialog that closes gives the focus back first, which scrolls to where it was opened.
    const CLOSED_WITHIN_MILLIS: u32 = 100;
    let bring = move || {
        let nearest = ScrollIntoViewOptions::new();
        nearest.set_block(ScrollLogicalPosition::Nearest);
        element(id)
            .iter()
            .for_each(|element| element.scroll_into_view_with_scroll_into_view_options(&nearest));
    };
    gloo::timers::callback::Timeout::new(CLOSED_WITHIN_MILLIS, bring).forget();
}

fn element(id: &str) -> Option<web_sys::Element> {
    document()?.get_element_by_id(id)
}

fn document() -> Option<web_sys::Document> {
    web_sys::window()?.document()
}

/// Gives the focus to the element of this id.
pub(crate) fn focus(id: &str) {
    if let Some(element) = element(id).and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // One that is hidden does not take it.
        element.focus().ok();
    }
}

/// Saves bytes as a file through the browser's downloads.
///
/// # Errors
/// What the browser throws when it has no room for them.
pub(crate) fn save(bytes: &[u8], media_type: &str, file_name: &str) -> Result<(), JsValue> {
    save_blob(&blob(bytes, media_type)?, file_name);
    Ok(())
}

/// Saves a `Blob` as a file through the browser's downloads.
pub(crate) fn save_blob(blob: &Blob, file_name: &str) {
    // The browser reads the address after this returns, so it outlives the call by a while.
    const READ_WITHIN_MILLIS: u32 = 60_000;
    let url = gloo::file::ObjectUrl::from(gloo::file::Blob::from(blob.clone()));
    download(&url, file_name);
    gloo::timers::callback::Timeout::new(READ_WITHIN_MILLIS, move || drop(url)).forget();
}

/// Writes a picture in another format with the browser's own encoder. `quality` is 1 to 100. What is transparent becomes
/// white where the format has no transparency.
///
/// # Errors
/// What the browser throws, and a text when it cannot write that format.
pub(crate) async fn convert(picture: &Blob, media_type: &str, quality: u8) -> Result<Blob, JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let bitmap: ImageBitmap =
        JsFuture::from(window.create_image_bitmap_with_blob(picture)?).await?.dyn_into()?;
    let (canvas, context) = canvas((bitmap.width(), bitmap.height()))?;
    if media_type == "image/jpeg" {
        context.set_fill_style_str("#fff");
        context.fill_rect(0.0, 0.0, f64::from(bitmap.width()), f64::from(bitmap.height()));
    }
    context.draw_image_with_image_bitmap(&bitmap, 0.0, 0.0)?;
    let options = ImageEncodeOptions::new();
    options.set_type(media_type);
    options.set_quality(f64::from(quality) / 100.0);
    let file: Blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?.dyn_into()?;
    // A browser without the encoder writes a PNG and says so only here.
    if file.type_() == media_type { Ok(file) } else { Err(JsValue::from_str(&file.type_())) }
}

/// Whether the person has asked the system for less motion.
pub(crate) fn prefers_reduced_motion() -> bool {
    let query =
        web_sys::window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok());
    query.flatten().is_some_and(|query| query.matches())
}
