//! Pictures' files: read when they are needed, and small ones for the grid.

use std::rc::Rc;
use std::sync::Arc;

use gallery::{Record, thumbnail_size};
use gloo::file::ObjectUrl;
use leptos::prelude::*;
use storage::{PicturePart, StorageError};
use web_sys::Blob;

use crate::platform;
use crate::state::Studio;

/// An address of a blob, until it is dropped.
pub(crate) fn address(blob: Blob) -> Rc<ObjectUrl> {
    Rc::new(ObjectUrl::from(gloo::file::Blob::from(blob)))
}

fn missing(id: &str) -> StorageError {
    StorageError::Missing { what: format!("picture {id}") }
}

impl Studio {
    /// One of a picture's files, from memory or the database; `None` when the picture has no such file.
    pub(crate) async fn picture_file(
        self,
        id: &str,
        part: PicturePart,
    ) -> Result<Option<Blob>, StorageError> {
        let in_memory = self
            .library
            .unsaved
            .with_value(|unsaved| unsaved.get(id).map(|unsaved| unsaved.files.part(part).cloned()));
        match in_memory {
            Some(blob) => Ok(blob),
            None => self.shelf.part(id, part).await,
        }
    }

    /// A picture's PNG.
    pub(crate) async fn png(self, id: &str) -> Result<Blob, StorageError> {
        self.picture_file(id, PicturePart::Png).await?.ok_or_else(|| missing(id))
    }

    /// The address of a picture's thumbnail, if it is at hand.
    pub(crate) fn thumbnail_at_hand(self, id: &str) -> Option<Rc<ObjectUrl>> {
        self.library.addresses.try_update_value(|addresses| addresses.get(id).cloned()).flatten()
    }

    /// The address of a picture's thumbnail.
    pub(crate) async fn thumbnail(self, record: &Arc<Record>) -> Result<Rc<ObjectUrl>, StorageError> {
        let id = &record.id;
        let blob = match self.picture_file(id, PicturePart::Thumbnail).await? {
            Some(thumbnail) => thumbnail,
            None => self.thumbnail_of_earlier(record).await?,
        };
        let url = address(blob);
        self.library.addresses.update_value(|addresses| addresses.put(id, Rc::clone(&url)));
        Ok(url)
    }

    /// Pictures of earlier versions were stored without thumbnails: they get theirs when they are first seen.
    async fn thumbnail_of_earlier(self, record: &Arc<Record>) -> Result<Blob, StorageError> {
        let png = self.png(&record.id).await?;
        let Some(thumbnail) = self.draw_thumbnail(record, &png).await else { return Ok(png) };
        self.keep_part(&record.id, PicturePart::Thumbnail, thumbnail.clone()).await;
        Ok(thumbnail)
    }

    /// Keeps a file that was made of a picture. One that cannot be stored is made again on the next visit.
    pub(crate) async fn keep_part(self, id: &str, part: PicturePart, blob: Blob) {
        let in_memory = self.library.unsaved.try_update_value(|unsaved| {
            unsaved.get_mut(id).map(|unsaved| unsaved.files.add(part, blob.clone())).is_some()
        });
        if in_memory == Some(true) {
            return;
        }
        if let Err(error) = self.shelf.add_part(id, part, blob).await {
            log::debug!("a file of picture {id} is not kept: {error}");
        }
    }

    /// A thumbnail, where the picture is large enough to need one and can be drawn.
    pub(super) async fn draw_thumbnail(self, record: &Record, png: &Blob) -> Option<Blob> {
        let size_px = thumbnail_size(record.settings.width, record.settings.height)?;
        match platform::thumbnail(png, size_px).await {
            Ok(blob) => Some(blob),
            Err(error) => {
                log::debug!("no thumbnail of {}: {error:?}", record.id);
                None
            }
        }
    }
}
