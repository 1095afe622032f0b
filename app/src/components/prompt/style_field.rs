//! **Style preset**: words that are laid around the prompt.

use leptos::prelude::*;

use super::super::frame::DrawerKind;
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::{Place, studio};
use crate::words::prompt as words;

/// The choice, what it adds, and the way to the editor.
#[component]
pub(super) fn StyleField() -> impl IntoView {
    let studio = studio();
    let (chosen, styles) = (studio.form.style, studio.prompts.styles());
    let options = move || {
        let option = |name: String| {
            let value = name.clone();
            view! { <option value=value.clone() prop:selected=move || chosen.with(|chosen| *chosen == value)>{name}</option> }
        };
        styles.with(|styles| styles.all().iter().map(|style| option(style.name.clone())).collect_view())
    };
    let added = move || {
        let style = styles.with(|styles| chosen.with(|chosen| styles.get(chosen).cloned()))?;
        (!style.prompt.is_empty()).then_some(style.prompt)
    };
    view! {
        <div class="field">
            <label for="style-preset">{words::STYLE_PRESET}</label>
            <div class="with-button">
                <select
                    id="style-preset"
                    aria-describedby="style-words"
                    on:change=move |event| {
                        chosen.set(event_target_value(&event));
                        studio.notices.clear(Place::Prompt);
                    }
                >
                    <option value="" prop:selected=move || chosen.with(String::is_empty)>{words::NO_STYLE}</option>
                    {options}
                </select>
                <IconButton
                    icon=Icon::Sliders
                    name=words::EDIT_STYLES
                    press=move |_| studio.open_drawer(DrawerKind::Styles)
                />
            </div>
            <p id="style-words" class="hint">{added}</p>
        </div>
    }
}
