//! Both pictures whole, each in a pane of its own.

use leptos::prelude::*;

use super::pane::{Pane, Picture};
use super::{Looking, caption};
use crate::state::ComparedSide as Side;

/// Beside each other; above each other on a narrow screen.
#[component]
pub(super) fn SideBySide(looking: Looking, first: Side, second: Side) -> impl IntoView {
    let pane = |side: Side, sets_size: bool| {
        view! {
            <Pane looking title=side.title.clone()>
                <Picture looking side=side.clone() sets_size />
                {caption(&side, false)}
            </Pane>
        }
    };
    view! {
        <div class="compare-view">
            <div class="compare-pair">{pane(first, true)} {pane(second, false)}</div>
        </div>
    }
}
