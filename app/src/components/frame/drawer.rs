//! A drawer: a modal sheet at the page's edge. One is open at a time.

use leptos::{html, prelude::*};

use super::{show_while, when_closed};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::state::studio;
use crate::words::frame as words;

/// Which drawer. Each area adds its own and opens it by [`crate::state::Studio::open_drawer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DrawerKind {
    /// Models: what is here, what there is, and how much room it takes.
    Models,
    /// Where the page and its built-in model come from.
    About,
    /// Prompts used before.
    PromptHistory,
    /// The style presets.
    Styles,
    /// Keyboard shortcuts.
    Help,
    /// What is being made and what waits.
    Queue,
    /// Sweeps and grids.
    Sheet,
    /// Image packs.
    Packs,
}

/// Shows `children` while its kind is the open one: Esc, the close button and a click beside it close it, and focus
/// stays within. The children are made anew each time, so a closed drawer costs nothing.
#[component]
pub(crate) fn Drawer(kind: DrawerKind, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let drawer = studio().drawer;
    let sheet = NodeRef::<html::Dialog>::new();
    let open = Memo::new(move |_| drawer.get() == Some(kind));
    let close = move || {
        drawer.update(|open| {
            if *open == Some(kind) {
                *open = None;
            }
        });
    };
    show_while(sheet, move || open.get());
    let beside = move |event: leptos::ev::MouseEvent| {
        // The sheet itself is only hit where none of its content is: on the backdrop.
        if event.target() == event.current_target() {
            close();
        }
    };
    view! {
        <dialog node_ref=sheet class="drawer" aria-label=title on:close=when_closed(sheet, close) on:click=beside>
            <Show when=move || open.get()>
                <div class="drawer-sheet">
                    <header class="drawer-head">
                        <h2>{title}</h2>
                        <IconButton icon=Icon::Close name=words::CLOSE class="quiet" press=move |_| close() />
                    </header>
                    <div class="drawer-body">{children()}</div>
                </div>
            </Show>
        </dialog>
    }
}
