//! How the chosen model wants to be asked, as the catalogue says it.

use leptos::{ev, html, prelude::*};

use crate::state::studio;
use crate::words::prompt as words;

/// A few sentences that can be folded away, and then stay so. Nothing for a model that the catalogue does not know.
#[component]
pub(super) fn ModelTips() -> impl IntoView {
    let studio = studio();
    let open = studio.session.tips;
    let details = NodeRef::<html::Details>::new();
    let model = Memo::new(move |_| {
        let id = studio.form.model.get();
        studio.downloads.entry(&id).filter(|model| !model.tips.is_empty())
    });
    // The browser folds it; what is remembered is what it then is.
    let toggled = move |_: ev::Event| {
        if let Some(details) = details.get_untracked() {
            open.set(details.open());
        }
    };
    move || {
        model.get().map(|model| {
            view! {
                <details node_ref=details class="model-tips hint" prop:open=open on:toggle=toggled>
                    <summary>{words::tips(&model.name)}</summary>
                    <ul class="tips">{model.tips.into_iter().map(|tip| view! { <li>{tip}</li> }).collect_view()}</ul>
                </details>
            }
        })
    }
}
