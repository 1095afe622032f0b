//! The name and the choice between light and dark.

use leptos::prelude::*;

use super::icon::Icon;
use super::icon_button::IconButton;
use crate::state::{Theme, studio};

/// The top of the sidebar.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let theme = studio().session.theme;
    Effect::new(move |_| {
        let root = document().document_element();
        let name = match theme.get() {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        if let Some(root) = root {
            root.set_attribute("data-theme", name).ok();
        }
    });
    let label = move || match theme.get() {
        Theme::System => "Theme: as the system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    let icon = move || match theme.get() {
        Theme::System => Icon::Contrast,
        Theme::Light => Icon::Sun,
        Theme::Dark => Icon::Moon,
    };
    let next = move |_| {
        theme.update(|theme| {
            *theme = match theme {
                Theme::System => Theme::Light,
                Theme::Light => Theme::Dark,
                Theme::Dark => Theme::System,
            };
        });
    };
    view! {
        <header class="masthead">
            <div>
                <h1>"Palimpsest"</h1>
                <p class="tagline">"Pictures over pictures"</p>
            </div>
            <IconButton icon=Signal::derive(icon) name=label class="quiet" press=next />
        </header>
    }
}
