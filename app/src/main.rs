//! Palimpsest's page: it asks, shows and keeps pictures. The engine in the web worker makes them.

mod components;
mod engine;
mod later;
mod platform;
mod state;
mod words;

fn main() {
    console_error_panic_hook::set_once();
    if console_log::init_with_level(log::Level::Info).is_err() {
        // Another logger is already there; the page works without ours.
    }
    platform::register_service_worker();
    leptos::mount::mount_to_body(components::App);
}
