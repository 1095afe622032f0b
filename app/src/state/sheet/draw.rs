//! A sheet's own picture: all of its pictures with their labels, drawn by the browser.

use std::sync::Arc;

use gallery::{Layout, Record, Sheet};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap, ImageEncodeOptions, OffscreenCanvasRenderingContext2d};

use crate::platform;
use crate::state::Studio;

const PAPER: &str = "#ffffff";
const INK: &str = "#222222";

impl Studio {
    /// Draws the pictures of a sheet in their places; those that are missing leave theirs blank.
    pub(super) async fn draw_sheet(
        self,
        sheet: &Sheet,
        pictures: &[Arc<Record>],
    ) -> Result<(Blob, (u32, u32)), JsValue> {
        let largest =
            |side: fn(&Record) -> u32| pictures.iter().map(|record| side(record)).max().unwrap_or(1);
        let cell_px = (largest(|record| record.settings.width), largest(|record| record.settings.height));
        let letters =
            sheet.rows.as_ref().and_then(|rows| rows.labels.iter().map(|l| l.chars().count()).max());
        let layout = Layout::of(sheet, cell_px, letters.unwrap_or(0));
        let size_px = layout.size_px();
        let (canvas, context) = platform::canvas(size_px)?;
        context.set_fill_style_str(PAPER);
        context.fill_rect(0.0, 0.0, f64::from(size_px.0), f64::from(size_px.1));
        for record in pictures {
            let Some(place) = &record.in_sheet else { continue };
            let png = self.png(&record.id).await.map_err(|error| JsValue::from_str(&error.to_string()))?;
            draw(&context, &png, layout.corner_px(place.column, place.row), layout.cell_px).await?;
        }
        label(&context, sheet, &layout)?;
        let options = ImageEncodeOptions::new();
        options.set_type("image/png");
        let file: Blob = JsFuture::from(canvas.convert_to_blob_with_options(&options)?).await?.dyn_into()?;
        Ok((file, size_px))
    }
}

async fn draw(
    context: &OffscreenCanvasRenderingContext2d,
    png: &Blob,
    corner_px: (u32, u32),
    cell_px: (u32, u32),
) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::UNDEFINED)?;
    let bitmap: ImageBitmap = JsFuture::from(window.create_image_bitmap_with_blob(png)?).await?.dyn_into()?;
    let (left, top) = (f64::from(corner_px.0), f64::from(corner_px.1));
    let (width, height) = (f64::from(cell_px.0), f64::from(cell_px.1));
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, left, top, width, height)?;
    bitmap.close();
    Ok(())
}

fn label(context: &OffscreenCanvasRenderingContext2d, sheet: &Sheet, layout: &Layout) -> Result<(), JsValue> {
    context.set_fill_style_str(INK);
    context.set_font(&format!("{}px system-ui, sans-serif", layout.text_px));
    context.set_text_align("center");
    context.set_text_baseline("middle");
    for (column, text) in sheet.columns.labels.iter().enumerate() {
        let (x, y) = layout.column_label_px(column);
        let room = f64::from(layout.cell_px.0);
        context.fill_text_with_max_width(text, f64::from(x), f64::from(y), room)?;
    }
    for (row, text) in sheet.rows.iter().flat_map(|rows| rows.labels.iter().enumerate()) {
        let (x, y) = layout.row_label_px(row);
        context.fill_text_with_max_width(text, f64::from(x), f64::from(y), 2.0 * f64::from(x))?;
    }
    Ok(())
}
