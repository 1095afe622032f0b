//! The mask as a file: for the engine, for the person, and from a picture made with one.

use gloo::file::ObjectUrl;
use js_sys::Uint8Array;
use leptos::prelude::*;
use masks::{Mask, MaskError, Size, WHITE, decode, encode};
use protocol::{InpaintArea, SourceFit};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::Masking;
use crate::platform::{self, array_buffer};
use crate::state::request::Complaint;
use crate::state::size::shows_ground;
use crate::state::source::SourceFile;
use crate::state::{Place, Studio};
use crate::words::mask as words;

/// A file larger than this is not read at all.
const MOST_BYTES: f64 = 64.0 * 1024.0 * 1024.0;

/// A mask's PNG, and where it can be downloaded as long as this lives.
#[derive(Clone)]
pub(super) struct MaskFile {
    png: Blob,
    url: ObjectUrl,
}

impl MaskFile {
    /// Its PNG.
    pub(super) fn png(&self) -> &Blob {
        &self.png
    }

    pub(super) fn of(mask: &Mask) -> Result<Self, String> {
        let png = encode(mask).map_err(|error| error.to_string())?;
        let png = platform::blob(&png, "image/png").map_err(|error| format!("{error:?}"))?;
        Ok(Self { url: ObjectUrl::from(gloo::file::Blob::from(png.clone())), png })
    }
}

impl Masking {
    /// The mask as a PNG.
    fn file(self) -> Option<Result<MaskFile, String>> {
        self.peek(|editor| self.file_of(self.changes.get_untracked(), editor.mask()))
    }

    /// What the mask was after so many changes, as a PNG that is written once.
    pub(super) fn file_of(self, changes: u64, mask: &Mask) -> Result<MaskFile, String> {
        let written = self.file.with_value(Clone::clone).filter(|(of, _)| *of == changes);
        if let Some((_, file)) = written {
            return Ok(file);
        }
        let file = MaskFile::of(mask)?;
        self.file.set_value(Some((changes, file.clone())));
        Ok(file)
    }
}

/// Why a mask would change nothing, if so. `ground` is drawn anew whatever the mask says.
fn fault(mask: &Mask, ground: Ground) -> Option<&'static str> {
    match (mask.values().iter().max(), ground) {
        (_, Ground::Drawn) => None,
        (None | Some(0), Ground::None) => Some(words::EMPTY),
        (None | Some(0), Ground::LeftOut) => Some(words::EMPTY_BUT_GROUND),
        (Some(&whitest), _) if whitest < WHITE => Some(words::FAINT),
        (Some(_), _) => None,
    }
}

/// What lies around a source that is padded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The source fills the picture.
    None,
    /// It becomes part of the picture, and is drawn anew.
    Drawn,
    /// It would be drawn, but only the masked part of the source is asked for.
    LeftOut,
}

impl Studio {
    /// What lies around the source in the picture that stands in the form. Tracked.
    pub(crate) fn ground(self) -> Ground {
        let side = |text: RwSignal<String>| text.get().trim().parse::<u32>().ok();
        let asked = side(self.form.width_px).zip(side(self.form.height_px));
        let pads = self.form.source_fit.get().source_fit() == SourceFit::Pad;
        let shown =
            self.source.size_px().zip(asked).is_some_and(|(source, asked)| shows_ground(source, asked));
        match (pads && shown, self.form.inpaint_area.get()) {
            (false, _) => Ground::None,
            (true, InpaintArea::Whole) => Ground::Drawn,
            (true, InpaintArea::Masked) => Ground::LeftOut,
        }
    }

    /// The mask's file for a picture of this source; `None` where the whole source is drawn anew.
    pub(in crate::state) fn mask_of(self, source: Option<&SourceFile>) -> Result<Option<Blob>, Complaint> {
        if source.is_none() || !self.form.inpaint.get_untracked() {
            return Ok(None);
        }
        self.mask.edit(|editor| {
            editor.finish();
            None
        });
        let complain = |sentence: &str| Complaint { place: Place::Mask, sentence: sentence.to_owned() };
        let ground = untrack(|| self.ground());
        if let Some(fault) = self.mask.peek(|editor| fault(editor.mask(), ground)).flatten() {
            return Err(complain(fault));
        }
        match self.mask.file() {
            Some(Ok(file)) => {
                // Another mask is no longer waited for.
                self.mask.asked_for.set_value(None);
                Ok(Some(file.png))
            }
            Some(Err(_)) => Err(complain(words::UNWRITTEN)),
            None => Err(complain(words::EMPTY)),
        }
    }

