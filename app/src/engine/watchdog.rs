//! Notices a worker that has ended without a word: the browser reports no error when it stops a worker itself.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use protocol::Command;
use wasm_bindgen_futures::spawn_local;

use super::Engine;
use crate::platform::now_millis;

const TICK_MILLIS: u32 = 5_000;
/// Silence during a job after which the worker is asked for a sign of life.
const PATIENCE_MILLIS: f64 = 30_000.0;
/// Time it then has. A large model's single operation on the CPU can hold the worker for tens of seconds.
const GRACE_MILLIS: f64 = 90_000.0;

#[derive(Default)]
pub(super) struct Watchdog {
    heard_millis: Cell<f64>,
    asked_millis: Cell<Option<f64>>,
}

impl Watchdog {
    /// The worker is alive, or has just been given work.
    pub(super) fn heard(&self) {
        self.heard_millis.set(now_millis());
        self.asked_millis.set(None);
    }
}

impl Engine {
    pub(super) fn watch(&self) {
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            loop {
                TimeoutFuture::new(TICK_MILLIS).await;
                let Some(inner) = weak.upgrade() else { return };
                Engine(inner).look();
            }
        });
    }

    fn look(&self) {
        if !self.0.ready.get() || self.0.unanswered.borrow().is_empty() {
            return;
        }
        let watchdog = &self.0.watchdog;
        let now = now_millis();
        match watchdog.asked_millis.get() {
            Some(asked) if now - asked > GRACE_MILLIS => self.died("it no longer answered".to_owned()),
            None if now - watchdog.heard_millis.get() > PATIENCE_MILLIS => {
                watchdog.asked_millis.set(Some(now));
                self.send(Command::ListModels, Vec::new());
            }
            _ => {}
        }
    }
}
