//! Downloads of other tabs. Whoever downloads a model holds a lock of its name, tells the others how far it has come, and
//! they show it. The browser gives the lock back when that tab is closed: then the others look what has arrived.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use js_sys::Uint8Array;
use protocol::{DownloadState, Event, ModelId};
use storage::Lock;
use wasm_bindgen::{JsCast, prelude::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use super::session::Session;

const CHANNEL: &str = "palimpsest-downloads";

/// The lock that whoever downloads a model holds.
pub(super) fn lock_of(model: &str) -> String {
    format!("palimpsest-download-{model}")
}

/// The other tabs' workers.
pub(super) struct Others {
    channel: Option<BroadcastChannel>,
    /// Models whose download this worker watches elsewhere.
    watched: RefCell<BTreeSet<ModelId>>,
}

impl Others {
    pub(super) fn new() -> Self {
        Self { channel: BroadcastChannel::new(CHANNEL).ok(), watched: RefCell::default() }
    }

    /// Tells the others how far a download of this worker has come.
    pub(super) fn tell(&self, model: &ModelId, state: &DownloadState) {
        let event = Event::Download { model: model.clone(), state: state.clone() };
        if let Some(channel) = &self.channel {
            // Fails only once the worker ends.
            channel.post_message(&Uint8Array::from(protocol::encode(&event).as_slice())).ok();
        }
    }
}

impl Session {
    /// Listens to the other tabs' workers, as long as this one lives.
    pub(super) fn listen_to_others(self: &Rc<Self>) {
        let Some(channel) = &self.others.channel else { return };
        let session = Rc::clone(self);
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let bytes = event.data().dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec()).unwrap_or_default();
            // Another version's words are not understood, and not needed: its lock tells enough.
            if let Ok(Event::Download { model, state }) = protocol::decode(&bytes) {
                session.hear_of_other(model, &state);
            }
        });
        channel.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
    }

    fn hear_of_other(self: &Rc<Self>, model: ModelId, state: &DownloadState) {
        if let DownloadState::Arriving { done_bytes, total_bytes } = *state {
            let state = DownloadState::Elsewhere { done_bytes, total_bytes };
            self.port.post(&Event::Download { model: model.clone(), state });
        }
        self.watch(model);
    }

    /// Tells the page that a model which it asked about is another tab's to download.
    pub(super) async fn leave_to_other(self: &Rc<Self>, model: ModelId) {
        let state = match self.begun_of(&model).await {
            state @ DownloadState::Elsewhere { .. } => state,
            // It has only just begun there.
            _ => DownloadState::Elsewhere { done_bytes: 0, total_bytes: 0 },
        };
        self.port.post(&Event::Download { model: model.clone(), state });
        self.watch(model);
    }

    /// Tells the page what has become of a model once no other tab downloads it.
    pub(super) fn watch(self: &Rc<Self>, model: ModelId) {
        if !self.others.watched.borrow_mut().insert(model.clone()) {
            return;
        }
        let session = Rc::clone(self);
        spawn_local(async move {
            Lock::until_free(&lock_of(&model.0)).await;
            session.others.watched.borrow_mut().remove(&model);
            let state = match session.is_here(&model).await {
                Ok(true) => DownloadState::Finished,
                _ => session.begun_of(&model).await,
            };
            if state == DownloadState::Finished {
                session.post_models().await;
            }
            session.port.post(&Event::Download { model, state });
        });
    }
}
