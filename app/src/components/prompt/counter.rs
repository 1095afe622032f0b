//! How many tokens a prompt has, and what becomes of those beyond the text encoder's room.

use leptos::prelude::*;
use prompts::Division;

use crate::state::Counted;
use crate::words::prompt as words;

fn division(counted: &Counted) -> Division<'_> {
    let starts: Vec<usize> = counted.count.chunk_starts.iter().map(|start| *start as usize).collect();
    Division::of(&counted.text, &starts, counted.count.seen as usize)
}

/// The count in a few words; nothing for an empty prompt.
fn told(counted: &Counted) -> String {
    let count = &counted.count;
    match count.chunk_starts.len() {
        _ if count.tokens == 0 => String::new(),
        0 | 1 => words::tokens(count.tokens, count.capacity),
        chunks => words::chunks(count.tokens, chunks),
    }
}

/// The prompt's text as the model takes it: its chunks, and the end that it never sees.
fn shown(counted: &Counted) -> impl IntoView + use<> {
    let Division { chunks, cut_off } = division(counted);
    let several = chunks.len() > 1;
    let chunks = chunks
        .into_iter()
        .enumerate()
        .map(|(at, chunk)| {
            let number =
                several.then(|| view! { <span class="chunk-number" aria-hidden="true">{at + 1}</span> });
            view! { <span class="chunk">{number} {chunk.to_owned()}</span> }
        })
        .collect_view();
    let cut = (!cut_off.is_empty()).then(|| {
        view! {
            <del class="cut-off" title=words::CUT_OFF>{cut_off.to_owned()}</del>
        }
    });
    view! { <p class="prompt-division">{chunks} {cut}</p> }
}

/// A line under a prompt; it opens when the prompt is divided or cut off.
#[component]
pub(super) fn TokenCounter(id: &'static str, counted: RwSignal<Option<Counted>>) -> impl IntoView {
    let line = move || counted.with(|counted| counted.as_ref().map(told).unwrap_or_default());
    let over = move || {
        counted.with(|counted| {
            let counted = counted.as_ref()?;
            let count = &counted.count;
            let cut = (count.cut_off > 0).then(|| {
                view! { <p class="token-warning">{words::cut(count.cut_off, count.capacity)}</p> }
            });
            (count.cut_off > 0 || count.chunk_starts.len() > 1).then(|| {
                view! {
                    {cut}
                    <details>
                        <summary>{words::TOKENS_SHOWN}</summary>
                        {shown(counted)}
                    </details>
                }
            })
        })
    };
    view! {
        <div class="tokens hint">
            <p id=id class="token-line">{line}</p>
            {over}
        </div>
    }
}
