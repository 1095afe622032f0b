//! **Generate** and **Cancel**, always in sight, and what is going on.

use batches::Line;
use leptos::prelude::*;
use protocol::Stage;

use super::icon::Icon;
use super::notice::NoticeAt;
use super::queue::LeftQueue;
use crate::state::{EngineState, Phase, Place, Studio, Turn, studio};
use crate::words::{batches::CANCEL_ALL, run as words};

/// What is going on, as it goes on.
fn status(studio: Studio) -> String {
    let waiting = studio.queue.waiting.with(Line::len);
    let more = if waiting > 0 { format!(" · {waiting} waiting") } else { String::new() };
    if studio.queue.running.with(Option::is_some) {
        return format!("{}{more}", words::phase(studio.queue.phase.get()));
    }
    if waiting > 0 && studio.tabs.turn.get() == Turn::Asked {
        return "Another tab is making a picture; this one begins after it".to_owned();
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

/// The same for who listens: steps are told by the quarter, or they would never cease.
fn announcement(studio: Studio) -> String {
    let running = studio.queue.running.with(Option::is_some);
    match studio.queue.phase.get() {
        Phase::Step { done, of, .. } if running => match u64::from(done) * 4 / u64::from(of.max(1)) {
            0 => words::phase(Phase::Stage(Stage::Denoising)),
            quarters => format!("{} % done", quarters * 25),
        },
        Phase::Stage(Stage::Compiling { .. }) if running => "Preparing the graphics card".to_owned(),
        Phase::Stage(Stage::Loading { .. }) if running => "Loading the model".to_owned(),
        _ => status(studio),
    }
}

/// The foot of the sidebar.
#[component]
pub(crate) fn RunBar() -> impl IntoView {
    let studio = studio();
    let announced = Memo::new(move |_| announcement(studio));
    // **Cancel** stops one picture, and the next begins.
    let several = move || {
        let running = studio.queue.running.with(Option::is_some);
        studio.queue.waiting.with(Line::len) + usize::from(running) > 1
    };
    view! {
        <div class="run-bar">
            <LeftQueue />
            <NoticeAt place=Place::Run />
            <div class="status-row">
                <p class="status" aria-hidden="true">{move || status(studio)}</p>
                <ShowLast />
            </div>
            <p class="unseen" role="status" aria-live="polite">{move || announced.get()}</p>
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
                <button type="button" hidden=move || !several() on:click=move |_| studio.cancel_all()>
                    {CANCEL_ALL}
                </button>
            </div>
        </div>
    }
}

/// Shows what was made last, once nothing is being made: on a phone the gallery is far below. Elsewhere it is in sight, and
/// the style hides this.
#[component]
fn ShowLast() -> impl IntoView {
    let studio = studio();
    let last = studio.run.last;
    let there = move || last.with(|last| last.as_ref().is_some_and(|id| studio.library.record(id).is_some()));
    let show = move |_| last.get_untracked().into_iter().for_each(|id| studio.open_result(&id));
    view! {
        <button type="button" class="quiet show-last" hidden=move || studio.queue.is_busy() || !there() on:click=show>
            {words::SHOW}
        </button>
    }
}
