//! Messages: `[Uint8Array header, ...values]`, as the `protocol` crate describes.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use protocol::{Command, DecodeError, Event, Payload};
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

/// The values beside a header that arrived.
pub(super) struct Arrived(Array);

impl Arrived {
    /// Copies an `ArrayBuffer` into memory; `None` when the message lacks it.
    pub(super) fn bytes(&self, payload: Payload) -> Option<Vec<u8>> {
        let buffer = self.value(payload).dyn_into::<ArrayBuffer>().ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }

    /// A `Blob`; `None` when the message lacks it.
    pub(super) fn blob(&self, payload: Payload) -> Option<Blob> {
        self.value(payload).dyn_into().ok()
    }

    fn value(&self, payload: Payload) -> JsValue {
        self.0.get(u32::from(payload.0) + 1)
    }
}

/// The values to post beside a header, in order.
#[derive(Debug, Default)]
pub(super) struct Departing(Vec<ArrayBuffer>);

impl Departing {
    /// Adds bytes, in a buffer of their own that can be handed over without another copy.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Payload {
        // A message carries three values at most.
        let place = Payload(self.0.len() as u8);
        self.0.push(Uint8Array::from(bytes).buffer());
        place
    }
}

/// The worker's end of the channel.
#[derive(Debug, Clone)]
pub(super) struct Port(DedicatedWorkerGlobalScope);

impl Port {
    /// This worker's.
    pub(super) fn here() -> Self {
        Self(js_sys::global().unchecked_into())
    }

    /// Posts an event.
    pub(super) fn post(&self, event: &Event) {
        self.post_with(event, Departing::default());
    }

    /// Posts an event and hands its values over.
    pub(super) fn post_with(&self, event: &Event, values: Departing) {
        let header = Uint8Array::from(protocol::encode(event).as_slice());
        let transfer = Array::of1(&header.buffer());
        let message = Array::of1(&header);
        for buffer in values.0 {
            message.push(&buffer);
            transfer.push(&buffer);
        }
        if let Err(error) = self.0.post_message_with_transfer(&message, &transfer) {
            log::error!("an event could not be posted: {error:?}");
        }
    }

    /// Calls `hear` for every message from now on, as long as the worker lives.
    pub(super) fn listen(&self, hear: impl Fn(Result<Command, DecodeError>, Arrived) + 'static) {
        let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let message = Array::from(&event.data());
            let header = message.get(0).dyn_into::<Uint8Array>().map(|bytes| bytes.to_vec());
            hear(protocol::decode(&header.unwrap_or_default()), Arrived(message));
        });
        self.0.set_onmessage(Some(listener.into_js_value().unchecked_ref()));
    }
}
