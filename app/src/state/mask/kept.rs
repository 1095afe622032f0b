//! The mask outlives the visit: it is kept with its source and comes back with it.

use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use masks::{Editor, Mask, Size};
use storage::{SourcePart, StorageError};
use wasm_bindgen_futures::spawn_local;

use super::Masking;
use super::files::read;
use super::follow::moved;
use crate::later::Errand;
use crate::state::{Original, Place, Studio};
use crate::words::mask as words;

/// Strokes that follow each other are stored together.
const PAUSE: Duration = Duration::from_millis(600);

/// A mask whose source is not here yet.
pub(super) struct Waiting {
    mask: Mask,
    /// The hash of its source's file; without, it suits any source of its shape.
    source: Option<String>,
}

/// A mask on its way into the database.
pub(crate) struct ToKeep {
    /// The hash of its source's file.
    source: String,
    /// The count of changes that it is of.
    changes: u64,
    /// A black one need not be kept.
    mask: Option<Mask>,
}

impl Masking {
    /// Has a mask wait for its source. One that is known to be of a recent source does not take the place of one that a
    /// picture was made with: the person asked for that.
    pub(super) fn wait_with(self, mask: Mask, source: Option<String>) {
        self.waiting.update_value(|waiting| {
            let asked_for = waiting.as_ref().is_some_and(|waiting| waiting.source.is_none());
            if source.is_none() || !asked_for {
                *waiting = Some(Waiting { mask, source });
            }
        });
    }

    /// The mask that waited for this source, of the size wanted.
    pub(super) fn take_waiting(self, size: Size, source: &str) -> Option<Mask> {
        let is_of_another =
            |waiting: &Waiting| waiting.source.as_deref().is_some_and(|awaited| awaited != source);
        let taken = self.waiting.try_update_value(|waiting| {
            *waiting = waiting.take().filter(|waiting| !is_of_another(waiting));
            waiting.take_if(|waiting| waiting.mask.size().has_shape_of(size))
        });
        taken.flatten().map(|waiting| waiting.mask.resized(size))
    }
}

impl Studio {
    /// Stores the mask beside its source whenever it has changed.
    pub(super) fn remember_mask(self) {
        let mut save = debounce(PAUSE, move |()| self.store_mask());
        Effect::new(move |_| {
            self.mask.changes.track();
            save(());
        });
    }

    /// Stores the mask beside its source, as it is now.
    pub(in crate::state) fn store_mask(self) {
        let Some(source) = untrack(|| self.source.ready()) else { return };
        let changes = self.mask.changes.get_untracked();
        let of = |editor: &Editor| Some(editor.mask().clone()).filter(|mask| !mask.is_black());
        if let Some(mask) = self.mask.peek(of) {
            self.later(Errand::KeepMask(Box::new(ToKeep { source: source.original.hash, changes, mask })));
        }
    }

    /// Writes a mask into the database.
    pub(crate) fn keep_mask(self, ToKeep { source, changes, mask }: ToKeep) {
        let png = match mask.map(|mask| self.mask.file_of(changes, &mask)) {
            Some(Ok(file)) => Some(file.png().clone()),
            None => None,
            // Said when a picture is asked for.
            Some(Err(_)) => return,
        };
        spawn_local(async move {
            match self.shelf.set_source_mask(&source, png).await {
                Ok(()) => self.notices.take_back(Place::Mask, words::NOT_KEPT),
                Err(StorageError::Full) => self.notices.say(Place::Mask, words::NOT_KEPT),
                Err(error) => log::debug!("the mask is not kept: {error}"),
            }
        });
    }

    /// Has the mask that was last painted over a source wait for it, turned and cropped as the source is now. The one
    /// that lies over it already is not waited for.
    pub(in crate::state) async fn bring_mask_of(self, source: &Original) {
        let Original { hash, own_px, edit, .. } = source;
        let Some(painted_over) = self.source.recents.edit_of(hash).filter(|_| !self.mask.lies_over(hash))
        else {
            return;
        };
        let Ok(Some(file)) = self.shelf.source_part(hash, SourcePart::Mask).await else { return };
        let Ok(mask) = read(&file).await else { return };
        if let Some(mask) = moved(&mask, *own_px, painted_over, *edit) {
            self.mask.wait_with(mask, Some(hash.clone()));
        }
    }
}
