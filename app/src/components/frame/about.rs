//! **About**: what happens where, and whose work is inside.

use leptos::prelude::*;

use super::{Drawer, DrawerKind};
use crate::words::about as words;

pub(super) use words::TITLE;

/// The drawer with the page's privacy, the built-in model's origin, and the licences.
#[component]
pub(crate) fn AboutDrawer() -> impl IntoView {
    view! {
        <Drawer kind=DrawerKind::About title=words::TITLE>
            <section class="about">
                <p>{words::PRIVACY}</p>
                <h3>{words::MODEL_TITLE}</h3>
                <p>{words::MODEL}</p>
                <dl>
                    {words::CREDITS.map(|(what, whose)| view! { <dt>{what}</dt><dd>{whose}</dd> })}
                </dl>
                <p>
                    <a href="models/builtin/NOTICE.txt" target="_blank">{words::NOTICE}</a>
                    " · "
                    <a href="models/builtin.json" target="_blank">{words::MANIFEST}</a>
                </p>
            </section>
        </Drawer>
    }
}
