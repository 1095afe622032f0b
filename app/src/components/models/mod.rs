//! **Models and storage**: what is here, what there is, and how much room it takes.

mod backup;
mod here;
mod offer;
mod room;

use leptos::prelude::*;
use protocol::ModelId;

use super::frame::{Drawer, DrawerKind};
use super::import_model::ImportModel;
use super::model_field::ImportProgress;
use super::notice::NoticeAt;
use crate::state::{Kind, Place, by_role, studio};
use crate::words::models as words;

/// The drawer.
#[component]
pub(crate) fn ModelsDrawer() -> impl IntoView {
    view! {
        <Drawer kind=DrawerKind::Models title=words::TITLE>
            <room::RoomSection />
            <here::HereSection />
            <OfferedSection />
            <section class="models-section" aria-label=words::OWN>
                <h3>{words::OWN}</h3>
                <p class="hint">{words::OWN_HINT}</p>
                <ImportModel />
                <ImportProgress kind=Kind::Model />
                <NoticeAt place=Place::Model again=true />
            </section>
            <backup::BackupSection />
        </Drawer>
    }
}

/// What the catalogue offers beyond what is here.
#[component]
fn OfferedSection() -> impl IntoView {
    let studio = studio();
    let downloads = studio.downloads;
    let offered = Memo::new(move |_| {
        let here: Vec<ModelId> =
            studio.session.models.with(|models| models.iter().map(|model| model.id.clone()).collect());
        let mut offered = by_role(downloads.catalogue.get());
        offered.retain(|model| !model.files.is_empty() && !here.contains(&model.id));
        offered
    });
    let word = move || {
        if !downloads.asked.get() {
            return Some(words::ASKING);
        }
        let nothing = downloads.fault.with(Option::is_none) && offered.with(Vec::is_empty);
        nothing.then_some(words::NOTHING_OFFERED)
    };
    view! {
        <section class="models-section" aria-label=words::OFFERED>
            <h3>{words::OFFERED}</h3>
            <p class="hint">{words::OFFERED_HINT}</p>
            {move || word().map(|word| view! { <p role="status">{word}</p> })}
            {move || {
                downloads.fault.get().map(|fault| view! {
                    <div class="notice">
                        <p role="alert">{fault.message}</p>
                        <button type="button" on:click=move |_| studio.ask_for_catalogue()>{words::TRY_AGAIN}</button>
                    </div>
                })
            }}
            <ul class="offers">
                <For each=move || offered.get() key=|model| model.id.clone() let:model>
                    <offer::Offer model />
                </For>
            </ul>
        </section>
    }
}
