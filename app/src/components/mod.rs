//! The page's parts, one component a file; `style/` holds their looks.
#![allow(unreachable_pub, reason = "the component macro writes `pub` items")]

mod compare;
mod device_field;
mod dialogs;
mod drop_zone;
mod empty_state;
mod field;
mod frame;
mod gallery;
mod header;
mod help;
mod icon;
mod icon_button;
mod import_model;
mod lora_field;
mod mask;
mod model_field;
mod models;
mod notice;
mod output_fields;
mod packs;
mod progress_card;
mod prompt;
mod queue;
mod run_bar;
mod sampling_fields;
mod seed_field;
mod select;
mod sheet;
mod shortcuts;
mod size_fields;
mod source;
mod strength_slider;

use leptos::prelude::*;

pub(crate) use dialogs::dialogs;
pub(crate) use frame::DrawerKind;

use crate::platform;
use crate::state::Studio;

/// Where the pictures are.
const STUDIO: &str = "studio";

/// The whole page: settings on the left, pictures on the right.
#[component]
pub(crate) fn App() -> impl IntoView {
    let studio = Studio::open();
    provide_context(studio);
    shortcuts::listen(studio);
    drop_zone::listen(studio);
    view! {
        // For who goes by keys: the settings are forty stops.
        <button type="button" class="skip-link" on:click=move |_| platform::focus(STUDIO)>"Go to the gallery"</button>
        <aside class="sidebar" aria-label="Settings">
            <header::Header />
            <form class="settings" on:submit=move |event| event.prevent_default()>
                <source::SourcePanel />
                <mask::MaskPanel />
                <prompt::PromptFields />
                <strength_slider::StrengthSlider />
                <sampling_fields::SamplingFields />
                <seed_field::SeedField />
                <size_fields::SizeFields />
                <output_fields::OutputFields />
                <model_field::ModelField />
                <lora_field::LoraField />
                <device_field::DeviceField />
            </form>
            <run_bar::RunBar />
        </aside>
        <main id=STUDIO class="studio" tabindex="-1">
            <frame::Toolbar />
            <gallery::GalleryView />
        </main>
        <dialogs::Dialogs />
    }
}
