//! **Queue**: what is being made and what waits, in an order that can be changed.

mod left;
mod notify;

use leptos::prelude::*;
use protocol::JobId;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

pub(crate) use left::LeftQueue;

use super::frame::{Drawer, DrawerKind};
use super::icon::Icon;
use super::icon_button::IconButton;
use crate::state::{Job, studio};
use crate::words::{batches as words, run};

/// The toolbar's button, with how many wait.
#[component]
pub(crate) fn QueueButton() -> impl IntoView {
    let studio = studio();
    let label = move || words::waiting(studio.queue.waiting.with(batches::Line::len));
    view! {
        <button type="button" class="quiet" on:click=move |_| studio.open_drawer(DrawerKind::Queue)>{label}</button>
    }
}

/// The drawer with the queue.
#[component]
pub(crate) fn QueueDrawer() -> impl IntoView {
    view! {
        <Drawer kind=DrawerKind::Queue title=words::QUEUE>
            <QueueList />
            <notify::NotifyField />
        </Drawer>
    }
}

/// An entry, apart from the job, whose files the page only hands on.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    id: JobId,
    prompt: String,
    settings: String,
}

impl Entry {
    fn of(job: &Job) -> Self {
        Self {
            id: job.id,
            prompt: job.request.prompt.clone(),
            settings: words::job(&job.request, job.source.is_some()),
        }
    }
}

/// The running picture, then those that wait.
#[component]
fn QueueList() -> impl IntoView {
    let studio = studio();
    let queue = studio.queue;
    let running = Memo::new(move |_| queue.running.with(|job| job.as_ref().map(Entry::of)));
    let waiting =
        Memo::new(move |_| queue.waiting.with(|line| line.iter().map(Entry::of).collect::<Vec<_>>()));
    let now = move || {
        running.get().map(|entry| {
            view! {
                <section class="queue-now" aria-label=words::RUNNING>
                    <EntryWords prompt=entry.prompt.clone() settings=entry.settings />
                    <p class="hint">{move || run::phase(queue.phase.get())}</p>
                    <CancelButton id=entry.id prompt=entry.prompt />
                </section>
            }
        })
    };
    let empty = move || running.with(Option::is_none) && waiting.with(Vec::is_empty);
    view! {
        <LeftQueue />
        {now}
        <ol class="queue" aria-label=words::QUEUE>
            <For each=move || waiting.get() key=|entry| entry.id.0 let:entry>
                <WaitingEntry entry />
            </For>
        </ol>
        <Show when=empty>
            <p class="hint">{words::EMPTY}</p>
        </Show>
        <button type="button" hidden=empty on:click=move |_| studio.cancel_all()>
            {Icon::Stop.draw()} {words::CANCEL_ALL}
        </button>
    }
}

#[component]
fn EntryWords(prompt: String, settings: String) -> impl IntoView {
    view! {
        <div class="queue-words">
            <p class="queue-prompt">{prompt}</p>
            <p class="hint">{settings}</p>
        </div>
    }
}

#[component]
fn CancelButton(id: JobId, prompt: String) -> impl IntoView {
    let studio = studio();
    let name = words::cancel(&prompt);
    view! {
        <IconButton
            icon=Icon::Close
            name=name
            class="quiet"
            press=move |_| {
                let next = focused().and_then(|button| beside(&button));
                studio.cancel_job(id);
                focus_later(next);
            }
        />
    }
}

/// What has the focus.
fn focused() -> Option<Element> {
    document().active_element()
}

/// The last button of the entry behind the one that a button belongs to, or before it.
fn beside(button: &Element) -> Option<Element> {
    let entry = button.closest("li").ok().flatten()?;
    let other = entry.next_element_sibling().or_else(|| entry.previous_element_sibling())?;
    other.query_selector("button:last-of-type").ok().flatten()
}

/// Gives the focus to what would lose it, once the list is drawn anew: browsers take it from what they move or remove.
fn focus_later(element: Option<Element>) {
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    request_animation_frame(move || {
        if let Some(element) = element {
            // Out of the page by now, it has no use for it.
            element.focus().ok();
        }
    });
}

/// A picture that waits: it can be moved and taken out.
#[component]
fn WaitingEntry(entry: Entry) -> impl IntoView {
    let studio = studio();
    let Entry { id, prompt, settings } = entry;
    let first = Memo::new(move |_| studio.queue.waiting.with(|line| line.keys().next() == Some(id)));
    let last = Memo::new(move |_| studio.queue.waiting.with(|line| line.keys().last() == Some(id)));
    let step = |name: String, icon: Icon, by: isize, stuck: Memo<bool>| {
        view! {
            <IconButton
                icon=icon
                name=name
                class="quiet"
                attr:aria-disabled=move || stuck.get().to_string()
                press=move |_| {
                    let pressed = focused();
                    studio.move_job(id, by);
                    focus_later(pressed);
                }
            />
        }
    };
    view! {
        <li class="queue-entry">
            <EntryWords prompt=prompt.clone() settings />
            {step(words::sooner(&prompt), Icon::Up, -1, first)}
            {step(words::later(&prompt), Icon::Down, 1, last)}
            <CancelButton id prompt />
        </li>
    }
}
