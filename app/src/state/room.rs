//! How much room this page takes, and whether the browser may clear it.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Studio;
use crate::platform;

/// What the browser says of its storage for this page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Room {
    /// Bytes in use, roughly: browsers blur it.
    pub used_bytes: f64,
    /// Bytes that this page may use in all.
    pub quota_bytes: f64,
    /// Whether the browser has promised not to clear it by itself.
    pub kept: bool,
}

impl Room {
    /// Bytes that are left.
    pub(crate) fn free_bytes(self) -> f64 {
        (self.quota_bytes - self.used_bytes).max(0.0)
    }

    /// The share in use, 0 to 1.
    pub(crate) fn share(self) -> f64 {
        if self.quota_bytes > 0.0 { (self.used_bytes / self.quota_bytes).clamp(0.0, 1.0) } else { 0.0 }
    }
}

impl Studio {
    /// Asks the browser how much room there is.
    pub(crate) fn measure_room(self) {
        spawn_local(async move {
            self.room.set(platform::room().await);
        });
    }

    /// Asks the browser never to clear this page's data by itself. It may refuse.
    pub(crate) fn keep_data(self) {
        spawn_local(async move {
            platform::persist().await;
            self.room.set(platform::room().await);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_that_tells_no_quota_breaks_nothing() {
        let room = Room { used_bytes: 5.0, quota_bytes: 0.0, kept: false };
        assert_eq!((room.share(), room.free_bytes()), (0.0, 0.0));
        let room = Room { used_bytes: 3.0, quota_bytes: 4.0, kept: true };
        assert_eq!((room.share(), room.free_bytes()), (0.75, 1.0));
    }
}
