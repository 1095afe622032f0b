//! How much room this page takes, and whether it is safe there.

use leptos::prelude::*;

use crate::state::studio;
use crate::words::models as words;

/// The meter, and the browser's promise or a button that asks for it.
#[component]
pub(super) fn RoomSection() -> impl IntoView {
    let studio = studio();
    studio.measure_room();
    view! {
        <section class="models-section" aria-label=words::ROOM>
            <h3>{words::ROOM}</h3>
            {move || match studio.room.get() {
                None => view! { <p class="hint">{words::NO_ROOM_TOLD}</p> }.into_any(),
                Some(room) => view! {
                    <meter aria-label=words::ROOM_METER min="0" max="1" high="0.9" value=room.share().to_string()></meter>
                    <p class="room-words" id="room-used">{words::used(room.used_bytes, room.quota_bytes)}</p>
                    <div class="room-promise">
                        <p class="hint">{if room.kept { words::KEPT } else { words::NOT_KEPT }}</p>
                        {(!room.kept).then(|| view! {
                            <button type="button" on:click=move |_| studio.keep_data()>{words::KEEP}</button>
                        })}
                    </div>
                }
                .into_any(),
            }}
        </section>
    }
}
