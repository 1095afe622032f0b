//! **Backup**: everything as one file, and back.

use leptos::prelude::*;
use protocol::ModelId;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

use crate::components::icon::Icon;
use crate::components::notice::NoticeAt;
use crate::state::{Place, Studio, studio};
use crate::words::backup as words;

/// The two buttons, the choice to take models along, and what came of it.
#[component]
pub(super) fn BackupSection() -> impl IntoView {
    let studio = studio();
    let busy = studio.backups.busy;
    let with_models = RwSignal::new(false);
    let working = Memo::new(move |_| busy.with(Option::is_some));
    let model_bytes = Memo::new(move |_| model_bytes(studio));
    let take = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            studio.import_backup(file);
        }
        // So that choosing the same file again is a change again.
        input.set_value("");
    };
    view! {
        <section class="models-section" aria-label=words::TITLE>
            <h3>{words::TITLE}</h3>
            <p class="hint">{words::ABOUT}</p>
            <Show when=move || { model_bytes.get() > 0 }>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=with_models
                        on:change=move |event| with_models.set(event_target_checked(&event))
                    />
                    <span>{move || words::with_models(model_bytes.get() as f64)}</span>
                </label>
            </Show>
            <div class="import">
                <button
                    type="button"
                    disabled=move || working.get()
                    on:click=move |_| studio.export_everything(with_models.get_untracked())
                >
                    {Icon::Download.draw()}
                    {words::EXPORT}
                </button>
                <label class="button file-button">
                    {Icon::File.draw()}
                    <span>{words::IMPORT}</span>
                    <input
                        type="file"
                        accept=".tar"
                        aria-label=words::IMPORT
                        disabled=move || working.get()
                        on:change=take
                    />
                </label>
            </div>
            <p class="backup-words" role="status">
                {move || busy.get().unwrap_or_else(|| studio.backups.outcome.get())}
            </p>
            <NoticeAt place=Place::Backup />
        </section>
    }
}

/// Bytes of the models and LoRAs that would go into a backup. The built-in model comes with the page. Tracked.
fn model_bytes(studio: Studio) -> u64 {
    let models = studio.session.models.with(|models| {
        models.iter().filter(|model| model.id != ModelId::builtin()).map(|model| model.bytes).sum::<u64>()
    });
    let loras = studio.session.loras.with(|loras| loras.iter().flatten().map(|lora| lora.bytes).sum::<u64>());
    models + loras
}
