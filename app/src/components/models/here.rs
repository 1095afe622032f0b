//! The models on this device.

use leptos::prelude::*;
use protocol::{ModelId, ModelInfo};

use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::studio;
use crate::words::models as words;

/// Every model that can be used, with its size.
#[component]
pub(super) fn HereSection() -> impl IntoView {
    let studio = studio();
    view! {
        <section class="models-section" aria-label=words::HERE>
            <h3>{words::HERE}</h3>
            <ul class="stored-models">
                <For
                    each=move || studio.session.models.get()
                    key=|model| (model.id.clone(), model.hash.clone())
                    let:model
                >
                    <StoredModel model />
                </For>
            </ul>
        </section>
    }
}

/// A model: use it, or delete it after a question, unless a picture is waiting for it.
#[component]
fn StoredModel(model: ModelInfo) -> impl IntoView {
    let studio = studio();
    let ModelInfo { id, name, bytes, .. } = model;
    let builtin = id == ModelId::builtin();
    let id = StoredValue::new(id);
    let chosen = Memo::new(move |_| studio.form.model.with(|model| id.with_value(|id| model == id)));
    let size = words::size(bytes as f64);
    let size = if builtin { format!("{size}, {}", words::BUILTIN_SIZE) } else { size };
    let question = words::delete_question(&name);
    let delete = move |_| {
        if window().confirm_with_message(&question).unwrap_or_default() {
            studio.delete_model(id.get_value());
        }
    };
    let (use_name, delete_name) = (format!("{} {name}", words::USE), format!("{} {name}", words::DELETE));
    view! {
        <li class="stored-model">
            <div class="stored-words">
                <p class="stored-name">{name}</p>
                <p class="hint">{size}</p>
            </div>
            {move || match chosen.get() {
                true => view! { <span class="tag">{words::IN_USE}</span> }.into_any(),
                false => view! {
                    <button
                        type="button"
                        aria-label=use_name.clone()
                        on:click=move |_| studio.choose_model(&id.get_value())
                    >
                        {words::USE}
                    </button>
                }
                .into_any(),
            }}
            {(!builtin).then(|| view! {
                <IconButton
                    icon=Icon::Trash
                    name=delete_name
                    class="quiet"
                    refusal=Signal::derive(move || studio.uses_model(&id.get_value()).then_some(words::NEEDED))
                    press=delete
                />
            })}
        </li>
    }
}
