//! The mask outlives the visit: it is kept with its source and comes back with it.

use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use masks::{Editor, Mask, Size};
use storage::{SourcePart, StorageError};
use wasm_bindgen_futures::spawn_local;

use super::Masking;
use super::files::{MaskFile, read};
use super::follow::Under;
use super::whole::{Whole, mask_size};
use crate::later::Errand;
use crate::state::{Original, Place, Studio};
use crate::words::mask as words;

/// Strokes that follow each other are stored together.
const PAUSE: Duration = Duration::from_millis(600);

/// A mask that was kept with a source which is about to be used.
pub(super) struct Stored {
    /// The hash of the source's file.
    source: String,
    /// Over what the source's edit leaves of it.
    pub mask: Mask,
    /// Over all of it.
    pub whole: Whole,
}

/// A mask on its way into the database.
pub(crate) struct ToKeep {
    /// The hash of the source's file.
    source: String,
    /// The count of changes that it is of.
    changes: u64,
    /// Over what the source's edit leaves of it. A black one need not be kept.
    mask: Option<Mask>,
    /// Over all of it, where that is more.
    whole: Option<Mask>,
}

impl ToKeep {
    fn of(under: &Under, mask: &Mask, changes: u64) -> Self {
        let whole = (!under.edit.is_none()).then(|| under.all(mask).into_mask());
        let [mask, whole] = [Some(mask.clone()), whole].map(|mask| mask.filter(|mask| !mask.is_black()));
        Self { source: under.source.clone(), changes, mask, whole }
    }
}

impl Masking {
    /// The mask that was kept with this source, if it was read. One of another source is let go of.
    pub(super) fn take_stored(self, source: &str) -> Option<Stored> {
        let stored = self.stored.try_update_value(Option::take).flatten();
        stored.filter(|stored| stored.source == source)
    }

    /// The mask that came along with the source of this size.
    pub(super) fn take_brought(self, size: Size) -> Option<Mask> {
        let brought = self.brought.try_update_value(Option::take).flatten();
        brought.and_then(|mask| mask.fitted(size))
    }

    /// The mask of a picture whose settings were taken over, if it suits a source of this size.
    pub(super) fn take_asked_for(self, size: Size) -> Option<Mask> {
        let fitted = self.asked_for.with_value(|mask| mask.as_ref()?.fitted(size))?;
        self.asked_for.set_value(None);
        Some(fitted)
    }
}

impl Studio {
    /// Stores the mask beside its source whenever it has changed.
    pub(super) fn remember_mask(self) {
        let mut save = debounce(PAUSE, move |()| self.store_mask_after_stroke());
        Effect::new(move |_| {
            self.mask.changes.track();
            save(());
        });
    }

    /// Stores the mask once no stroke is on its way: one may be taken back.
    fn store_mask_after_stroke(self) {
        match self.mask.peek(Editor::is_painting) {
            Some(true) => set_timeout(move || self.store_mask_after_stroke(), PAUSE),
            _ => self.store_mask(),
        }
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
    pub(crate) fn keep_mask(self, ToKeep { source, changes, mask, whole }: ToKeep) {
        let mask = mask.map(|mask| self.mask.file_of(changes, &mask)).transpose();
        let whole = whole.map(|whole| MaskFile::of(&whole)).transpose();
        // Said when a picture is asked for.
        let (Ok(mask), Ok(whole)) = (mask, whole) else { return };
        let [mask, whole] = [mask, whole].map(|file| file.map(|file| file.png().clone()));
        spawn_local(async move {
            match self.shelf.set_source_mask(&source, mask, whole).await {
                Ok(()) => self.notices.take_back(Place::Mask, words::NOT_KEPT),
                Err(StorageError::Full) => self.notices.say(Place::Mask, words::NOT_KEPT),
                Err(error) => log::debug!("the mask is not kept: {error}"),
            }
        });
    }

    /// Reads the mask that was last painted over a source which is about to be used, unless it lies over it already.
    pub(in crate::state) async fn bring_mask_of(self, Original { hash, own_px, edit, .. }: &Original) {
        if self.mask.lies_over(hash) {
            return;
        }
        let [mask, whole] =
            [self.kept_mask(hash, SourcePart::Mask).await, self.kept_mask(hash, SourcePart::WholeMask).await];
        if mask.is_none() && whole.is_none() {
            return;
        }
        let mut whole =
            whole.and_then(|mask| Whole::of(&mask, *own_px)).unwrap_or_else(|| Whole::black(*own_px));
        // What had been done to the source when the mask was painted.
        let before = self.source.recents.edit_of(hash).unwrap_or_default();
        let mask = match mask.filter(|mask| mask.size().has_shape_of(mask_size(before.edited_px(*own_px)))) {
            Some(mask) => whole.recut(&mask, before, *edit),
            None => whole.cut(*edit),
        };
        self.mask.stored.set_value(Some(Stored { source: hash.clone(), mask, whole }));
    }

    async fn kept_mask(self, source: &str, part: SourcePart) -> Option<Mask> {
        let file = self.shelf.source_part(source, part).await.ok()??;
        read(&file).await.ok()
    }
}
