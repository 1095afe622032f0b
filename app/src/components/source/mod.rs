//! **Source image**: choose, see, turn, crop, fit and remove it.

mod crop_fields;
mod editor;
mod fit_field;
mod gallery_picker;
mod preview;
mod recent_sources;
mod stage;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

pub(crate) use editor::CropDialog;
pub(crate) use gallery_picker::GalleryPicker;

use super::drop_zone::file_source;
use super::icon::Icon;
use super::icon_button::IconButton;
use super::notice::NoticeAt;
use crate::platform::focus;
use crate::state::{Place, Studio, studio};
use crate::words::source as words;

/// Takes the file that was chosen in a file input.
fn take_chosen(studio: Studio, event: &leptos::ev::Event) {
    let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    let Some(input) = input else { return };
    if let Some(file) = input.files().and_then(|files| files.get(0)) {
        studio.take_source(file_source(file));
    }
    // So that choosing the same file again is a change again.
    input.set_value("");
}

/// The source: a place to drop a picture, or the picture with what can be done to it.
#[component]
pub(crate) fn SourcePanel() -> impl IntoView {
    let studio = studio();
    view! {
        <div class="field source">
            <label class="field-label" for="source-image">{words::TITLE}</label>
            <div class="source-box" class:filled=move || studio.source.is_some()>
                <preview::Preview />
                <input
                    id="source-image"
                    type="file"
                    accept="image/png,image/jpeg,image/webp,image/svg+xml"
                    on:change=move |event| take_chosen(studio, &event)
                />
                <Remove />
            </div>
            <div class="source-ways">
                <TakePhoto />
                <gallery_picker::FromGallery />
            </div>
            <preview::Actions />
            <NoticeAt place=Place::Source />
            <recent_sources::RecentSources />
            <fit_field::FitField />
        </div>
    }
}

/// Opens the camera, where there is one to hold: the style hides it from mice.
#[component]
fn TakePhoto() -> impl IntoView {
    let studio = studio();
    view! {
        <label class="button file-button take-photo">
            {Icon::Camera.draw()}
            <span>{words::TAKE_PHOTO}</span>
            <input
                type="file"
                accept="image/*"
                capture="environment"
                aria-label=words::TAKE_PHOTO
                on:change=move |event| take_chosen(studio, &event)
            />
        </label>
    }
}

/// Takes the source away.
#[component]
fn Remove() -> impl IntoView {
    let studio = studio();
    move || {
        studio.source.is_some().then(|| {
            view! {
                <IconButton
                    icon=Icon::Close
                    name=words::REMOVE
                    class="source-remove"
                    press=move |_| {
                        studio.remove_source();
                        // The button goes; the next source is chosen here.
                        focus("source-image");
                    }
                />
            }
        })
    }
}
