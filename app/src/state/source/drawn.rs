//! An SVG of our own as the source: the browser draws it once, and what it drew is the source's file.

use gallery::{carry_settings, check_drawing, read_drawing_settings};
use gloo::file::ObjectUrl;
use js_sys::Uint8Array;
use protocol::JobId;
use sources::Kind;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::SourceFile;
use crate::platform::{self, array_buffer, blob};
use crate::state::Studio;
use crate::words::source as words;

impl Studio {
    /// Takes a drawing as the source, with the settings that it carries. `job` was to look at the file, and refuses the
    /// drawing of anybody else, which can hold anything.
    pub(crate) fn take_drawing(self, job: JobId, file: SourceFile) {
        spawn_local(async move {
            let refusal = match drawn(&file.blob).await {
                Ok(Some(png)) if self.source.is_checked_by(job) => {
                    return self.take_source(SourceFile { blob: png, ..file });
                }
                Ok(_) => String::new(),
                Err(error) => format!("{error:?}"),
            };
            self.refuse_source(job, words::refusal(Kind::Svg, &file.name), refusal);
        });
    }
}

/// What a drawing of ours shows, as a PNG with the drawing's settings; `None` for everything else.
async fn drawn(svg: &Blob) -> Result<Option<Blob>, JsValue> {
    let text = platform::text(svg).await?;
    let Some(size_px) = check_drawing(&text) else { return Ok(None) };
    // A file is of the type that its name says, and only this type is drawn.
    let typed = blob(text.as_bytes(), "image/svg+xml")?;
    let url = ObjectUrl::from(gloo::file::Blob::from(typed));
    let png = platform::png(&platform::picture(&url).await?, size_px).await?;
    let Some(settings) = read_drawing_settings(&text) else { return Ok(Some(png)) };
    let buffer = array_buffer(&png).await?;
    match carry_settings(&Uint8Array::new(&buffer).to_vec(), &settings) {
        Ok(carrying) => blob(&carrying, "image/png").map(Some),
        Err(error) => {
            log::warn!("a drawing's settings are left behind: {error}");
            Ok(Some(png))
        }
    }
}
