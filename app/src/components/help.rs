//! **Keyboard shortcuts**: a sheet with every key, and a switch for those that are letters.

use leptos::prelude::*;

use super::frame::{Drawer, DrawerKind};
use crate::state::studio;
use crate::words::help as words;

/// The sheet, opened by `?` or from the toolbar.
#[component]
pub(crate) fn HelpDrawer() -> impl IntoView {
    let single_keys = studio().session.single_keys;
    let rows = || {
        words::KEYS.map(|(keys, meaning)| {
            let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
            view! { <dt>{keys}</dt><dd>{meaning}</dd> }
        })
    };
    view! {
        <Drawer kind=DrawerKind::Help title=words::TITLE>
            <dl class="keys">{rows()}</dl>
            <label class="check">
                <input
                    type="checkbox"
                    aria-describedby="single-keys"
                    prop:checked=single_keys
                    on:change=move |event| single_keys.set(event_target_checked(&event))
                />
                <span>{words::SINGLE_KEYS}</span>
            </label>
            <p id="single-keys" class="hint">{words::SINGLE_KEYS_HINT}</p>
        </Drawer>
    }
}
