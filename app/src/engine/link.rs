//! One worker and the listeners on it.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use protocol::{Command, Event};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

use super::message::{self, Payloads};

/// Written by trunk: imports the worker's wasm and runs it.
const LOADER: &str = "worker_loader.js";

/// What comes out of a worker.
pub(super) enum Sound {
    Event(Event, Payloads),
    /// A message of another build.
    Unreadable,
    /// An uncaught exception: a panic, a trap, or a script that did not load.
    Error(String),
}

pub(super) struct Link {
    worker: Worker,
    open: Rc<Cell<bool>>,
    _listeners: [EventListener; 3],
}

impl Link {
    /// Starts a worker; `hear` is called until [`Link::close`].
    pub(super) fn open(hear: impl Fn(Sound) + 'static) -> Result<Self, JsValue> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&loader_url()?, &options)?;
        let open = Rc::new(Cell::new(true));
        let hear = Rc::new({
            let open = Rc::clone(&open);
            move |sound| {
                if open.get() {
                    hear(sound);
                }
            }
        });
        let listeners = [
            EventListener::new(&worker, "message", {
                let hear = Rc::clone(&hear);
                move |event| {
                    let Some(event) = event.dyn_ref::<MessageEvent>() else { return };
                    hear(
                        message::read(&event.data())
                            .map_or(Sound::Unreadable, |(event, payloads)| Sound::Event(event, payloads)),
                    );
                }
            }),
            EventListener::new(&worker, "error", {
                let hear = Rc::clone(&hear);
                move |event| {
                    let text = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
                    let text = text.filter(|text| !text.is_empty());
                    hear(Sound::Error(text.unwrap_or_else(|| format!("{LOADER} could not be run"))));
                }
            }),
            EventListener::new(&worker, "messageerror", move |_| {
                hear(Sound::Error("a message from the worker could not be received".to_owned()));
            }),
        ];
        Ok(Self { worker, open, _listeners: listeners })
    }

    pub(super) fn post(&self, command: &Command, payloads: &[JsValue]) -> Result<(), JsValue> {
        message::post(&self.worker, command, payloads)
    }

    /// Ends the worker; false if it had ended before. Its listeners stay until the link is dropped: this is
    /// called from inside one of them.
    pub(super) fn close(&self) -> bool {
        self.worker.terminate();
        self.open.replace(false)
    }
}

/// The loader beside the page, wherever the page is hosted.
fn loader_url() -> Result<String, JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let base = document.and_then(|document| document.base_uri().ok().flatten()).unwrap_or_default();
    Ok(Url::new_with_base(LOADER, &base)?.href())
}
