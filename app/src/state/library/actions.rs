//! What can be done with pictures, besides making and deleting them.

use std::sync::Arc;

use gallery::Record;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::files::address;
use crate::platform;
use crate::state::Studio;

/// Browsers drop downloads that begin in the same moment.
const BETWEEN_DOWNLOADS_MILLIS: u32 = 400;
/// Long enough for the browser to have begun reading a download.
const UNTIL_READ_MILLIS: u32 = 30_000;

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

    /// Saves pictures through the browser's downloads, one after another.
    pub(crate) fn download_pictures(self, records: Vec<Arc<Record>>) {
        spawn_local(async move {
            for (at, record) in records.iter().enumerate() {
                if at > 0 {
                    TimeoutFuture::new(BETWEEN_DOWNLOADS_MILLIS).await;
                }
                match self.png(&record.id).await {
                    Ok(blob) => {
                        let url = address(blob);
                        platform::download(&url, &record.file_name());
                        set_timeout(
                            move || drop(url),
                            std::time::Duration::from_millis(UNTIL_READ_MILLIS.into()),
                        );
                    }
                    Err(error) => self.complain_of_storage(&error),
                }
            }
        });
    }
}
