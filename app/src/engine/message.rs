//! A message is `[Uint8Array header, ...values]`: see the `protocol` crate.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use protocol::{Command, Event, Payload};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Worker;

/// The values beside a header.
pub(crate) struct Payloads(Array);

impl Payloads {
    /// Copies an `ArrayBuffer` into memory; `None` when the message lacks it.
    pub(crate) fn bytes(&self, payload: Payload) -> Option<Vec<u8>> {
        let buffer = self.0.get(u32::from(payload.0) + 1).dyn_into::<ArrayBuffer>().ok()?;
        Some(Uint8Array::new(&buffer).to_vec())
    }
}

/// Posts a command. `ArrayBuffer`s are transferred, `Blob`s are shared.
pub(super) fn post(worker: &Worker, command: &Command, payloads: &[JsValue]) -> Result<(), JsValue> {
    let header = Uint8Array::from(protocol::encode(command).as_slice());
    let transfer = Array::of1(&header.buffer());
    let message = Array::of1(&header);
    for payload in payloads {
        message.push(payload);
        if payload.is_instance_of::<ArrayBuffer>() {
            transfer.push(payload);
        }
    }
    worker.post_message_with_transfer(&message, &transfer)
}

/// Reads an event; `None` when it is not one of this build's.
pub(super) fn read(data: &JsValue) -> Option<(Event, Payloads)> {
    let message = data.dyn_ref::<Array>()?;
    let header = message.get(0).dyn_into::<Uint8Array>().ok()?;
    let event = protocol::decode(&header.to_vec()).ok()?;
    Some((event, Payloads(message.clone())))
}
