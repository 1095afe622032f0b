//! The buttons above the gallery: each area that has a drawer or a view of its own puts one here.

use leptos::prelude::*;

use super::{DrawerKind, about};
use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::components::queue::QueueButton;
use crate::components::sheet::SheetButton;
use crate::state::studio;
use crate::words::{frame as words, help, models, packs};

/// The page's toolbar.
#[component]
pub(crate) fn Toolbar() -> impl IntoView {
    let studio = studio();
    view! {
        <nav class="toolbar" aria-label=words::TOOLBAR>
            <SheetButton />
            <QueueButton />
            <button type="button" class="quiet" on:click=move |_| studio.open_drawer(DrawerKind::Models)>{models::TITLE}</button>
            <button type="button" class="quiet" on:click=move |_| studio.open_drawer(DrawerKind::Packs)>{packs::TITLE}</button>
            <button type="button" class="quiet" on:click=move |_| studio.open_drawer(DrawerKind::About)>{about::TITLE}</button>
            <IconButton
                icon=Icon::Keyboard
                name=help::TITLE
                class="quiet"
                attr:aria-keyshortcuts="?"
                press=move |_| studio.open_drawer(DrawerKind::Help)
            />
        </nav>
    }
}
