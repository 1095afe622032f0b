//! One picture, large, with every setting that made it.

use gallery::{Record, UsedLora};
use leptos::{html, prelude::*};

use super::icon::Icon;
use super::mask::details;
use super::picture_card::PictureActions;
use crate::state::studio;

fn rows(record: &Record) -> Vec<(&'static str, String)> {
    let settings = &record.settings;
    let mut rows = vec![("Prompt", settings.prompt.clone())];
    if !settings.negative_prompt.is_empty() {
        rows.push(("Negative prompt", settings.negative_prompt.clone()));
    }
    if settings.prompt_syntax == "weighted" {
        rows.push(("Prompt weights", "on".to_owned()));
    }
    if !settings.loras.is_empty() {
        let told = |lora: &UsedLora| format!("{} at {:.2}", lora.name, lora.scale);
        rows.push(("LoRA", settings.loras.iter().map(told).collect::<Vec<_>>().join(", ")));
    }
    if settings.mode.has_source() {
        rows.push(("Prompt strength", format!("{:.2}", settings.prompt_strength)));
    }
    rows.extend(details(settings));
    rows.extend([
        ("Steps", format!("{} of {} ran", settings.executed_steps, settings.steps)),
        ("Start sigma", format!("{:.3}", settings.start_sigma)),
        ("Guidance scale", settings.guidance_scale.to_string()),
        ("Sampler", settings.sampler.clone()),
        ("Seed", settings.seed.to_string()),
        ("Size", format!("{} × {}", settings.width, settings.height)),
        ("Model", settings.model.clone()),
        ("Device", record.device.clone()),
        ("Made in", format!("{:.1} s", record.duration_millis / 1000.0)),
    ]);
    rows
}

/// A modal dialog: Esc closes it, focus stays within.
#[component]
pub(crate) fn PictureDialog() -> impl IntoView {
    let library = studio().library;
    let dialog = NodeRef::<html::Dialog>::new();
    let picture = move || library.opened.get().and_then(|id| library.get(&id));
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match picture() {
            Some(_) if !dialog.open() => {
                // Refused only if it is open already.
                dialog.show_modal().ok();
            }
            None => dialog.close(),
            Some(_) => {}
        }
    });
    let content = move || {
        picture().map(|picture| {
            let list = rows(&picture.record)
                .into_iter()
                .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
                .collect_view();
            view! {
                <img src=picture.url.clone() alt=picture.record.settings.prompt.clone() />
                <div class="dialog-words">
                    <dl>{list}</dl>
                    <PictureActions picture />
                </div>
            }
        })
    };
    view! {
        <dialog node_ref=dialog class="picture-dialog" aria-label="Picture" on:close=move |_| library.opened.set(None)>
            {content}
            <button
                type="button"
                class="icon-button dialog-close"
                aria-label="Close"
                title="Close"
                on:click=move |_| library.opened.set(None)
            >
                {Icon::Close.draw()}
            </button>
        </dialog>
    }
}
