//! **Source image**: choose, see and remove it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::drop_zone::file_source;
use super::icon::Icon;
use super::notice::NoticeAt;
use crate::state::{CheckedSource, Place, SourceState, studio};

/// The source: a place to drop a picture, or the picture with its size.
#[component]
pub(crate) fn SourcePanel() -> impl IntoView {
    let studio = studio();
    let choose = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            studio.take_source(file_source(file));
        }
        // So that choosing the same file again is a change again.
        input.set_value("");
    };
    view! {
        <div class="field source">
            <label class="field-label" for="source-image">"Source image"</label>
            <div class="source-box" class:filled=move || studio.source.is_some()>
                <Preview />
                <input
                    id="source-image"
                    type="file"
                    accept="image/png,image/jpeg,image/webp"
                    on:change=choose
                />
                <Remove />
            </div>
            <ReuseSettings />
            <NoticeAt place=Place::Source />
        </div>
    }
}

/// The picture, or an invitation to choose one.
#[component]
fn Preview() -> impl IntoView {
    let studio = studio();
    move || match studio.source.state.get() {
        SourceState::None => view! {
            <div class="source-empty">
                {Icon::Picture.draw()}
                <p><strong>"Choose a picture"</strong>", drop it anywhere, or paste it."</p>
                <p class="hint">"PNG, JPEG or WebP. Optional."</p>
            </div>
        }
        .into_any(),
        SourceState::Checking { file, .. } => view! {
            <div class="source-empty" aria-busy="true">
                <p>{format!("Reading “{}” …", file.name)}</p>
            </div>
        }
        .into_any(),
        SourceState::Ready(CheckedSource { file, url, size_px, .. }) => view! {
            <figure class="source-picture" data-source-ready="true">
                <img src=url.to_string() alt=format!("Source: {}", file.name) />
                <figcaption>
                    <span class="name">{file.name}</span>
                    <span>{format!("{} × {}", size_px.0, size_px.1)}</span>
                </figcaption>
            </figure>
        }
        .into_any(),
    }
}

/// Puts the settings that the source's file carries into the form. A picture in the gallery has this beside it.
#[component]
fn ReuseSettings() -> impl IntoView {
    let studio = studio();
    move || match studio.source.state.get() {
        SourceState::Ready(CheckedSource { file, settings: Some(settings), .. }) if file.parent.is_none() => {
            let reuse = move |_| studio.reuse_settings(&settings);
            Some(view! {
                <button type="button" class="source-settings" on:click=reuse>
                    {Icon::Sliders.draw()}
                    "Reuse the settings in this file"
                </button>
            })
        }
        _ => None,
    }
}

/// Takes the source away.
#[component]
fn Remove() -> impl IntoView {
    let studio = studio();
    move || {
        studio.source.is_some().then(|| {
            view! {
                <button
                    type="button"
                    class="icon-button source-remove"
                    aria-label="Remove source"
                    title="Remove source"
                    on:click=move |_| studio.remove_source()
                >
                    {Icon::Close.draw()}
                </button>
            }
        })
    }
}
