//! **From the gallery**: a picture of the gallery as the source, found by its prompt.

use std::sync::Arc;

use gallery::{Query, Record};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::components::frame::Modal;
use crate::components::gallery::Thumbnail;
use crate::components::icon::Icon;
use crate::state::studio;
use crate::words::{gallery as gallery_words, source as words};

/// Pictures that are drawn at once; a button draws as many more.
const AT_ONCE: usize = 60;

/// Opens the picker; nothing while the gallery is empty.
#[component]
pub(super) fn FromGallery() -> impl IntoView {
    let studio = studio();
    let any = Memo::new(move |_| studio.library.album.with(|album| !album.is_empty()));
    view! {
        <Show when=move || any.get()>
            <button type="button" class="from-gallery" on:click=move |_| studio.source.picking.set(true)>
                {Icon::Picture.draw()}
                {words::FROM_GALLERY}
            </button>
        </Show>
    }
}

/// The picker, while it is open.
#[component]
pub(crate) fn GalleryPicker() -> impl IntoView {
    let picking = studio().source.picking;
    let close = Callback::new(move |()| picking.set(false));
    view! {
        <Modal open=picking close=close title=words::FROM_GALLERY class="picker-dialog">
            <Picker close />
        </Modal>
    }
}

#[component]
fn Picker(close: Callback<()>) -> impl IntoView {
    let studio = studio();
    let (text, room) = (RwSignal::new(String::new()), RwSignal::new(AT_ONCE));
    let found = Memo::new(move |_| {
        let query = Query { text: text.get(), ..Query::default() };
        studio.library.album.with(|album| album.find(&query))
    });
    let pick = Callback::new(move |record: Arc<Record>| {
        close.run(());
        studio.use_as_source(&record);
    });
    let (search, list) = (NodeRef::<html::Input>::new(), NodeRef::<html::Ul>::new());
    // The words are typed at once; the dialog itself would focus its close button.
    Effect::new(move |_| {
        if let Some(search) = search.get() {
            request_animation_frame(move || drop(search.focus()));
        }
    });
    let typed = move |event: ev::Event| {
        text.set(event_target_value(&event));
        room.set(AT_ONCE);
    };
    let search_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            focus(list, 0);
        }
        "Enter" => {
            event.prevent_default();
            let first = found.with_untracked(|found| found.first().cloned());
            first.into_iter().for_each(|record| pick.run(record));
        }
        _ => {}
    };
    let shown = move || found.with(|found| found[..found.len().min(room.get())].to_vec());
    let more = Memo::new(move |_| found.with(Vec::len).saturating_sub(room.get()));
    view! {
        <div class="picker">
            <div class="search">
                {Icon::Search.draw()}
                <input
                    node_ref=search
                    type="search"
                    aria-label=words::SEARCH_GALLERY
                    placeholder=words::SEARCH_GALLERY
                    title=gallery_words::SEARCH_HINT
                    prop:value=text
                    on:input=typed
                    on:keydown=search_key
                />
            </div>
            <p class="hint" role="status">{move || gallery_words::found(found.with(Vec::len))}</p>
            <ul node_ref=list class="picker-grid" aria-label=gallery_words::PICTURES on:keydown=move |event| step(list, &event)>
                <For each=shown key=|record| record.id.clone() let:record>
                    <Choice record pick />
                </For>
            </ul>
            <Show when=move || more.get() != 0>
                <button type="button" class="picker-more" on:click=move |_| room.update(|room| *room += AT_ONCE)>
                    {move || words::more(more.get())}
                </button>
            </Show>
        </div>
    }
}

/// One picture, which a press makes the source.
#[component]
fn Choice(record: Arc<Record>, pick: Callback<Arc<Record>>) -> impl IntoView {
    let prompt = record.settings.prompt.clone();
    let name = gallery_words::use_picture(&prompt);
    let chosen = Arc::clone(&record);
    view! {
        <li>
            <button type="button" class="picker-choice" aria-label=name title=prompt on:click=move |_| pick.run(Arc::clone(&chosen))>
                <Thumbnail record />
            </button>
        </li>
    }
}

/// The pictures' buttons, in order.
fn choices(list: NodeRef<html::Ul>) -> Vec<HtmlElement> {
    let Some(found) = list.get_untracked().and_then(|list| list.query_selector_all("button").ok()) else {
        return Vec::new();
    };
    (0..found.length()).filter_map(|at| found.get(at)?.dyn_into().ok()).collect()
}

fn focus(list: NodeRef<html::Ul>, place: usize) {
    if let Some(choice) = choices(list).get(place) {
        // Only an element that has just gone cannot be focused.
        choice.focus().ok();
    }
}

/// Arrow keys go from picture to picture as the eye does: a row is as long as the pictures that stand at one height.
fn step(list: NodeRef<html::Ul>, event: &ev::KeyboardEvent) {
    let choices = choices(list);
    let focused = document().active_element();
    let at = choices.iter().position(|choice| focused.as_ref() == Some(choice.as_ref()));
    let Some(at) = at else { return };
    let top = choices.first().map(|first| first.offset_top());
    let columns = choices.iter().take_while(|choice| Some(choice.offset_top()) == top).count().max(1);
    let to = match event.key().as_str() {
        "ArrowRight" => at.checked_add(1),
        "ArrowLeft" => at.checked_sub(1),
        "ArrowDown" => at.checked_add(columns),
        "ArrowUp" => at.checked_sub(columns),
        "Home" => Some(0),
        "End" => choices.len().checked_sub(1),
        _ => return,
    };
    event.prevent_default();
    if let Some(choice) = to.and_then(|to| choices.get(to)) {
        choice.focus().ok();
    }
}
