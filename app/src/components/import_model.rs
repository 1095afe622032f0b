//! **Import model**: a folder or files from the person's disk, and in how many bits to keep them.

use leptos::prelude::*;
use protocol::Precision;
use wasm_bindgen::JsCast;
use web_sys::{FileList, HtmlInputElement};

use super::icon::Icon;
use super::select::{Select, among, names};
use crate::state::studio;

/// What the worker can look into.
const WEIGHT_FILES: &str = ".safetensors,.gguf";

const PRECISIONS: [(Precision, &str); 4] = [
    (Precision::AsItIs, "Keep weights as they are"),
    (Precision::Half, "Keep weights in 16 bits"),
    (Precision::EightBit, "Keep weights in 8 bits: half the memory"),
    (Precision::FourBit, "Keep weights in 4 bits: a third of it"),
];

/// The two buttons and the choice of precision.
#[component]
pub(crate) fn ImportModel() -> impl IntoView {
    let studio = studio();
    let precision = RwSignal::new(Precision::default());
    let precisions = PRECISIONS.map(|(precision, _)| precision);
    let (chosen, choose) = among(precisions, move || precision.get(), move |chosen| precision.set(chosen));
    view! {
        <div class="import" role="group" aria-label="Import a model">
            <FileButton
                name="Import model"
                label="Import folder"
                hint="Import model: a folder in the diffusers layout"
                folder=true
                take=Callback::new(move |files: FileList| {
                    studio.import_model(&files, precision.get_untracked());
                })
            />
            <FileButton
                name="Import model files"
                label="Import files"
                hint="Import model files: a checkpoint as one .safetensors or .gguf file"
                folder=false
                take=Callback::new(move |files: FileList| {
                    studio.import_model_files(&files, precision.get_untracked());
                })
            />
            <Select
                names=names(PRECISIONS.map(|(_, name)| name))
                chosen
                choose
                attr:aria-label="Keep weights"
                attr:title="How to keep the weights of an imported model"
            />
        </div>
    }
}

/// A button that asks for files, or for a folder of them.
#[component]
fn FileButton(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    folder: bool,
    take: Callback<FileList>,
) -> impl IntoView {
    let studio = studio();
    let changed = move |event: leptos::ev::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(files) = input.files().filter(|files| files.length() > 0) {
            take.run(files);
        }
        input.set_value("");
    };
    view! {
        <label class="button file-button" title=hint>
            {if folder { Icon::Folder.draw() } else { Icon::File.draw() }}
            {label}
            <input
                type="file"
                aria-label=name
                multiple=true
                accept=(!folder).then_some(WEIGHT_FILES)
                prop:webkitdirectory=folder
                prop:disabled=move || studio.session.importing.with(Option::is_some)
                on:change=changed
            />
        </label>
    }
}
