//! What can be done with pictures, besides making and deleting them.

use std::sync::Arc;

use gallery::Record;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use crate::platform;
use crate::state::picture::carrying_settings;
use crate::state::{OutputFormat, Place, Studio};
use crate::words::settings;

/// Browsers drop downloads that begin in the same moment.
const BETWEEN_DOWNLOADS_MILLIS: u32 = 400;

impl Studio {
    /// Gives every picture a star, or takes all away when every one has one.
    pub(crate) fn toggle_favorite(self, records: &[Arc<Record>]) {
        let favorite = !records.iter().all(|record| record.favorite);
        let changed = records.iter().filter(|record| record.favorite != favorite);
        self.change(changed.map(|record| Record { favorite, ..Record::clone(record) }).collect());
    }

    /// Puts pictures into a collection, or takes them out.
    pub(crate) fn set_in_collection(self, records: &[Arc<Record>], name: &str, inside: bool) {
        let changed = records.iter().filter(|record| record.collections.iter().any(|c| c == name) != inside);
        let with = |record: &Arc<Record>| {
            let mut record = Record::clone(record);
            match inside {
                true => record.collections.push(name.to_owned()),
                false => record.collections.retain(|collection| collection != name),
            }
            record
        };
        self.change(changed.map(with).collect());
    }

    /// Saves a picture in the form's output format; one that was wanted as SVG, as that.
    async fn download(self, record: &Arc<Record>, png: &Blob) {
        let name = &record.file_name();
        let (format, quality) =
            (self.form.output_format.get_untracked(), self.form.output_quality.get_untracked());
        if format == OutputFormat::Svg || record.settings.svg.is_some() {
            // Why there is no drawing has been said.
            return match self.drawing_to_save(record).await {
                Some(drawing) => platform::save_blob(&drawing, &OutputFormat::Svg.file_name(name)),
                None => platform::save_blob(png, name),
            };
        }
        if format == OutputFormat::Png {
            return platform::save_blob(png, name);
        }
        match platform::convert(png, format.media_type(), quality).await {
            Ok(file) => {
                let carried = carrying_settings(&file, record).await.unwrap_or_else(|detail| {
                    let sentence = settings::not_carried(format.name());
                    self.notices.say_with_detail(Place::Gallery, sentence, detail);
                    file
                });
                platform::save_blob(&carried, &format.file_name(name));
            }
            Err(error) => {
                let sentence = settings::not_converted(format.name());
                self.notices.say_with_detail(Place::Gallery, sentence, format!("{error:?}"));
                platform::save_blob(png, name);
            }
        }
    }

    /// Saves pictures through the browser's downloads, one after another.
    pub(crate) fn download_pictures(self, records: Vec<Arc<Record>>) {
        spawn_local(async move {
            for (at, record) in records.iter().enumerate() {
                if at > 0 {
                    TimeoutFuture::new(BETWEEN_DOWNLOADS_MILLIS).await;
                }
                match self.png(&record.id).await {
                    Ok(png) => self.download(record, &png).await,
                    Err(error) => self.complain_of_storage(&error),
                }
            }
        });
    }
}
