//! **Style presets**: made, changed, deleted, and exchanged as a file.

use leptos::prelude::*;
use prompts::Style;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use super::super::frame::{Drawer, DrawerKind};
use super::super::notice::NoticeAt;
use crate::components::icon::Icon;
use crate::platform;
use crate::state::{Place, studio};
use crate::words::prompt as words;

/// Where the focus goes from a form that closes: what came of it is said beside.
const NEW: &str = "new-style";

/// The drawer with the editor of styles.
#[component]
pub(crate) fn StylesDrawer() -> impl IntoView {
    view! {
        <Drawer kind=DrawerKind::Styles title=words::STYLES_TITLE>
            <Editor />
        </Drawer>
    }
}

/// Every style, and what can be done with all of them.
#[component]
fn Editor() -> impl IntoView {
    let studio = studio();
    let styles = studio.prompts.styles();
    let making = RwSignal::new(false);
    let import = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            studio.import_styles(file);
        }
        input.set_value("");
    };
    view! {
        <p class="hint">{words::STYLES_HINT}</p>
        <div class="style-tools">
            <button type="button" id=NEW aria-expanded=move || making.get().to_string() on:click=move |_| making.set(true)>
                {words::NEW_STYLE}
            </button>
            <label class="button file-button">
                {Icon::File.draw()} {words::IMPORT_STYLES}
                <input type="file" aria-label=words::IMPORT_STYLES accept=".json,application/json" on:change=import />
            </label>
            <button type="button" on:click=move |_| studio.export_styles()>
                {Icon::Download.draw()} {words::EXPORT_STYLES}
            </button>
            <button type="button" class="quiet" on:click=move |_| studio.restore_styles()>{words::RESTORE_STYLES}</button>
        </div>
        <NoticeAt place=Place::Styles />
        <div class="style-tools">
            <p class="hint" role="status">{move || studio.prompts.styles_outcome.get()}</p>
            <button
                type="button"
                class="quiet"
                hidden=move || studio.prompts.deleted_style.with(Option::is_none)
                on:click=move |_| studio.bring_style_back()
            >
                {words::BRING_STYLE_BACK}
            </button>
        </div>
        <Show when=move || making.get()>
            <div class="style-entry">
                <StyleForm style=Style::default() old_name=None done=move || making.set(false) />
            </div>
        </Show>
        <ul class="style-list" aria-label=words::STYLES_TITLE>
            <For each=move || styles.with(|styles| styles.all().to_vec()) key=Clone::clone let:style>
                <StyleEntry style />
            </For>
        </ul>
    }
}

/// A style, folded until it is wanted.
#[component]
fn StyleEntry(style: Style) -> impl IntoView {
    let name = style.name.clone();
    view! {
        <li class="style-entry">
            <details>
                <summary>{name.clone()}</summary>
                <StyleForm style old_name=Some(name) done=|| () />
            </details>
        </li>
    }
}

/// The three texts of a style.
#[component]
fn StyleForm(
    style: Style,
    old_name: Option<String>,
    done: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let studio = studio();
    let (name, prompt, negative) =
        (RwSignal::new(style.name), RwSignal::new(style.prompt), RwSignal::new(style.negative_prompt));
    let wrong = RwSignal::new(None::<String>);
    let is_new = old_name.is_none();
    let old_name = StoredValue::new(old_name);
    let close = move || {
        done();
        platform::focus(NEW);
    };
    let save = move |_| {
        let (name, prompt, negative_prompt) =
            (name.get_untracked(), prompt.get_untracked(), negative.get_untracked());
        match studio.save_style(old_name.get_value(), &Style { name, prompt, negative_prompt }) {
            Ok(()) => {
                studio.notices.clear(Place::Styles);
                studio.prompts.deleted_style.set(None);
                studio.prompts.styles_outcome.set(words::STYLE_SAVED.to_owned());
                close();
            }
            Err(error) => wrong.set(Some(error.to_string())),
        }
    };
    let delete = move |_| {
        if let Some(name) = old_name.get_value() {
            studio.delete_style(name);
            close();
        }
    };
    let text = |label: &'static str, rows: &'static str, text: RwSignal<String>| {
        view! {
            <label class="style-text">
                {label}
                <textarea rows=rows prop:value=text on:input=move |event| text.set(event_target_value(&event))></textarea>
            </label>
        }
    };
    view! {
        <div class="style-form">
            <label class="style-text">
                {words::STYLE_NAME}
                <input type="text" prop:value=name on:input=move |event| name.set(event_target_value(&event)) />
            </label>
            {text(words::STYLE_PROMPT, "3", prompt)}
            {text(words::STYLE_NEGATIVE, "2", negative)}
            {move || wrong.get().map(|sentence| view! { <p class="notice" role="alert">{sentence}</p> })}
            <div class="style-tools">
                <button type="button" class="primary" on:click=save>{words::SAVE_STYLE}</button>
                <button type="button" hidden=is_new on:click=delete>{Icon::Trash.draw()} {words::DELETE_STYLE}</button>
                <button type="button" class="quiet" hidden=!is_new on:click=move |_| close()>{words::CANCEL_STYLE}</button>
            </div>
        </div>
    }
}
