//! **Crop and rotate**: a dialog over the page.

use gloo::file::ObjectUrl;
use leptos::prelude::*;
use sources::{Edit, Proportions};

use super::crop_fields::CropFields;
use super::stage::Stage;
use crate::components::frame::Modal;
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::{Original, studio};
use crate::words::source as words;

/// What a crop can be held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hold {
    Free,
    /// The picture's own proportions, as it is turned.
    AsOriginal,
    /// Those of **Width** and **Height**.
    AsResult,
    Ratio(u32, u32),
}

impl Hold {
    pub(super) const ALL: [Self; 10] = [
        Self::Free,
        Self::AsOriginal,
        Self::AsResult,
        Self::Ratio(1, 1),
        Self::Ratio(4, 3),
        Self::Ratio(3, 4),
        Self::Ratio(3, 2),
        Self::Ratio(2, 3),
        Self::Ratio(16, 9),
        Self::Ratio(9, 16),
    ];

    /// After a quarter turn.
    fn turned(self) -> Self {
        match self {
            Self::Ratio(across, down) => Self::Ratio(down, across),
            Self::AsResult => Self::Free,
            Self::Free | Self::AsOriginal => self,
        }
    }
}

/// The edit on which the dialog works; nothing else changes before **Apply**.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub own_px: (u32, u32),
    pub edit: RwSignal<Edit>,
    pub hold: RwSignal<Hold>,
    result_px: Option<(u32, u32)>,
}

impl Editing {
    /// What the crop is held to. Tracked.
    pub(super) fn proportions(self) -> Proportions {
        let ratio = |(across, down)| Proportions::Ratio(across, down);
        match self.hold.get() {
            Hold::Free => Proportions::Free,
            Hold::AsOriginal => ratio(self.edit.get().turned_px(self.own_px)),
            Hold::AsResult => self.result_px.map_or(Proportions::Free, ratio),
            Hold::Ratio(across, down) => Proportions::Ratio(across, down),
        }
    }

    /// Holds the crop to other proportions.
    pub(super) fn hold_to(self, hold: Hold) {
        self.hold.set(hold);
        let proportions = untrack(|| self.proportions());
        self.edit.update(|edit| {
            let turned_px = edit.turned_px(self.own_px);
            *edit = edit.cropped(edit.kept(self.own_px).held_to(proportions, turned_px), self.own_px);
        });
    }

    fn turn(self, turned: fn(Edit, (u32, u32)) -> Edit) {
        self.hold.update(|hold| *hold = hold.turned());
        self.edit.update(|edit| *edit = turned(*edit, self.own_px));
    }
}

/// The dialog, while it is open.
#[component]
pub(crate) fn CropDialog() -> impl IntoView {
    let source = studio().source;
    let open = Signal::derive(move || source.editing.get() && source.ready().is_some());
    let close = Callback::new(move |()| source.editing.set(false));
    view! {
        <Modal open=open close=close title=words::EDIT class="crop-dialog">
            {move || untrack(|| source.ready()).map(|source| view! { <Editor original=source.original close /> })}
        </Modal>
    }
}

#[component]
fn Editor(original: Original, close: Callback<()>) -> impl IntoView {
    let studio = studio();
    let url = ObjectUrl::from(gloo::file::Blob::from(original.file.blob.clone()));
    let address = url.to_string();
    // The address is good for as long as the dialog is open.
    let kept = StoredValue::new_local(Some(url));
    on_cleanup(move || kept.set_value(None));
    let side = |text: RwSignal<String>| text.get_untracked().trim().parse::<u32>().ok().filter(|px| *px > 0);
    let editing = Editing {
        own_px: original.own_px,
        edit: RwSignal::new(original.edit),
        hold: RwSignal::new(Hold::Free),
        result_px: side(studio.form.width_px).zip(side(studio.form.height_px)),
    };
    let apply = move |_| {
        studio.edit_source(editing.edit.get_untracked());
        close.run(());
    };
    let reset = move |_| {
        editing.hold.set(Hold::Free);
        editing.edit.set(Edit::default());
    };
    let tool = |name: &'static str, icon: Icon, turned: fn(Edit, (u32, u32)) -> Edit| {
        view! {
            <IconButton icon=icon name=name press=move |_| editing.turn(turned) />
        }
    };
    let flip = move |_| editing.edit.update(|edit| *edit = edit.flipped(editing.own_px));
    view! {
        <Stage editing url=address />
        <div class="crop-tools">
            <div class="crop-turns">
                {tool(words::ROTATE_LEFT, Icon::RotateLeft, Edit::turned_left)}
                {tool(words::ROTATE_RIGHT, Icon::RotateRight, Edit::turned_right)}
                <IconButton icon=Icon::Mirror name=words::MIRROR press=flip />
                <button type="button" class="quiet" on:click=reset>{words::RESET}</button>
            </div>
            <CropFields editing />
            <div class="crop-end">
                <button type="button" on:click=move |_| close.run(())>{words::CANCEL}</button>
                <button type="button" class="primary" on:click=apply>{words::APPLY}</button>
            </div>
        </div>
    }
}
