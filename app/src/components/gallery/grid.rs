//! The grid: only cards in sight exist, whatever the number of pictures.

use std::cell::Cell;
use std::rc::Rc;

use gallery::{Grid, Window};
use gloo::events::{EventListener, EventListenerOptions};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};

use super::card::PictureCard;
use super::cards::Cards;
use crate::components::progress_card::ProgressCard;
use crate::platform::root_font_px;
use crate::state::{View, studio};
use crate::words::gallery as words;

/// Lengths in the page's own unit: the least width of a card, the most that it needs, the gap, and the words and
/// buttons under a picture.
const LEAST_CELL_REM: f64 = 13.0;
const WIDE_CELL_REM: f64 = 20.0;
const GAP_REM: f64 = 1.0;
const FOOT_REM: f64 = 5.75;
/// Cards grow with the window, and a phone has two side by side.
const CELL_OF_WINDOW: f64 = 0.13;
const CELL_OF_GRID: f64 = 0.42;
/// Frames within which a card that was scrolled to is drawn.
const FRAMES_TO_DRAW: u32 = 30;

/// Where the grid stands, as it is now.
fn measure(list: &HtmlElement) -> Option<View> {
    let window = web_sys::window()?;
    let px = |value: Result<wasm_bindgen::JsValue, _>| value.ok().and_then(|value| value.as_f64());
    let (inner_width, inner_height) = (px(window.inner_width())?, px(window.inner_height())?);
    let rem = root_font_px();
    let bounds = list.get_bounding_client_rect();
    // What lies under the bar that stays at the top is not in sight.
    let bar = window.document()?.query_selector(".gallery-bar").ok().flatten();
    let bar_px = bar.map_or(0.0, |bar| bar.get_bounding_client_rect().bottom().max(0.0));
    let width_px = bounds.width();
    let roomy = (inner_width * CELL_OF_WINDOW).clamp(LEAST_CELL_REM * rem, WIDE_CELL_REM * rem);
    let grid = Grid {
        width_px,
        least_cell_px: roomy.min(width_px * CELL_OF_GRID),
        gap_px: GAP_REM * rem,
        foot_px: FOOT_REM * rem,
    };
    let top_px = (bar_px - bounds.top()).max(0.0);
    Some(View { grid, top_px, height_px: (inner_height - bar_px).max(0.0) })
}

/// Measures whenever something scrolls or the gallery is resized, once a frame.
fn follow(list: NodeRef<html::Ul>, view: RwSignal<Option<View>>) {
    let due = Rc::new(Cell::new(false));
    let look = move || {
        let measured = list.get_untracked().and_then(|list| measure(&list));
        if view.get_untracked() != measured {
            view.set(measured);
        }
    };
    let soon = move || {
        if !due.replace(true) {
            let due = Rc::clone(&due);
            request_animation_frame(move || {
                due.set(false);
                look();
            });
        }
    };
    Effect::new(move |_| {
        let Some(list) = list.get() else { return };
        look();
        // Scrolling does not bubble, but it can be seen on its way down, whichever element scrolls.
        let options = EventListenerOptions { passive: true, ..EventListenerOptions::run_in_capture_phase() };
        let scrolled = soon.clone();
        let listener = EventListener::new_with_options(&document(), "scroll", options, move |_| scrolled());
        let resized = soon.clone();
        let callback = Closure::<dyn FnMut()>::new(resized);
        let observer = ResizeObserver::new(callback.as_ref().unchecked_ref()).ok();
        if let (Some(observer), Some(section)) = (&observer, list.parent_element()) {
            observer.observe(&section);
            // An empty list is not shown and has no size; it gets one with its first picture.
            observer.observe(&list);
        }
        let kept = StoredValue::new_local(Some((listener, callback, observer)));
        on_cleanup(move || {
            if let Some((.., Some(observer))) = kept.try_update_value(Option::take).flatten() {
                observer.disconnect();
            }
        });
    });
}

/// Scrolls so that a cell is in sight.
fn scroll_to(list: &HtmlElement, cell: usize) {
    let Some(view) = measure(list) else { return };
    let Some(top_px) = view.grid.reveal(cell, view.top_px, view.height_px) else { return };
    let by_px = top_px - view.top_px;
    // On a phone the whole page scrolls, else only this side of it.
    let side = list.closest(".studio").ok().flatten();
    match side.filter(|side| side.scroll_height() > side.client_height()) {
        Some(side) => side.set_scroll_top(side.scroll_top() + by_px.round() as i32),
        None => window().scroll_by_with_x_and_y(0.0, by_px),
    }
}

/// Focuses a card's picture as soon as the card is drawn, unless another was wanted since.
fn focus_card(id: String, frames: u32, latest: Rc<Cell<u32>>) {
    let turn = latest.get();
    request_animation_frame(move || {
        if latest.get() != turn {
            return;
        }
        let cards = document().query_selector_all("#gallery [data-picture-id]");
        let cards =
            cards.ok().into_iter().flat_map(|cards| (0..cards.length()).filter_map(move |i| cards.get(i)));
        let card = cards
            .filter_map(|node| node.dyn_into::<Element>().ok())
            .find(|card| card.get_attribute("data-picture-id").as_deref() == Some(id.as_str()));
        let picture = card.and_then(|card| card.query_selector(".card-picture").ok().flatten());
        match picture.and_then(|picture| picture.dyn_into::<HtmlElement>().ok()) {
            Some(picture) => drop(picture.focus()),
            None if frames > 0 => focus_card(id, frames - 1, latest),
            None => {}
        }
    });
}

/// The pictures.
#[component]
pub(super) fn PictureGrid() -> impl IntoView {
    let studio = studio();
    let library = studio.library;
    let list = NodeRef::<html::Ul>::new();
    follow(list, library.view);
    let cards = Cards::new(studio);
    let stop = Memo::new(move |_| cards.stop());
    let style = move || {
        let grid = library.view.get()?.grid;
        let Window { before_px, after_px, .. } = cards.window.get()?;
        Some(format!(
            "grid-template-columns: repeat({}, minmax(0, 1fr)); grid-auto-rows: {:.3}px; padding-block: {before_px:.3}px {after_px:.3}px",
            grid.columns(),
            grid.row_px(),
        ))
    };
    let latest = Rc::new(Cell::new(0_u32));
    Effect::new(move |_| {
        let (Some(id), Some(list)) = (library.wanted.get(), list.get()) else { return };
        library.wanted.set(None);
        latest.set(latest.get().wrapping_add(1));
        let place = library.shown.with_untracked(|shown| shown.iter().position(|record| record.id == id));
        if let Some(place) = place {
            scroll_to(&list, place + untrack(|| cards.lead()));
            focus_card(id, FRAMES_TO_DRAW, Rc::clone(&latest));
        }
    });
    view! {
        <ul
            id="gallery"
            class="gallery"
            node_ref=list
            style=style
            aria-label=words::PICTURES
            data-loaded=move || library.loaded.get().to_string()
        >
            <Show when=move || cards.running.get() && cards.first() == 0>
                <ProgressCard />
            </Show>
            <ForEnumerate
                each=move || cards.records()
                key=|record| record.id.clone()
                children=move |index, record| {
                    let place = Signal::derive(move || cards.places().start + index.get() + 1);
                    view! { <PictureCard record place stop /> }
                }
            />
        </ul>
    }
}
