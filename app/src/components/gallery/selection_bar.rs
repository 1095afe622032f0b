//! What can be done with the pictures chosen together. It stands where the filters are.

use std::sync::Arc;

use gallery::Record;
use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::later::Errand;
use crate::state::{Studio, studio};
use crate::words::{compare, gallery as words, packs};

type Action = fn(Studio, Vec<Arc<Record>>);

const ACTIONS: [(&str, Icon, Action); 7] = [
    (words::STAR_SELECTED, Icon::Star, |studio, records| studio.toggle_favorite(&records)),
    (compare::COMPARE_SELECTED, Icon::Compare, |studio, _| {
        studio.compare_subjects();
    }),
    (words::COLLECT_SELECTED, Icon::Collect, |studio, records| {
        let ids = records.iter().map(|record| record.id.clone()).collect();
        studio.library.collecting.set(Some(ids));
    }),
    (packs::SAVE_PICTURES, Icon::Pack, |studio, records| studio.later(Errand::SaveAsPack(records))),
    (packs::SAVE_RECIPE, Icon::Sliders, |studio, records| studio.later(Errand::SaveRecipe(records))),
    (words::DOWNLOAD_SELECTED, Icon::Download, |studio, records| studio.later(Errand::Download(records))),
    (words::DELETE_SELECTED, Icon::Trash, |studio, records| studio.delete_pictures(&records)),
];

/// The bar.
#[component]
pub(super) fn SelectionBar() -> impl IntoView {
    let studio = studio();
    let library = studio.library;
    let selection = library.selection;
    let actions = ACTIONS.map(|(name, icon, act)| {
        view! {
            <IconButton icon=icon name=name class="quiet" press=move |_| act(studio, library.chosen()) />
        }
    });
    let all = move |_| selection.update(|selection| selection.choose_all(&library.shown.get_untracked()));
    let others = move |_| selection.update(|selection| selection.invert(&library.shown.get_untracked()));
    view! {
        <div class="selection-bar" role="toolbar" aria-label=words::SELECTION>
            <IconButton
                icon=Icon::Close
                name=words::CLEAR_SELECTION
                class="quiet"
                attr:aria-keyshortcuts="Escape"
                press=move |_| selection.update(gallery::Selection::clear)
            />
            <p role="status">{move || words::selected(selection.with(gallery::Selection::len))}</p>
            <button type="button" class="quiet" on:click=all>{words::SELECT_ALL}</button>
            <button type="button" class="quiet" on:click=others>{words::INVERT}</button>
            <div class="selection-actions">{actions}</div>
        </div>
    }
}
