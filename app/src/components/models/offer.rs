//! A model of the catalogue, and how far its download has come.

use leptos::prelude::*;
use protocol::{DownloadState, catalogue::CatalogueModel};

use crate::state::studio;
use crate::words::models as words;

/// What it is, what it takes, and the buttons of its download.
#[component]
pub(super) fn Offer(model: CatalogueModel) -> impl IntoView {
    let heading = format!("offer-{}", model.id.0);
    let labelled_by = heading.clone();
    let role = model.role.map(|role| view! { <span class="tag">{words::role(role)}</span> });
    let (bytes, family) = (model.total_bytes(), model.family.clone());
    let licence = model.licence.clone();
    let tips = model.tips.iter().map(|tip| view! { <li>{tip.clone()}</li> }).collect_view();
    view! {
        <li class="offer" aria-labelledby=labelled_by>
            <div class="offer-head">
                <h4 id=heading>{model.name.clone()}</h4>
                {role}
            </div>
            <p>{model.about.clone()}</p>
            <p class="hint">
                {words::size(bytes as f64)} " · " {family} " · "
                <a href=licence.url target="_blank" rel="noreferrer" title=words::LICENCE>{licence.name}</a>
            </p>
            <details>
                <summary>{words::TIPS}</summary>
                <ul class="tips">{tips}</ul>
            </details>
            <Transfer model />
        </li>
    }
}

/// The download: its buttons, its progress, and what went wrong.
#[component]
fn Transfer(model: CatalogueModel) -> impl IntoView {
    let studio = studio();
    let bytes = model.total_bytes() as f64;
    let id = StoredValue::new(model.id);
    let name = StoredValue::new(model.name);
    let state = Memo::new(move |_| id.with_value(|id| studio.downloads.state(id)));
    let labelled = move |word: &str| name.with_value(|name| format!("{word} {name}"));
    // One kind of state keeps its buttons while its numbers change: focus must not be lost to progress.
    let kind = Memo::new(move |_| match state.get() {
        DownloadState::Absent | DownloadState::Finished => Kind::Absent,
        DownloadState::Paused { .. } => Kind::Paused,
        DownloadState::Arriving { .. } | DownloadState::Checking { .. } | DownloadState::Opening => {
            Kind::Running
        }
        DownloadState::Elsewhere { .. } => Kind::Elsewhere,
    });
    let discard = move |_| {
        let question = name.with_value(|name| words::discard_question(name));
        if window().confirm_with_message(&question).unwrap_or_default() {
            studio.discard_download(id.get_value());
        }
    };
    let start = move |_| studio.download_model(id.get_value());
    let discard_button = move || {
        view! {
            <button type="button" class="quiet" aria-label=labelled(words::DISCARD) on:click=discard>
                {words::DISCARD}
            </button>
        }
    };
    view! {
        <Progress state />
        {move || full(studio.room.get().map(|room| room.free_bytes()), bytes, &state.get())
            .map(|words| view! { <p class="hint">{words}</p> })}
        <div class="offer-actions">
            {move || match kind.get() {
                Kind::Absent => view! {
                    <button type="button" class="primary" aria-label=labelled(words::DOWNLOAD) on:click=start>
                        {words::DOWNLOAD}
                    </button>
                }
                .into_any(),
                Kind::Paused => view! {
                    <button type="button" class="primary" aria-label=labelled(words::RESUME) on:click=start>
                        {words::RESUME}
                    </button>
                    {discard_button()}
                }
                .into_any(),
                Kind::Running => view! {
                    <button
                        type="button"
                        aria-label=labelled(words::PAUSE)
                        on:click=move |_| studio.pause_download(id.get_value())
                    >
                        {words::PAUSE}
                    </button>
                    {discard_button()}
                }
                .into_any(),
                // Its buttons are in the other tab.
                Kind::Elsewhere => ().into_any(),
            }}
        </div>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Absent,
    Paused,
    Running,
    Elsewhere,
}

/// A bar and a line, while there is something to tell.
#[component]
fn Progress(state: Memo<DownloadState>) -> impl IntoView {
    let shown = Memo::new(move |_| !matches!(state.get(), DownloadState::Absent | DownloadState::Finished));
    let share = move || {
        let (done, total) = numbers(&state.get())?;
        (total > 0).then(|| (done as f64 / total as f64).to_string())
    };
    let line = move || match state.get() {
        DownloadState::Arriving { done_bytes, total_bytes } => words::progress(done_bytes, total_bytes),
        DownloadState::Checking { done_bytes, total_bytes } => words::checking(done_bytes, total_bytes),
        DownloadState::Paused { done_bytes, total_bytes, .. } => words::paused(done_bytes, total_bytes),
        DownloadState::Opening => words::OPENING.to_owned(),
        DownloadState::Elsewhere { done_bytes, total_bytes } => words::elsewhere(done_bytes, total_bytes),
        DownloadState::Absent | DownloadState::Finished => String::new(),
    };
    let report = Memo::new(move |_| match state.get() {
        DownloadState::Paused { report, .. } => report,
        _ => None,
    });
    view! {
        <Show when=move || shown.get()>
            <div class="offer-progress">
                <progress max="1" aria-label="Progress" value=share></progress>
                <p class="hint">{line}</p>
            </div>
        </Show>
        {move || report.get().map(|report| view! {
            <div class="notice" data-place="download">
                <p role="alert">{report.message}</p>
            </div>
        })}
    }
}

fn numbers(state: &DownloadState) -> Option<(u64, u64)> {
    match state {
        DownloadState::Arriving { done_bytes, total_bytes }
        | DownloadState::Checking { done_bytes, total_bytes }
        | DownloadState::Elsewhere { done_bytes, total_bytes }
        | DownloadState::Paused { done_bytes, total_bytes, .. } => Some((*done_bytes, *total_bytes)),
        DownloadState::Absent | DownloadState::Opening | DownloadState::Finished => None,
    }
}

/// A word of warning when the rest of the file will not fit.
fn full(free_bytes: Option<f64>, bytes: f64, state: &DownloadState) -> Option<String> {
    let free_bytes = free_bytes?;
    let done = numbers(state).map_or(0.0, |(done, _)| done as f64);
    (bytes - done > free_bytes).then(|| words::too_large(free_bytes))
}
