//! The mask outlives the visit: it is kept with its source and comes back with it.

use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use masks::{Mask, Size};
use storage::{SourcePart, StorageError};
use wasm_bindgen_futures::spawn_local;

use super::Masking;
use super::files::{MaskFile, read};
use super::follow::Under;
use super::whole::Whole;
use crate::later::Errand;
use crate::state::{Original, Place, Studio};
use crate::words::mask as words;

/// Strokes that follow each other are stored together.
const PAUSE: Duration = Duration::from_millis(600);

/// A mask that was kept with a source which is about to be used.
pub(super) struct Stored {
    /// The hash of the source's file.
    source: String,
    whole: Whole,
}

/// What is painted over all of a source, on its way into the database.
pub(crate) struct ToKeep {
    /// The hash of the source's file.
    source: String,
    /// A black one need not be kept.
    mask: Option<Mask>,
    /// The count of changes that the mask is of, where it is the one that is shown.
    shown_after: Option<u64>,
}

impl ToKeep {
    fn of(under: &Under, shown: &Mask, changes: u64) -> Self {
        let is_shown = under.edit.is_none();
        let mask = if is_shown { shown.clone() } else { under.all(shown).mask().clone() };
        Self {
            source: under.source.clone(),
            mask: Some(mask).filter(|mask| !mask.is_black()),
            shown_after: is_shown.then_some(changes),
        }
    }
}

impl Masking {
    /// The mask that was kept with this source, if it was read. One of another source is let go of.
    pub(super) fn take_stored(self, source: &str) -> Option<Whole> {
        let stored = self.stored.try_update_value(Option::take).flatten();
        stored.filter(|stored| stored.source == source).map(|stored| stored.whole)
    }

    /// The mask of a picture whose settings were taken over, if it suits a source of this size.
    pub(super) fn take_asked_for(self, size: Size) -> Option<Mask> {
        let fits = |mask: &mut Mask| mask.size().has_shape_of(size);
        let taken = self.asked_for.try_update_value(|waiting| waiting.take_if(fits)).flatten();
        taken.map(|mask| mask.resized(size))
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
        let Some(Original { hash, edit, .. }) = untrack(|| self.source.ready()).map(|source| source.original)
        else {
            return;
        };
        let changes = self.mask.changes.get_untracked();
        let to_keep = self.mask.under.with_value(|under| {
            let under = under.as_ref().filter(|under| under.source == hash && under.edit == edit)?;
            self.mask.peek(|editor| ToKeep::of(under, editor.mask(), changes))
        });
        if let Some(to_keep) = to_keep {
            self.later(Errand::KeepMask(Box::new(to_keep)));
        }
    }

    /// Writes a mask into the database.
    pub(crate) fn keep_mask(self, ToKeep { source, mask, shown_after }: ToKeep) {
        let file = mask.map(|mask| match shown_after {
            Some(changes) => self.mask.file_of(changes, &mask),
            None => MaskFile::of(&mask),
        });
        let png = match file {
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

    /// Reads the mask that was last painted over a source which is about to be used, unless it lies over it already.
    pub(in crate::state) async fn bring_mask_of(self, Original { hash, own_px, .. }: &Original) {
        if self.mask.lies_over(hash) {
            return;
        }
        let Ok(Some(file)) = self.shelf.source_part(hash, SourcePart::Mask).await else { return };
        let Ok(mask) = read(&file).await else { return };
        if let Some(whole) = Whole::of(&mask, *own_px) {
            self.mask.stored.set_value(Some(Stored { source: hash.clone(), whole }));
        }
    }
}
