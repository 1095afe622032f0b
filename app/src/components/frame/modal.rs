//! A dialog over the page, for work that needs the room.

use leptos::{html, prelude::*};

use crate::components::icon::Icon;
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
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match open.get() {
            true if !dialog.open() => {
                // Refused only if it is open already.
                dialog.show_modal().ok();
            }
            false => dialog.close(),
            true => {}
        }
    });
    view! {
        <dialog node_ref=dialog class=format!("modal {class}") aria-label=title on:close=move |_| close.run(())>
            <Show when=move || open.get()>
                <div class="modal-sheet">
                    <header class="modal-head">
                        <h2>{title}</h2>
                        <button
                            type="button"
                            class="quiet icon-button"
                            aria-label=words::CLOSE
                            title=words::CLOSE
                            on:click=move |_| close.run(())
                        >
                            {Icon::Close.draw()}
                        </button>
                    </header>
                    {children()}
                </div>
            </Show>
        </dialog>
    }
}
