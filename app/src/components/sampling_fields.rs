//! **Quality steps**, **Guidance scale** and **Sampler**, and presets of all three.

use leptos::prelude::*;

use super::field::{NumberField, NumberHints};
use super::notice::NoticeAt;
use crate::state::{Place, Preset, studio};
use crate::words::settings as words;

const STEPS: NumberHints = NumberHints { min: "1", max: "200", step: "1" };
const GUIDANCE: NumberHints = NumberHints { min: "0", max: "30", step: "0.5" };

/// How the noise is taken away.
#[component]
pub(crate) fn SamplingFields() -> impl IntoView {
    let form = studio().form;
    view! {
        <div class="presets" role="group" aria-label=words::PRESETS>
            <PresetButton preset=Preset::Quick words=words::QUICK />
            <PresetButton preset=Preset::Best words=words::BEST />
        </div>
        <div class="columns">
            <NumberField
                id="steps"
                label=words::STEPS
                value=form.steps
                hints=STEPS
                place=Place::Settings
                shares_place=true
            />
            <NumberField
                id="guidance"
                label=words::GUIDANCE
                value=form.guidance_scale
                hints=GUIDANCE
                place=Place::Settings
                shares_place=true
            />
            <SamplerField />
        </div>
        <NoticeAt place=Place::Settings />
    }
}

/// Fills in settings; pressed while they stand there.
#[component]
fn PresetButton(preset: Preset, words: (&'static str, &'static str)) -> impl IntoView {
    let studio = studio();
    view! {
        <button
            type="button"
            title=words.1
            aria-pressed=move || studio.has_preset(preset).to_string()
            on:click=move |_| studio.use_preset(preset)
        >
            {words.0}
        </button>
    }
}

/// The samplers that the model takes; another one, as from another model's picture, is shown and said to be unsuited.
#[component]
fn SamplerField() -> impl IntoView {
    let studio = studio();
    let chosen = studio.form.sampler;
    let samplers = move || studio.model().map(|model| model.samplers).unwrap_or_default();
    let options = move || {
        let option = |sampler| {
            view! {
                <option value=words::sampler(sampler) prop:selected=move || chosen.get() == sampler>
                    {words::sampler(sampler)}
                </option>
            }
        };
        samplers().into_iter().map(option).collect_view()
    };
    let unsuited = move || {
        let samplers = samplers();
        let chosen = chosen.get();
        (!samplers.is_empty() && !samplers.contains(&chosen)).then(|| {
            view! { <option value="" selected=true>{words::unsuited(chosen)}</option> }
        })
    };
    let choose = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        if let Some(sampler) = untrack(samplers).into_iter().find(|sampler| words::sampler(*sampler) == name)
        {
            chosen.set(sampler);
            studio.notices.clear(Place::Settings);
        }
    };
    view! {
        <div class="field">
            <label for="sampler">{words::SAMPLER}</label>
            <select id="sampler" on:change=choose>{options} {unsuited}</select>
        </div>
    }
}
