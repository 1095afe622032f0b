//! The editor's view of the mask, and what keys and buttons do to both.

use leptos::prelude::*;
use masks::{Point, Sample, View};

use super::keys::{Command, Moved};
use crate::state::Studio;
use crate::words::mask as words;

/// A step of a zoom button or key.
const CLOSER: f64 = 1.25;
/// Steps of the arrows: the brush goes this part of its width, the picture this many CSS pixels.
const BRUSH_STEP: f64 = 0.25;
const PICTURE_STEP: f64 = 64.0;

/// What the parts of the editor share while it is open.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub studio: Studio,
    /// Where the mask is on the canvas, once the canvas has a size.
    pub view: RwSignal<Option<View>>,
    /// Where the brush is, in pixels of the mask; `None` while no pointer is over the canvas.
    pub brush_at: RwSignal<Option<Point>>,
    /// The space bar is held.
    pub grabs: RwSignal<bool>,
    /// Whether the mask is shown without its picture.
    pub alone: RwSignal<bool>,
    /// What has just happened, for who cannot see it.
    pub said: RwSignal<String>,
}

impl Desk {
    pub(super) fn new(studio: Studio) -> Self {
        Self {
            studio,
            view: RwSignal::new(None),
            brush_at: RwSignal::new(None),
            grabs: RwSignal::new(false),
            alone: RwSignal::new(false),
            said: RwSignal::new(String::new()),
        }
    }

    /// Changes the view, once there is one.
    pub(super) fn look(self, change: impl FnOnce(&mut View)) {
        self.view.update(|view| {
            if let Some(view) = view {
                change(view);
            }
        });
    }

    pub(super) fn zoom(self, closer: bool) {
        self.look(|view| view.zoom_by(if closer { CLOSER } else { 1.0 / CLOSER }, view.middle()));
    }

    pub(super) fn fit(self) {
        self.look(View::fit_again);
    }

    pub(super) fn undo(self) {
        self.studio.mask.edit(masks::Editor::undo);
        self.tell_share();
    }

    pub(super) fn redo(self) {
        self.studio.mask.edit(masks::Editor::redo);
        self.tell_share();
    }

    pub(super) fn clear(self) {
        self.studio.mask.edit(masks::Editor::clear);
        self.tell_share();
    }

    pub(super) fn invert(self) {
        self.studio.mask.edit(masks::Editor::invert);
        self.tell_share();
    }

    fn tell_share(self) {
        self.said.set(words::share(self.studio.mask.share.get_untracked()));
    }

    /// Does what a key asks for; false if there is nothing of the kind to do.
    pub(super) fn obey(self, command: Command) -> bool {
        let mask = self.studio.mask;
        let Some(size) = mask.peek(|editor| editor.mask().size()) else { return false };
        match command {
            Command::Undo => self.undo(),
            Command::Redo => self.redo(),
            Command::Invert => self.invert(),
            Command::Tool(tool) => mask.brush.tool.set(tool),
            Command::Resize { larger } => mask.brush.resize(larger, size),
            Command::Harden { by } => mask.brush.harden(by),
            Command::Zoom { closer } => self.zoom(closer),
            Command::Fit => self.fit(),
            Command::Move { x, y, what } => self.go(x, y, what),
            Command::Press => self.press(),
            Command::Grab => self.grabs.set(true),
            Command::Abandon => {
                let painting = mask.peek(masks::Editor::is_painting) == Some(true);
                mask.edit(masks::Editor::abandon);
                return painting;
            }
        }
        true
    }

    fn go(self, x: f64, y: f64, what: Moved) {
        let mask = self.studio.mask;
        let Some(size) = mask.peek(|editor| editor.mask().size()) else { return };
        let step = match what {
            // The picture goes the other way, so that the arrow says where one looks.
            Moved::Picture => return self.look(|view| view.pan(-x * PICTURE_STEP, -y * PICTURE_STEP)),
            Moved::BrushByPixel => 1.0,
            Moved::Brush => (mask.brush.brush(size).size_px * BRUSH_STEP).round().max(1.0),
        };
        let from = self.brush_place();
        let place = Point::new(
            (from.x + x * step).clamp(0.0, f64::from(size.width_px)),
            (from.y + y * step).clamp(0.0, f64::from(size.height_px)),
        );
        self.brush_at.set(Some(place));
        self.look(|view| view.reveal(place));
        mask.edit(|editor| editor.extend(Sample { place, pressure: 1.0 }));
    }

    fn press(self) {
        let mask = self.studio.mask;
        let Some((size, painting)) = mask.peek(|editor| (editor.mask().size(), editor.is_painting())) else {
            return;
        };
        if painting {
            mask.edit(|editor| {
                editor.finish();
                None
            });
            self.said.set(words::BRUSH_UP.to_owned());
            return;
        }
        let place = self.brush_place();
        self.brush_at.set(Some(place));
        let brush = mask.brush.brush(size);
        mask.edit(|editor| editor.begin(brush, Sample { place, pressure: 1.0 }));
        self.said.set(words::BRUSH_DOWN.to_owned());
    }

    /// Where the brush is, or the middle of what is seen.
    fn brush_place(self) -> Point {
        let middle = || self.view.get_untracked().map(|view| view.on_mask(view.middle()));
        self.brush_at.get_untracked().or_else(middle).unwrap_or_default()
    }
}
