//! **Quality steps**, **Guidance scale** and **Sampler**.

use leptos::prelude::*;
use protocol::SamplerKind;

use super::field::{NumberField, NumberHints};
use super::notice::NoticeAt;
use crate::state::{Place, studio};

const STEPS: NumberHints = NumberHints { min: "1", max: "200", step: "1" };
const GUIDANCE: NumberHints = NumberHints { min: "0", max: "30", step: "0.5" };

fn name(sampler: SamplerKind) -> &'static str {
    match sampler {
        SamplerKind::Ddim => "DDIM",
        SamplerKind::Euler => "Euler",
        SamplerKind::EulerAncestral => "Euler ancestral",
        SamplerKind::Dpmpp2m => "DPM++ 2M",
        SamplerKind::Dpmpp2mKarras => "DPM++ 2M Karras",
        SamplerKind::UniPc => "UniPC",
        SamplerKind::Lcm => "LCM",
        SamplerKind::FlowEuler => "Euler (flow)",
    }
}

/// How the noise is taken away.
#[component]
pub(crate) fn SamplingFields() -> impl IntoView {
    let studio = studio();
    let form = studio.form;
    let samplers = move || studio.model().map(|model| model.samplers).unwrap_or_default();
    let options = move || {
        samplers()
            .into_iter()
            .map(|sampler| {
                view! {
                    <option value=name(sampler) prop:selected=move || form.sampler.get() == sampler>
                        {name(sampler)}
                    </option>
                }
            })
            .collect_view()
    };
    let choose = move |event: leptos::ev::Event| {
        let chosen = event_target_value(&event);
        if let Some(sampler) = untrack(samplers).into_iter().find(|sampler| name(*sampler) == chosen) {
            form.sampler.set(sampler);
        }
    };
    view! {
        <div class="columns">
            <NumberField
                id="steps"
                label="Quality steps"
                value=form.steps
                hints=STEPS
                place=Place::Settings
            />
            <NumberField
                id="guidance"
                label="Guidance scale"
                value=form.guidance_scale
                hints=GUIDANCE
                place=Place::Settings
            />
            <div class="field" hidden=move || samplers().len() < 2>
                <label for="sampler">"Sampler"</label>
                <select id="sampler" on:change=choose>{options}</select>
            </div>
        </div>
        <NoticeAt place=Place::Settings />
    }
}
