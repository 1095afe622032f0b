//! What can be done with one picture.

use std::sync::Arc;

use gallery::{Mode, Record};
use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::icon_button::IconButton;
use crate::later::Errand;
use crate::state::{Studio, studio};
use crate::words::{compare, gallery as words, packs};

type Action = fn(Studio, &Arc<Record>);

/// Name, icon, what it does.
type Named = (&'static str, Icon, Action);

const USE_AS_SOURCE: Named =
    (words::USE_AS_SOURCE, Icon::AsSource, |studio, record| studio.use_as_source(record));
const REUSE_SETTINGS: Named =
    (words::REUSE_SETTINGS, Icon::Sliders, |studio, record| studio.later(Errand::Reuse(Arc::clone(record))));
const USE_AS_MASK_SOURCE: Named =
    (words::USE_AS_MASK_SOURCE, Icon::Brush, |studio, record| studio.use_as_mask_source(record));
const REGENERATE: Named =
    (words::REGENERATE, Icon::Again, |studio, record| studio.later(Errand::Regenerate(Arc::clone(record))));
const COMPARE: Named =
    (compare::COMPARE, Icon::Compare, |studio, record| studio.compare_with_source(&record.id));
const COLLECT: Named = (words::COLLECT, Icon::Collect, |studio, record| {
    studio.library.collecting.set(Some(vec![record.id.clone()]));
});
const PACK: Named = (packs::SAVE_PICTURES, Icon::Pack, |studio, record| {
    studio.later(Errand::SaveAsPack(vec![Arc::clone(record)]));
});
const DOWNLOAD: Named = (words::DOWNLOAD, Icon::Download, |studio, record| {
    studio.later(Errand::Download(vec![Arc::clone(record)]));
});
const DELETE: Named = (words::DELETE, Icon::Trash, |studio, record| match by_keys() {
    true => studio.delete_and_go_on(std::slice::from_ref(record)),
    false => studio.delete_pictures(std::slice::from_ref(record)),
});

/// Whether the focus is seen: it must not be lost then, while under a pointer nothing should move.
fn by_keys() -> bool {
    let focused = document().active_element();
    focused.is_some_and(|focused| focused.matches(":focus-visible").unwrap_or(false))
}

/// A button for an action on the picture of this id, as it then is.
#[component]
fn Act(id: StoredValue<String>, action: Named, #[prop(optional)] with_name: bool) -> impl IntoView {
    let studio = studio();
    let (name, icon, act) = action;
    let go = move |_| {
        if let Some(record) = untrack(|| id.with_value(|id| studio.library.record(id))) {
            act(studio, &record);
        }
    };
    view! {
        <button
            type="button"
            class="quiet"
            class:icon-button=!with_name
            aria-label=name
            title=(!with_name).then_some(name)
            on:click=go
        >
            {icon.draw()}
            {with_name.then_some(view! { <span aria-hidden="true">{name}</span> })}
        </button>
    }
}

/// Gives a star or takes it away.
#[component]
pub(super) fn Star(id: StoredValue<String>) -> impl IntoView {
    let studio = studio();
    let favorite = Memo::new(move |_| {
        id.with_value(|id| studio.library.record(id)).is_some_and(|record| record.favorite)
    });
    let toggle = move |_| {
        let record = untrack(|| id.with_value(|id| studio.library.record(id)));
        studio.toggle_favorite(&record.into_iter().collect::<Vec<_>>());
    };
    view! {
        <IconButton
            icon=Icon::Star
            name=words::STAR
            class="quiet star"
            pressed=favorite
            attr:aria-keyshortcuts="S"
            press=toggle
        />
    }
}

/// The row of buttons under a picture in the grid. Where fingers press them, narrow cards do without the spares: the
/// picture shown large has everything.
#[component]
pub(super) fn CardActions(id: StoredValue<String>) -> impl IntoView {
    let act = move |action| view! { <Act id action /> };
    // A sheet is many pictures, each with settings of its own.
    let record = untrack(|| id.with_value(|id| studio().library.record(id)));
    let of_one = record.is_none_or(|record| record.sheet.is_none()).then(|| {
        view! {
            {act(USE_AS_SOURCE)}
            <span class="card-spares">{[REUSE_SETTINGS, REGENERATE].map(act)}</span>
        }
    });
    view! {
        <div class="card-actions">
            <Star id />
            {of_one}
            {[DOWNLOAD, DELETE].map(act)}
        </div>
    }
}

/// Everything that can be done with the picture shown large, by name.
#[component]
pub(super) fn DetailActions(id: StoredValue<String>) -> impl IntoView {
    let studio = studio();
    let record = untrack(|| id.with_value(|id| studio.library.record(id)));
    let is_sheet = record.as_ref().is_some_and(|record| record.sheet.is_some());
    let has_source = record.is_some_and(|record| record.settings.mode != Mode::TextToImage);
    let compare = has_source.then_some(COMPARE);
    let of_one = [USE_AS_SOURCE, USE_AS_MASK_SOURCE, REUSE_SETTINGS, REGENERATE].into_iter().chain(compare);
    let of_one = of_one.filter(|_| !is_sheet);
    let actions = of_one.chain([COLLECT, PACK, DOWNLOAD, DELETE]);
    view! {
        <div class="detail-actions">
            {actions.map(|action| view! { <Act id action with_name=true /> }).collect_view()}
        </div>
    }
}
