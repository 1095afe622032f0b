//! A sentence beside the control that it is about.

use leptos::{html, prelude::*};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::state::{Notice, Place, studio};

/// Says what there is to say at `place`, if anything, and scrolls to it.
#[component]
pub(crate) fn NoticeAt(place: Place) -> impl IntoView {
    let notices = studio().notices;
    move || {
        notices.at(place).map(|Notice { sentence, detail }| {
            let element = NodeRef::<html::Div>::new();
            Effect::new(move |_| {
                if let Some(element) = element.get() {
                    let nearest = ScrollIntoViewOptions::new();
                    nearest.set_block(ScrollLogicalPosition::Nearest);
                    element.scroll_into_view_with_scroll_into_view_options(&nearest);
                }
            });
            let detail = (!detail.is_empty()).then(|| {
                view! {
                    <details>
                        <summary>"Details"</summary>
                        <code>{detail}</code>
                    </details>
                }
            });
            view! {
                <div class="notice" node_ref=element data-place=format!("{place:?}").to_lowercase()>
                    <p role="alert">{sentence}</p>
                    {detail}
                </div>
            }
        })
    }
}
