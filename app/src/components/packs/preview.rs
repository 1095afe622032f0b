//! What was read and is not kept yet.

use leptos::prelude::*;

use super::card::{ModelOf, count, name};
use crate::state::{Candidate, address, cover, studio};
use crate::words::packs as words;

/// Each file with what is in it, or why it is not taken.
#[component]
pub(super) fn Preview() -> impl IntoView {
    let studio = studio();
    let candidates = studio.packs.candidates;
    let packs = studio.packs;
    let good = move || candidates.with(|all| all.iter().any(|candidate| packs.wants(candidate)));
    let busy = move || studio.packs.busy.with(Option::is_some);
    let rows =
        move || candidates.get().into_iter().map(|candidate| view! { <Row candidate /> }).collect_view();
    view! {
        <Show when=move || candidates.with(|all| !all.is_empty())>
            <section class="pack-preview" aria-labelledby="pack-preview-title">
                <h3 id="pack-preview-title">{move || if good() { words::PREVIEW } else { words::NONE_TO_KEEP }}</h3>
                <ul>{rows}</ul>
                <div class="pack-actions">
                    <Show when=good>
                        <button type="button" class="primary" disabled=busy on:click=move |_| studio.import_candidates()>
                            {words::KEEP}
                        </button>
                    </Show>
                    <button type="button" on:click=move |_| studio.drop_candidates()>{words::DROP}</button>
                </div>
            </section>
        </Show>
    }
}

#[component]
fn Row(candidate: Candidate) -> impl IntoView {
    let Candidate { name: file, read } = candidate;
    let loaded = match read {
        Ok(loaded) => loaded,
        Err(error) => {
            return view! {
                <li class="pack refused">
                    <div class="pack-words">
                        <p class="card-prompt">{file}</p>
                        <p class="pack-refusal" role="alert">{error.to_string()}</p>
                    </div>
                </li>
            }
            .into_any();
        }
    };
    let packs = studio().packs;
    let pack = loaded.pack.clone();
    let key = pack.entries.iter().enumerate().find_map(|(index, entry)| cover(entry, index));
    // The address lives as long as the row.
    let url =
        StoredValue::new_local(key.and_then(|key| loaded.picture(key)).map(|file| address(file.0.clone())));
    let picture = move || match url.with_value(|url| url.as_ref().map(|url| url.to_string())) {
        Some(url) => view! { <img src=url alt="" decoding="async" /> }.into_any(),
        None => view! { <span>{words::RECIPE}</span> }.into_any(),
    };
    let again = {
        let pack = pack.clone();
        move || packs.has(&pack).then(|| view! { <p class="hint">{words::HAVE_IT}</p> })
    };
    view! {
        <li class="pack">
            <div class="pack-cover">{picture}</div>
            <div class="pack-words">
                <p class="card-prompt">{name(&pack)}</p>
                <p class="card-meta">
                    <ModelOf pack=pack.clone() />
                    <span>{count(&pack)}</span>
                    <span>{file}</span>
                </p>
                {again}
            </div>
        </li>
    }
    .into_any()
}
