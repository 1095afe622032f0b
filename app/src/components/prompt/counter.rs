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

/// The prompt's text, chunk by chunk as the model takes it.
fn chunks(counted: &Counted) -> impl IntoView + use<> {
    let chunk = |(at, chunk): (usize, &str)| {
        view! {
            <span class="chunk">
                <span class="chunk-number" aria-hidden="true">{at + 1}</span>
                {chunk.to_owned()}
            </span>
        }
    };
    let chunks = division(counted).chunks.into_iter().enumerate().map(chunk).collect_view();
    view! { <p class="prompt-division">{chunks}</p> }
}

/// The end of the prompt that the model never sees.
fn cut_off(counted: &Counted) -> impl IntoView + use<> {
    let text = division(counted).cut_off.to_owned();
    view! {
        <p class="prompt-division">
            <del class="cut-off" title=words::CUT_OFF>{text}</del>
        </p>
    }
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
                view! {
                    <p class="token-warning">{words::cut(count.cut_off, count.capacity)}</p>
                    {cut_off(counted)}
                }
            });
            let divided = (count.chunk_starts.len() > 1).then(|| {
                view! {
                    <details>
                        <summary>{words::TOKENS_SHOWN}</summary>
                        {chunks(counted)}
                    </details>
                }
            });
            Some(view! { {cut} {divided} })
        })
    };
    view! {
        <div class="tokens hint">
            <p id=id class="token-line">{line}</p>
            {over}
        </div>
    }
}
