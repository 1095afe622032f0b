//! Giving way to the browser's event loop.
//!
//! A worker that computes without a pause receives no messages: a "cancel" would wait until the end. So long work
//! lets the event loop turn now and then, but not so often that the pauses cost time (a nested browser timer
//! takes 4 ms at least).

#[cfg(target_arch = "wasm32")]
use std::{cell::Cell, time::Duration};
#[cfg(target_arch = "wasm32")]
use web_time::Instant;

/// How long the event loop may stand still.
#[cfg(target_arch = "wasm32")]
const LONGEST_HOLD: Duration = Duration::from_millis(30);

/// Remembers when the event loop last had its turn.
#[derive(Debug)]
pub(crate) struct Pace {
    #[cfg(target_arch = "wasm32")]
    last_turn: Cell<Instant>,
}

impl Pace {
    pub(crate) fn new() -> Self {
        Self {
            #[cfg(target_arch = "wasm32")]
            last_turn: Cell::new(Instant::now()),
        }
    }

    /// Lets the event loop turn when it has stood still for 30 ms.
    #[cfg(target_arch = "wasm32")]
    pub(crate) async fn give_way(&self) {
        if self.last_turn.get().elapsed() >= LONGEST_HOLD {
            gloo_timers::future::sleep(Duration::ZERO).await;
            self.last_turn.set(Instant::now());
        }
    }

    /// A native process has threads instead: nothing to do.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) async fn give_way(&self) {}
}
