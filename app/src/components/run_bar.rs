//! **Generate** and **Cancel**, always in sight, and what is going on.

use batches::Line;
use leptos::{html, prelude::*};
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
    let generate = NodeRef::<html::Button>::new();
    view! {
        <div class="run-bar">
            <LeftQueue />
            <NoticeAt place=Place::Run />
            <div class="status-row">
                <p class="status" aria-hidden="true">{move || status(studio)}</p>
                <ShowLast />
            </div>
            <p class="unseen" role="status" aria-live="polite">{move || announced.get()}</p>
            <StopButtons generate />
            <button
                type="button"
                class="primary generate"
                node_ref=generate
                aria-keyshortcuts="Control+Enter"
                title="Ctrl+Enter"
                disabled=move || studio.session.engine.get() == EngineState::Unusable
                on:click=move |_| studio.generate()
            >
                "Generate"
            </button>
        </div>
    }
}

/// **Cancel** stops one picture, and the next begins; **Cancel all** is there where there is a next. They come and go above
/// **Generate**, which may be pressed again and again and stays where it is.
#[component]
fn StopButtons(generate: NodeRef<html::Button>) -> impl IntoView {
    let studio = studio();
    let busy = Memo::new(move |_| studio.queue.is_busy());
    let several = Memo::new(move |_| {
        let running = studio.queue.running.with(Option::is_some);
        studio.queue.waiting.with(Line::len) + usize::from(running) > 1
    });
    let cancel = NodeRef::<html::Button>::new();
    // Whether the focus was here last. A browser takes it from what is hidden, and gives it to nothing else.
    let had_focus = StoredValue::new(false);
    let focus = |button: NodeRef<html::Button>| {
        if let Some(button) = button.get_untracked() {
            // It is there and shown, so it takes the focus.
            button.focus().ok();
        }
    };
    // Whoever uses keys goes on from what is left when one of these goes.
    Effect::new(move |before: Option<(bool, bool)>| {
        let (busy, several) = (busy.get(), several.get());
        match before.filter(|_| had_focus.get_value()) {
            Some((true, _)) if !busy => {
                had_focus.set_value(false);
                focus(generate);
            }
            Some((_, true)) if !several => focus(cancel),
            _ => {}
        }
        (busy, several)
    });
    view! {
        <div
            class="run-stop"
            hidden=move || !busy.get()
            on:focusin=move |_| had_focus.set_value(true)
            on:focusout=move |event| {
                // To nothing else: it was taken, or what has no use for it was clicked on.
                let is_taken = event.related_target().is_none();
                had_focus.update_value(|had_focus| *had_focus &= is_taken);
            }
        >
            <button
                type="button"
                node_ref=cancel
                aria-keyshortcuts="Escape"
                title="Esc"
                on:click=move |_| studio.cancel()
            >
                {Icon::Stop.draw()}
                "Cancel"
            </button>
            <button
                type="button"
                hidden=move || !several.get()
                on:click=move |_| studio.cancel_all()
            >
                {CANCEL_ALL}
            </button>
        </div>
    }
}

/// Shows what was made last, once nothing is being made: on a phone the gallery is far below. Elsewhere it is in sight, and
/// the style hides this, unless a search or a filter leaves the picture out.
#[component]
fn ShowLast() -> impl IntoView {
    let studio = studio();
    let last = studio.run.last;
    let record = move || last.with(|last| last.as_ref().and_then(|id| studio.library.record(id)));
    let left_out = move || {
        record().is_some_and(|record| {
            let is_shown = studio.library.shown.with(|shown| shown.iter().any(|other| other.id == record.id));
            !is_shown && record.in_sheet.is_none()
        })
    };
    let show = move |_| last.get_untracked().into_iter().for_each(|id| studio.open_result(&id));
    view! {
        <button
            type="button"
            class="quiet show-last"
            class:left-out=left_out
            hidden=move || studio.queue.is_busy() || record().is_none()
            on:click=show
        >
            {words::SHOW}
        </button>
    }
}
