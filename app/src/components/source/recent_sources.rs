//! **Recent sources**: one press takes one up again.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::later::Errand;
use crate::state::{Recent, studio};
use crate::words::source as words;

/// A strip of thumbnails; nothing while there is none.
#[component]
pub(super) fn RecentSources() -> impl IntoView {
    let studio = studio();
    let recents = studio.source.recents.list;
    let any = Memo::new(move |_| recents.with(|all| !all.is_empty()));
    view! {
        <Show when=move || any.get()>
            <div class="recent-sources">
                <div class="label-row">
                    <h3 id="recent-sources">{words::RECENT}</h3>
                    <button type="button" class="quiet" on:click=move |_| studio.forget_all_sources()>
                        {words::FORGET_ALL}
                    </button>
                </div>
                <ul aria-labelledby="recent-sources">
                    <For
                        each=move || recents.get()
                        key=|recent| (recent.id.clone(), recent.url.clone())
                        children=|recent| view! { <RecentSource recent /> }
                    />
                </ul>
            </div>
        </Show>
    }
}

#[component]
fn RecentSource(recent: Recent) -> impl IntoView {
    let studio = studio();
    let Recent { id, name, size_px, url, .. } = recent;
    let title = format!("{name}, {}", words::size(size_px));
    let take = {
        let id = id.clone();
        move |_| studio.later(Errand::TakeRecent(id.clone()))
    };
    view! {
        <li>
            <button type="button" class="recent-source" aria-label=words::use_recent(&name) title=title on:click=take>
                <img src=url alt="" loading="lazy" />
            </button>
            <button
                type="button"
                class="recent-forget"
                aria-label=words::forget(&name)
                title=words::forget(&name)
                on:click=move |_| studio.forget_source(&id)
            >
                {Icon::Close.draw()}
            </button>
        </li>
    }
}
