//! A dialog over the page, for work that needs the room.

use leptos::{html, prelude::*};

use super::{show_while, when_closed};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::words::frame as words;

/// Shows `children` while `open`: Esc and the close button call `close`, focus stays within. The children are made
/// anew each time, so a closed dialog costs nothing.
#[component]
pub(crate) fn Modal(
    #[prop(into)] open: Signal<bool>,
    close: Callback<()>,
    title: &'static str,
    class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| open.get());
    show_while(dialog, move || open.get());
    view! {
        <dialog node_ref=dialog class=format!("modal {class}") aria-label=title on:close=when_closed(dialog, move || close.run(()))>
            <Show when=move || open.get()>
                <div class="modal-sheet">
                    <header class="modal-head">
                        <h2>{title}</h2>
                        <IconButton
                            icon=Icon::Close
                            name=words::CLOSE
                            class="quiet"
                            press=move |_| close.run(())
                        />
                    </header>
                    {children()}
                </div>
            </Show>
        </dialog>
    }
}
