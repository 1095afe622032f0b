//! The source as it will be used, and what can be done to it.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::later::Errand;
use crate::state::{CheckedSource, Checking, SourceState, studio};
use crate::words::source as words;

/// The picture, or an invitation to choose one.
#[component]
pub(super) fn Preview() -> impl IntoView {
    let studio = studio();
    move || match studio.source.state.get() {
        SourceState::None => view! {
            <div class="source-empty">
                {Icon::Picture.draw()}
                <p><strong>{words::CHOOSE}</strong><span class="by-mouse">{words::CHOOSE_HOW}</span></p>
                <p class="hint">{words::FORMATS}</p>
            </div>
        }
        .into_any(),
        SourceState::Checking(Checking { file, .. }) => view! {
            <div class="source-empty" aria-busy="true">
                <p>{words::reading(&file.name)}</p>
            </div>
        }
        .into_any(),
        SourceState::Ready(CheckedSource { file, url, size_px, .. }) => view! {
            <figure class="source-picture" data-source-ready="true">
                <img src=url.to_string() alt=words::alternative(&file.name) />
                <figcaption>
                    <span class="name">{file.name}</span>
                    <span>{words::size(size_px)}</span>
                </figcaption>
            </figure>
        }
        .into_any(),
    }
}

/// **Crop and rotate**, and the settings that the source's file carries. A picture in the gallery has the latter
/// beside it.
#[component]
pub(super) fn Actions() -> impl IntoView {
    let studio = studio();
    move || {
        let CheckedSource { settings, original, .. } = studio.source.ready()?;
        let reuse = settings.filter(|_| original.file.parent.is_none()).map(|settings| {
            view! {
                <button type="button" on:click=move |_| studio.later(Errand::ReuseSettings(Box::new(settings.clone())))>
                    {Icon::Sliders.draw()}
                    {words::REUSE_SETTINGS}
                </button>
            }
        });
        Some(view! {
            <div class="source-actions">
                <button type="button" on:click=move |_| studio.source.editing.set(true)>
                    {Icon::Crop.draw()}
                    {words::EDIT}
                </button>
                {reuse}
            </div>
            {original.moves.then(|| view! { <p class="hint source-moves">{words::MOVES}</p> })}
        })
    }
}
