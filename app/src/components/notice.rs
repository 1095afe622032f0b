//! A sentence beside the control that it is about.

use leptos::{html, prelude::*};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::state::{Notice, Place, studio};

/// The id of the sentence at `place`, by which it describes a control.
pub(crate) fn sentence_id(place: Place) -> String {
    format!("sentence-{place:?}").to_lowercase()
}

/// Says what there is to say at `place`, if anything, and scrolls to it. One that says it `again`, over the page, has no
/// id.
#[component]
pub(crate) fn NoticeAt(place: Place, #[prop(optional)] again: bool) -> impl IntoView {
    let notices = studio().notices;
    let id = (!again).then(|| sentence_id(place));
    move || {
        let id = id.clone();
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
                    <p id=id role="alert">{sentence}</p>
                    {detail}
                </div>
            }
        })
    }
}
