//! Starts the engine. All of it is in the library, where native tests reach it.

#[cfg(target_arch = "wasm32")]
fn main() {
    worker::browser::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    eprintln!("the worker runs in a browser; in a terminal, use `palimpsest`");
    std::process::ExitCode::from(2)
}
