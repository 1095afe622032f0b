//! A picture of a pack.

use std::rc::Rc;

use gloo::file::ObjectUrl;
use leptos::prelude::*;
use packs::PictureKey;
use wasm_bindgen_futures::spawn_local;

use crate::state::studio;

/// Read from the database once it is shown; its address ends with it.
#[component]
pub(super) fn PackPicture(id: String, key: PictureKey) -> impl IntoView {
    let studio = studio();
    let url: RwSignal<Option<Rc<ObjectUrl>>, LocalStorage> = RwSignal::new_local(None);
    spawn_local(async move {
        if let Some(found) = studio.pack_picture(&id, key).await {
            url.try_set(Some(found));
        }
    });
    move || {
        url.get().map(|url| view! { <img src=url.to_string() alt="" decoding="async" draggable="false" /> })
    }
}