    /// Saves the mask as a PNG through the browser's downloads.
    pub(crate) fn export_mask(self) {
        match self.mask.file() {
            Some(Ok(file)) => platform::download(&file.url, words::FILE_NAME),
            Some(Err(detail)) => self.notices.say_with_detail(Place::Mask, words::UNWRITTEN, detail),
            None => {}
        }
    }

    /// Takes a PNG file as the mask, and turns inpainting on. What does not suit is answered in one sentence; what
    /// was there before can be had back by undoing.
    pub(crate) fn take_mask(self, file: Blob) {
        self.notices.clear(Place::Mask);
        spawn_local(async move {
            let taken = match read(&file).await {
                Ok(mask) => self.use_mask(&mask),
                Err(sentence) => Err(sentence),
            };
            if let Err(sentence) = taken {
                self.notices.say(Place::Mask, sentence);
            }
        });
    }

    fn use_mask(self, mask: &Mask) -> Result<(), String> {
        let Some(source) = untrack(|| self.source.size_px()) else { return Err(words::NO_SOURCE.to_owned()) };
        if !mask.size().has_shape_of(Size::new(source.0, source.1)) {
            return Err(words::wrong_shape(sides(mask), source));
        }
        self.form.inpaint.set(true);
        self.mask.edit(|editor| editor.replace(mask));
        Ok(())
    }

    /// Takes a source together with the mask that was painted over it.
    pub(in crate::state) async fn take_masked_source(self, source: SourceFile, mask: &Blob) {
        self.form.inpaint.set(true);
        let mask = read(mask).await;
        self.take_source(source);
        match mask {
            Ok(mask) => self.mask.brought.set_value(Some(mask)),
            Err(sentence) => self.notices.say(Place::Mask, sentence),
        }
    }

    /// No mask waits for a source of its shape any more.
    pub(in crate::state) fn forget_waiting_mask(self) {
        self.mask.asked_for.set_value(None);
    }

    /// The source that a mask came along with is not to be used.
    pub(in crate::state) fn forget_brought_mask(self) {
        self.mask.brought.set_value(None);
    }

    /// Brings back the mask that a picture was made with. One that does not suit the source of now waits for its own.
    pub(crate) fn restore_mask(self, file: Blob) {
        self.form.inpaint.set(true);
        spawn_local(async move {
            match read(&file).await {
                Ok(mask) => {
                    // A source on its way has its own word on what suits it.
                    if self.source.is_checking() || self.use_mask(&mask).is_err() {
                        self.notices.say(Place::Mask, words::waits(sides(&mask)));
                        self.mask.asked_for.set_value(Some(mask));
                    }
                }
                Err(sentence) => self.notices.say(Place::Mask, sentence),
            }
        });
    }
}

fn sides(mask: &Mask) -> (u32, u32) {
    (mask.size().width_px, mask.size().height_px)
}

/// Reads a mask, or says in a sentence why it is none.
pub(super) async fn read(file: &Blob) -> Result<Mask, String> {
    let refused = |error: MaskError| words::refused(&error.to_string());
    if file.size() > MOST_BYTES {
        return Err(words::refused("the mask's file is larger than 64 MB"));
    }
    let buffer = array_buffer(file).await.map_err(|_| words::UNREADABLE.to_owned())?;
    decode(&Uint8Array::new(&buffer).to_vec()).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_that_would_change_nothing_is_found() {
        let mask = |values: [u8; 2]| Mask::from_values(Size::new(2, 1), values.to_vec()).unwrap();
        let (black, faint, white) = (mask([0, 0]), mask([127, 1]), mask([0, 128]));
        assert_eq!(fault(&black, Ground::None), Some(words::EMPTY));
        assert_eq!(fault(&black, Ground::LeftOut), Some(words::EMPTY_BUT_GROUND));
        for ground in [Ground::None, Ground::LeftOut] {
            assert_eq!(fault(&faint, ground), Some(words::FAINT));
        }
        for mask in [black, faint, white.clone()] {
            assert_eq!(fault(&mask, Ground::Drawn), None, "the ground is drawn anew");
        }
        assert_eq!(fault(&white, Ground::None), None);
    }
}
