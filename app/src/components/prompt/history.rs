//! **Prompt history**: prompts used before, searched and starred.

use leptos::prelude::*;
use prompts::{History, PastPrompt};

use super::super::frame::{Drawer, DrawerKind};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::platform;
use crate::state::studio;
use crate::words::prompt as words;

/// Where the focus goes from what is deleted: to no box, which would bring up a keyboard on the screen.
const LIST: &str = "past-prompts";

/// The drawer of past prompts.
#[component]
pub(crate) fn HistoryDrawer() -> impl IntoView {
    view! {
        <Drawer kind=DrawerKind::PromptHistory title=words::HISTORY>
            <PastPrompts />
        </Drawer>
    }
}

/// The search and what it finds.
#[component]
fn PastPrompts() -> impl IntoView {
    let studio = studio();
    let history = studio.prompts.history();
    let (query, favourites_only) = (RwSignal::new(String::new()), RwSignal::new(false));
    let found = Memo::new(move |_| {
        let (query, only) = (query.get(), favourites_only.get());
        history.with(|history| history.find(&query, only).into_iter().cloned().collect::<Vec<_>>())
    });
    let nothing = move || {
        found.with(Vec::is_empty).then(|| match history.with(|history| history.find("", false).is_empty()) {
            true => view! { <p class="hint">{words::HISTORY_EMPTY}</p> },
            false => view! { <p class="hint">{words::HISTORY_NOTHING_FOUND}</p> },
        })
    };
    let clear = move |_| {
        if window().confirm_with_message(words::CLEAR_QUESTION).unwrap_or_default() {
            studio.clear_history();
            platform::focus(LIST);
        }
    };
    view! {
        <div class="history-tools">
            <input
                type="search"
                aria-label=words::SEARCH
                placeholder=words::SEARCH
                on:input=move |event| query.set(event_target_value(&event))
            />
            <label class="check hint">
                <input type="checkbox" on:change=move |event| favourites_only.set(event_target_checked(&event)) />
                <span>{words::FAVOURITES_ONLY}</span>
            </label>
        </div>
        <ul class="past-prompts" id=LIST tabindex="-1" aria-label=words::HISTORY>
            <For
                each=move || found.get()
                key=|past| (past.prompt.clone(), past.negative_prompt.clone(), past.favourite, past.uses)
                let:past
            >
                <Past past />
            </For>
        </ul>
        {nothing}
        <button type="button" class="quiet" disabled=move || !history.with(History::has_unstarred) on:click=clear>
            {words::CLEAR}
        </button>
    }
}

/// A past prompt: pressing its words puts it into the form.
#[component]
fn Past(past: PastPrompt) -> impl IntoView {
    let studio = studio();
    let PastPrompt { prompt, negative_prompt, uses, favourite, .. } = past;
    let texts = StoredValue::new((prompt.clone(), negative_prompt.clone()));
    let take = move |_| {
        let (prompt, negative) = texts.get_value();
        studio.use_prompt(prompt, negative);
        studio.drawer.set(None);
    };
    let star = move |_| {
        let (prompt, negative) = texts.get_value();
        studio.star_prompt(prompt, negative, !favourite);
    };
    let forget = move |_| {
        let (prompt, negative) = texts.get_value();
        studio.forget_prompt(prompt, negative);
        platform::focus(LIST);
    };
    let without = (!negative_prompt.is_empty())
        .then(|| view! { <span class="hint">{words::without(&negative_prompt)}</span> });
    view! {
        <li class="past-prompt">
            // The hints are beside the button: what is seen in it is what it is called.
            <div class="past-words">
                <button type="button" class="quiet past-use" aria-label=words::use_named(&prompt) on:click=take>
                    <span class="past-text">{prompt.clone()}</span>
                </button>
                {without}
                <span class="hint">{words::uses(uses)}</span>
            </div>
            <IconButton
                icon=Icon::Star
                name=words::FAVOURITE
                class="quiet star"
                pressed=favourite
                press=star
            />
            <IconButton icon=Icon::Trash name=words::FORGET class="quiet" press=forget />
        </li>
    }
}
