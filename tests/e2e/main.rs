//! The built page in real Chromium. `cargo xtask test` builds the page first; each test starts a browser with a fresh
//! profile and a server of its own.

mod accessibility;
mod automatic_device;
mod backup;
mod bad_input;
mod batches;
mod compare;
mod controls_by_name;
mod download_size;
mod drawings;
mod engine_failures;
mod gallery;
mod gallery_keys;
mod gallery_picker;
mod gallery_storage;
mod gallery_tabs;
mod imports;
mod layout;
mod long_runs;
mod loras;
mod made_up;
mod masks;
mod model_tabs;
mod models;
mod offline;
mod originals;
mod packs;
mod privacy;
mod prompt;
mod quickness;
mod settings;
mod small_request;
mod software_gpu;
mod source;
mod storage_failures;
mod words_as_text;
