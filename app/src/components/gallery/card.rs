//! One picture in the grid and what can be done with it.

use std::sync::Arc;

use gallery::Record;
use leptos::ev::MouseEvent;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::actions::CardActions;
use super::thumbnail::Thumbnail;
use crate::components::icon::Icon;
use crate::state::studio;
use crate::words::{batches, gallery as words};

/// The settings that tell pictures apart. Those of a sheet's pictures are no one's.
fn summary(record: &Record) -> Vec<String> {
    let settings = &record.settings;
    if let Some(sheet) = &record.sheet {
        return vec![batches::sheet_of(sheet)];
    }
    let strength = settings.mode.has_source().then(|| format!("strength {:.2}", settings.prompt_strength));
    let size = format!("{} × {}", settings.width, settings.height);
    let rest = [size, format!("{} steps", settings.steps), format!("seed {}", settings.seed)];
    let svg = settings.svg.is_some().then(|| words::SVG.to_owned());
    svg.into_iter().chain(strength).chain(rest).collect()
}

/// Has the Tab key reach a card's buttons, or not: one effect a card, and not one a button, as many come and go while
/// the gallery is scrolled.
fn set_tab_index(card: &HtmlElement, index: &str) {
    let Ok(buttons) = card.query_selector_all("button") else { return };
    for button in (0..buttons.length()).filter_map(|at| buttons.get(at)?.dyn_into::<Element>().ok()) {
        // An attribute of this name and value is never refused.
        button.set_attribute("tabindex", index).ok();
    }
}

/// A card. `place` is its place among the pictures shown, from 1; `stop` is the picture whose card the Tab key reaches.
#[component]
pub(super) fn PictureCard(
    record: Arc<Record>,
    place: Signal<usize>,
    stop: Memo<Option<String>>,
) -> impl IntoView {
    let studio = studio();
    let library = studio.library;
    let id = StoredValue::new(record.id.clone());
    let prompt = record.settings.prompt.clone();
    let meta = summary(&record).into_iter().map(|item| view! { <span>{item}</span> }).collect_view();
    let chosen = Memo::new(move |_| id.with_value(|id| library.selection.with(|s| s.contains(id))));
    let current =
        Memo::new(move |_| id.with_value(|id| library.current.with(|now| now.as_ref() == Some(id))));
    let card = NodeRef::<html::Li>::new();
    let is_stop = Memo::new(move |_| id.with_value(|id| stop.with(|stop| stop.as_ref() == Some(id))));
    Effect::new(move |_| {
        if let Some(card) = card.get() {
            set_tab_index(&card, if is_stop.get() { "0" } else { "-1" });
        }
    });
    let pick = move |event: MouseEvent| {
        studio.pick(&id.get_value(), event.ctrl_key() || event.meta_key(), event.shift_key());
    };
    view! {
        <li
            node_ref=card
            class="card"
            class:chosen=chosen
            class:current=current
            data-picture-id=id.get_value()
            aria-setsize=move || library.shown.with(|shown| shown.len().to_string())
            aria-posinset=move || place.get().to_string()
            on:focusin=move |_| library.current.set(Some(id.get_value()))
        >
            <button type="button" class="card-picture" aria-label=words::open(&prompt) on:click=pick>
                <Thumbnail record=Arc::clone(&record) />
            </button>
            <Select id chosen />
            <div class="card-words">
                <p class="card-prompt" title=prompt.clone()>{prompt.clone()}</p>
                <p class="card-meta">{meta}</p>
            </div>
            <CardActions id />
        </li>
    }
}

/// Chooses the picture; with Shift everything from the one chosen last.
#[component]
fn Select(id: StoredValue<String>, chosen: Memo<bool>) -> impl IntoView {
    let studio = studio();
    let choose = move |event: MouseEvent| {
        let id = id.get_value();
        if event.shift_key() {
            studio.choose_up_to(&id);
        } else {
            studio.library.selection.update(|selection| selection.toggle(&id));
        }
    };
    view! {
        <button
            type="button"
            class="card-select"
            role="checkbox"
            aria-label=words::SELECT
            title=words::SELECT
            aria-checked=move || chosen.get().to_string()
            on:click=choose
        >
            {Icon::Check.draw()}
        </button>
    }
}
