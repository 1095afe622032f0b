//! The drawer.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::card::PackCard;
use super::preview::Preview;
use crate::components::frame::{Drawer, DrawerKind};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::components::notice::NoticeAt;
use crate::components::select::{Select, among, names};
use crate::state::{PackOrder, Place, studio};
use crate::words::packs as words;

const ORDERS: [(PackOrder, &str); 3] =
    [(PackOrder::Newest, "Newest first"), (PackOrder::Oldest, "Oldest first"), (PackOrder::Model, "Model")];
const FILES: &str =
    ".json,.zip,.png,.jpg,.jpeg,.webp,application/json,application/zip,image/png,image/jpeg,image/webp";

/// Packs of this browser, and files that may become some.
#[component]
pub(crate) fn PacksDrawer() -> impl IntoView {
    let studio = studio();
    Effect::new(move |_| {
        if studio.drawer.get() == Some(DrawerKind::Packs) {
            studio.load_packs();
        }
    });
    view! {
        <Drawer kind=DrawerKind::Packs title=words::TITLE>
            <p class="hint">{words::ABOUT}</p>
            <ImportButton />
            <p class="status" role="status">{move || studio.packs.busy.get()}</p>
            <NoticeAt place=Place::Packs />
            <Preview />
            <Show when=move || { studio.packs.count() > 0 }>
                <Filters />
            </Show>
            <List />
        </Drawer>
    }
}

/// The file input covers its button: it keeps its name, its focus and its dialog.
#[component]
fn ImportButton() -> impl IntoView {
    let studio = studio();
    let choose = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(list) = input.files() {
            studio.offer_packs((0..list.length()).filter_map(|index| list.get(index)).collect());
        }
        // So that the same file can be chosen again.
        input.set_value("");
    };
    view! {
        <div class="pack-import">
            <label class="button file-button">
                {Icon::File.draw()}
                <span aria-hidden="true">{words::IMPORT}</span>
                <input
                    type="file"
                    multiple
                    accept=FILES
                    aria-label=words::IMPORT
                    aria-describedby="pack-import-hint"
                    on:change=choose
                />
            </label>
            <p class="hint" id="pack-import-hint">{words::IMPORT_HINT}</p>
        </div>
    }
}

#[component]
fn Filters() -> impl IntoView {
    let packs = studio().packs;
    let orders = ORDERS.map(|(order, _)| order);
    let (chosen, choose) = among(orders, move || packs.order.get(), move |order| packs.order.set(order));
    view! {
        <div class="filters" role="search" aria-label=words::SEARCH>
            <div class="search">
                {Icon::Search.draw()}
                <input
                    type="search"
                    aria-label=words::SEARCH
                    placeholder=words::SEARCH
                    prop:value=move || packs.search.get()
                    on:input=move |event| packs.search.set(event_target_value(&event))
                />
            </div>
            <IconButton
                icon=Icon::Star
                name=words::ONLY_FAVORITES
                class="toggle"
                pressed=Signal::derive(move || packs.only_favorites.get())
                press=move |_| packs.only_favorites.update(|only| *only = !*only)
            />
            <Select names=names(ORDERS.map(|(_, name)| name)) chosen choose attr:aria-label=words::SORT />
        </div>
    }
}

#[component]
fn List() -> impl IntoView {
    let studio = studio();
    let packs = studio.packs;
    let nothing = move || {
        let empty = packs.loaded.get() && packs.shown.with(Vec::is_empty);
        let fresh = packs.candidates.with(Vec::is_empty);
        match packs.count() {
            0 if empty && fresh => view! {
                <div class="packs-empty">
                    <h3>{words::EMPTY_TITLE}</h3>
                    <p>{words::EMPTY}</p>
                </div>
            }
            .into_any(),
            count if count > 0 && empty => view! { <p class="hint">{words::NOTHING_FOUND}</p> }.into_any(),
            _ => ().into_any(),
        }
    };
    let undo = move || {
        packs.deleted.get().map(|_| {
            view! {
                <div class="pack-undo" role="status">
                    <p>{words::DELETED}</p>
                    <button type="button" on:click=move |_| studio.restore_deleted_pack()>{words::UNDO}</button>
                </div>
            }
        })
    };
    view! {
        {nothing}
        <ul class="packs" aria-label=words::LIST data-loaded=move || packs.loaded.get().to_string()>
            <For
                each=move || packs.shown.get()
                // A star makes another card of it.
                key=|kept| (kept.id.clone(), kept.pack.is_favorite())
                children=|kept| view! { <PackCard kept /> }
            />
        </ul>
        {undo}
    }
}
