//! What opens over the page: the larger part of all that can be seen, and none of what is seen first.

use leptos::{prelude::*, task::spawn_local_scoped};

use super::{compare, drop_zone, frame, gallery, help, mask, models, packs, prompt, queue, sheet, source};
use crate::later;
use crate::state::studio;

/// The dialogs and drawers, as soon as their module is here. What was asked to open before opens then.
#[component]
pub(super) fn Dialogs() -> impl IntoView {
    let studio = studio();
    let made = StoredValue::new_local(None);
    let here = RwSignal::new(false);
    // Within this component's scope, where the dialogs find what they share.
    spawn_local_scoped(async move {
        made.set_value(Some(later::dialogs(studio).await));
        here.set(true);
    });
    move || here.get().then(|| made.try_update_value(Option::take).flatten())
}

/// All of them.
pub(crate) fn dialogs() -> AnyView {
    view! {
        <gallery::PictureDialog />
        <gallery::CollectionsDialog />
        <mask::MaskEditor />
        <source::CropDialog />
        <source::GalleryPicker />
        <compare::CompareDialog />
        <frame::AboutDrawer />
        <prompt::HistoryDrawer />
        <prompt::StylesDrawer />
        <help::HelpDrawer />
        <packs::PacksDrawer />
        <queue::QueueDrawer />
        <sheet::SheetDrawer />
        <models::ModelsDrawer />
        <gallery::UndoBar />
        <drop_zone::DropHint />
    }
    .into_any()
}
