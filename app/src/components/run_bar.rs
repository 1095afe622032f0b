//! **Generate** and **Cancel**, always in sight, and what is going on.

use leptos::prelude::*;

use super::icon::Icon;
use super::notice::NoticeAt;
use super::progress_card::words;
use crate::state::{EngineState, Place, Studio, studio};

/// One line for everyone and for screen readers.
fn status(studio: Studio) -> String {
    let waiting = studio.queue.waiting.with(std::collections::VecDeque::len);
    let more = if waiting > 0 { format!(" · {waiting} waiting") } else { String::new() };
    if studio.queue.running.with(Option::is_some) {
        return format!("{}{more}", words(studio.queue.phase.get()));
    }
    if studio.queue.is_wishing() {
        return "Starts as soon as the engine is ready".to_owned();
    }
    match studio.session.engine.get() {
        EngineState::Starting => "Starting the engine …".to_owned(),
        EngineState::Ready => studio.queue.outcome.get().to_owned(),
        EngineState::Unusable => String::new(),
    }
}

/// The foot of the sidebar.
#[component]
pub(crate) fn RunBar() -> impl IntoView {
    let studio = studio();
    view! {
        <div class="run-bar">
            <NoticeAt place=Place::Run />
            <p class="status" role="status" aria-live="polite">{move || status(studio)}</p>
            <div class="run-buttons">
                <button
                    type="button"
                    class="primary"
                    aria-keyshortcuts="Control+Enter"
                    title="Ctrl+Enter"
                    disabled=move || studio.session.engine.get() == EngineState::Unusable
                    on:click=move |_| studio.generate()
                >
                    "Generate"
                </button>
                <button
                    type="button"
                    aria-keyshortcuts="Escape"
                    title="Esc"
                    hidden=move || !studio.queue.is_busy()
                    on:click=move |_| studio.cancel()
                >
                    {Icon::Stop.draw()}
                    "Cancel"
                </button>
            </div>
        </div>
    }
}
