//! The mask's editor: a dialog as large as the window.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement};

use super::commands::Desk;
use super::keys::{self, Command, Key};
use super::stage::Stage;
use super::tools::{BrushControls, MaskActions, ToolChoice};
use super::zoom::ZoomControls;
use crate::components::frame::{show_while, when_closed};
use crate::components::notice::NoticeAt;
use crate::state::{Place, studio};
use crate::words::mask as words;

/// Opens when it is asked for and the source is there. Esc closes it; the mask stays as it is.
#[component]
pub(crate) fn MaskEditor() -> impl IntoView {
    let studio = studio();
    let dialog = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| studio.edits_mask());
    show_while(dialog, move || open.get());
    let closed = move || {
        studio.mask.edit(|editor| {
            editor.finish();
            None
        });
        studio.mask.opened.set(false);
    };
    view! {
        <dialog node_ref=dialog class="mask-editor" aria-label=words::TITLE on:close=when_closed(dialog, closed)>
            <Show when=move || open.get()>
                <Content />
            </Show>
        </dialog>
    }
}

/// Made anew each time that the editor opens.
#[component]
fn Content() -> impl IntoView {
    let studio = studio();
    let desk = Desk::new(studio);
    let share = move || words::share(studio.mask.share.get());
    view! {
        <div class="mask-layout" on:keydown=move |event| pressed(desk, &event) on:keyup=move |event| released(desk, &event)>
            <div class="mask-side">
                <header class="mask-head">
                    <div>
                        <h2>{words::TITLE}</h2>
                        <p class="hint">{words::LEGEND}</p>
                    </div>
                    <button type="button" class="primary" on:click=move |_| studio.mask.opened.set(false)>
                        {words::DONE}
                    </button>
                </header>
                <NoticeAt place=Place::Mask />
                <ToolChoice desk />
                <div class="brush-controls">
                    <BrushControls desk />
                </div>
                <MaskActions desk />
                <p class="hint mask-share">{share}</p>
                <p class="unseen" role="status">{move || desk.said.get()}</p>
                <Keys />
            </div>
            <div class="mask-view">
                <Stage desk />
                <ZoomControls desk />
            </div>
        </div>
    }
}

/// What can be done without the buttons.
#[component]
fn Keys() -> impl IntoView {
    let rows = words::KEYS.map(|(keys, what)| view! { <dt>{keys}</dt><dd>{what}</dd> });
    view! {
        <details class="mask-keys">
            <summary>{words::KEYS_TITLE}</summary>
            <dl id="mask-keys">{rows}</dl>
        </details>
    }
}

/// Keys that mean something here go no further: Esc would cancel the picture that is being made.
fn pressed(desk: Desk, event: &ev::KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let on_canvas = target.as_ref().is_some_and(|target| target.class_list().contains("mask-stage"));
    let typing = target
        .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        .is_some_and(|input| matches!(input.type_().as_str(), "text" | "number"));
    let (key, ctrl, shift) = (event.key(), event.ctrl_key() || event.meta_key(), event.shift_key());
    let command = keys::command(Key { key: &key, ctrl, shift, on_canvas });
    let Some(command) = command.filter(|_| !typing && !event.alt_key()) else { return };
    // A key that is held puts the brush down once; and Esc is the dialog's own unless there is a stroke to take back.
    let again = event.repeat() && command == Command::Press;
    if again || desk.obey(command) {
        event.stop_propagation();
        event.prevent_default();
    }
}

fn released(desk: Desk, event: &ev::KeyboardEvent) {
    if event.key() == " " {
        desk.grabs.set(false);
    }
}
