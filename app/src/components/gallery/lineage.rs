//! **Lineage**: which picture came from which, as a small tree.

use std::sync::Arc;

use gallery::{Branch, Link, Record};
use leptos::prelude::*;

use super::thumbnail::Thumbnail;
use crate::state::studio;
use crate::words::gallery as words;

/// A larger family is cut to the picture's own line.
const MOST: usize = 60;
/// Deeper generations are not indented further.
const DEEPEST: usize = 6;

/// The family of a picture; nothing for a picture without one.
#[component]
pub(super) fn Lineage(id: StoredValue<String>) -> impl IntoView {
    let library = studio().library;
    // Compared, so that a star elsewhere does not draw it anew.
    let family = Memo::new(move |_| id.with_value(|id| library.album.with(|album| album.family(id, MOST))));
    move || {
        let family = family.get();
        (!family.is_empty()).then(|| {
            let own = id.get_value();
            let branches = family.into_iter().map(|branch| {
                let own = branch.id == own;
                view! { <Member branch own /> }
            });
            view! {
                <section class="lineage" aria-labelledby="lineage-title">
                    <h3 id="lineage-title">{words::LINEAGE}</h3>
                    <ul>{branches.collect_view()}</ul>
                </section>
            }
        })
    }
}

#[component]
fn Member(branch: Branch, own: bool) -> impl IntoView {
    let link = match branch.link {
        Link::Root => None,
        Link::Source => Some(words::AS_SOURCE),
        Link::Variant => Some(words::AS_VARIANT),
    };
    let indent = format!("--depth: {}", branch.depth.min(DEEPEST));
    let content = match branch.record {
        Some(record) => view! { <Relative record own link /> }.into_any(),
        None => view! { <p class="hint">{words::NO_LONGER_HERE}</p> }.into_any(),
    };
    view! { <li style=indent class:below=move || branch.depth.gt(&0)>{content}</li> }
}

#[component]
fn Relative(record: Arc<Record>, own: bool, link: Option<&'static str>) -> impl IntoView {
    let library = studio().library;
    let id = record.id.clone();
    let told = if own { words::THIS_PICTURE.to_owned() } else { link.unwrap_or_default().to_owned() };
    let seed = format!("seed {}", record.settings.seed);
    view! {
        <button
            type="button"
            class="quiet relative"
            aria-current=own.then_some("true")
            on:click=move |_| library.opened.set(Some(id.clone()))
        >
            <span class="relative-picture"><Thumbnail record=Arc::clone(&record) /></span>
            <span class="relative-words">
                <span class="relative-prompt">{record.settings.prompt.clone()}</span>
                <span class="hint">{seed} {(!told.is_empty()).then(|| format!(" · {told}"))}</span>
            </span>
        </button>
    }
}
