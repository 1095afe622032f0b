//! Several tabs with this page: each shows the same gallery, and one at a time makes pictures.
//!
//! The engine takes most of a machine's memory while it works, so a tab asks for a lock of the browser before it makes
//! a picture, and keeps it until another tab asks. The browser gives the lock of a closed tab to the next by itself.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use storage::Lock;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use super::Studio;

const CHANNEL: &str = "palimpsest";
const LOCK: &str = "palimpsest-engine";

/// What tabs tell each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum News {
    /// These pictures were stored or changed.
    Kept(Vec<String>),
    /// These pictures were deleted.
    Gone(Vec<String>),
    /// Models or LoRAs came or went.
    Models,
    /// A tab waits to make pictures.
    Waits,
    /// A tab has got its turn and wants to know who waits.
    Begins,
}

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// Another tab may make pictures; this one has not asked.
    Elsewhere,
    /// This tab has asked and waits.
    Asked,
    /// This tab makes pictures.
    Here,
}

#[derive(Clone, Copy)]
pub(crate) struct Tabs {
    /// Whether this tab makes pictures.
    pub turn: RwSignal<Turn>,
    channel: StoredValue<Option<BroadcastChannel>, LocalStorage>,
    /// The lock, while it is this tab's turn.
    lock: StoredValue<Option<Lock>, LocalStorage>,
    /// Whether another tab waits.
    wanted: StoredValue<bool>,
}

impl Tabs {
    pub(super) fn new() -> Self {
        Self {
            turn: RwSignal::new(Turn::Elsewhere),
            channel: StoredValue::new_local(BroadcastChannel::new(CHANNEL).ok()),
            lock: StoredValue::new_local(None),
            wanted: StoredValue::new(false),
        }
    }

    /// Tells the other tabs.
    pub(super) fn tell(self, news: &News) {
        let Ok(json) = serde_json::to_string(news) else { return };
        self.channel.with_value(|channel| {
            if let Some(channel) = channel {
                // Fails only once the page is closing.
                channel.post_message(&JsValue::from_str(&json)).ok();
            }
        });
    }

    fn give_back(self) {
        // Given back when it goes out of scope, after all else.
        let lock = self.lock.try_update_value(Option::take).flatten();
        if lock.is_some() {
            self.wanted.set_value(false);
            self.turn.set(Turn::Elsewhere);
        }
    }
}

impl Studio {
    /// Listens to the other tabs.
    pub(super) fn join_tabs(self) {
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let news = event.data().as_string().and_then(|json| serde_json::from_str::<News>(&json).ok());
            match news {
                Some(News::Kept(ids)) => self.hear_of_pictures(ids),
                Some(News::Gone(ids)) => self.hear_of_deletion(&ids),
                Some(News::Models) => self.ask_for_models(),
                Some(News::Waits) => {
                    self.tabs.wanted.set_value(true);
                    self.give_turn();
                }
                Some(News::Begins) if self.tabs.turn.get_untracked() == Turn::Asked => {
                    self.tabs.tell(&News::Waits);
                }
                Some(News::Begins) => {}
                // A tab of another version.
                None => {}
            }
        });
        self.tabs.channel.with_value(|channel| {
            if let Some(channel) = channel {
                // Lives as long as the page.
                channel.set_onmessage(Some(heard.into_js_value().unchecked_ref()));
            }
        });
    }

    /// Whether this tab may make a picture now. If not, it waits for its turn and then begins by itself.
    pub(super) fn takes_turn(self) -> bool {
        match self.tabs.turn.get_untracked() {
            Turn::Here => return true,
            Turn::Asked => return false,
            Turn::Elsewhere => {}
        }
        self.tabs.turn.set(Turn::Asked);
        self.tabs.tell(&News::Waits);
        spawn_local(async move {
            self.tabs.lock.set_value(Some(Lock::in_turn(LOCK).await));
            self.tabs.turn.set(Turn::Here);
            self.tabs.tell(&News::Begins);
            self.start_next();
        });
        false
    }

    /// Lets a tab that waits make its pictures, if this one has none to make.
    pub(super) fn give_turn(self) {
        let idle = self.queue.running.with_untracked(Option::is_none)
            && self.queue.waiting.with_untracked(batches::Line::is_empty);
        if idle && self.tabs.wanted.get_value() && self.tabs.turn.get_untracked() == Turn::Here {
            // Choosing a device anew unloads the model, which the other tab may need the room of.
            self.choose_device(self.form.device.get_untracked());
            self.tabs.give_back();
        }
    }
}
