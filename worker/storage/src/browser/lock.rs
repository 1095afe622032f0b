//! Locks of the browser, by which tabs and their workers know of each other.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A lock, given back when this is dropped, or by the browser when its tab or worker ends.
#[derive(Debug)]
pub struct Lock {
    /// Settles the promise that the lock is held for; none in a browser without locks, which cannot tell of other tabs.
    release: Option<Function>,
}

/// How a lock is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asking {
    /// Only if nobody has it.
    Now,
    /// When its turn comes.
    InTurn,
    /// As soon as nobody has it for himself alone.
    Together,
}

impl Lock {
    /// Gets a lock that nobody has now; `None` while another tab or worker has it. A browser without locks gives every lock.
    pub async fn now(name: &str) -> Option<Self> {
        Self::ask(name, Asking::Now).await
    }

    /// Waits until it is this one's turn to have the lock.
    pub async fn in_turn(name: &str) -> Self {
        // Refused only as the page ends.
        Self::ask(name, Asking::InTurn).await.unwrap_or(Self { release: None })
    }

    /// Waits until nobody has the lock, without taking it from anybody who waits as well.
    pub async fn until_free(name: &str) {
        drop(Self::ask(name, Asking::Together).await);
    }

    /// Whether somebody has the lock now.
    pub async fn is_held(name: &str) -> bool {
        let held = async {
            let locks = locks()?;
            let query: Function = field(&locks, "query")?.dyn_into().ok()?;
            let asked: Promise = query.call0(&locks).ok()?.dyn_into().ok()?;
            let held = field(&JsFuture::from(asked).await.ok()?, "held")?;
            let named = |lock: JsValue| {
                field(&lock, "name") == Some(name.into()) && field(&lock, "mode") == Some("exclusive".into())
            };
            Some(Array::from(&held).iter().any(named))
        };
        held.await.unwrap_or(false)
    }

    /// Keeps the lock until the tab or worker ends.
    pub fn keep(mut self) {
        self.release = None;
    }

    async fn ask(name: &str, asking: Asking) -> Option<Self> {
        let asked = Promise::new(&mut |told, failed| {
            let granted = Closure::once_into_js(move |lock: JsValue| {
                if lock.is_null() {
                    told.call1(&JsValue::NULL, &lock).ok();
                    return Promise::resolve(&JsValue::NULL);
                }
                // The lock is held until `release` is called.
                Promise::new(&mut |release, _| drop(told.call1(&JsValue::NULL, &release)))
            });
            if request(name, asking, &granted, &failed).is_none() {
                failed.call0(&JsValue::NULL).ok();
            }
        });
        match JsFuture::from(asked).await {
            Ok(told) => told.dyn_into().ok().map(|release| Self { release: Some(release) }),
            Err(_) => Some(Self { release: None }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            release.call0(&JsValue::NULL).ok();
        }
    }
}

fn field(of: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(of, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())
}

/// `navigator.locks`, which web-sys holds to be unstable.
fn locks() -> Option<JsValue> {
    field(&field(&js_sys::global(), "navigator")?, "locks")
}

/// `granted` is called with the lock, and `failed` where the browser refuses to answer.
fn request(name: &str, asking: Asking, granted: &JsValue, failed: &Function) -> Option<()> {
    let locks = locks()?;
    let request: Function = field(&locks, "request")?.dyn_into().ok()?;
    let options = Object::new();
    match asking {
        Asking::Now => Reflect::set(&options, &"ifAvailable".into(), &JsValue::TRUE).ok()?,
        Asking::InTurn => true,
        Asking::Together => Reflect::set(&options, &"mode".into(), &"shared".into()).ok()?,
    };
    let ended = request.call3(&locks, &JsValue::from_str(name), &options, granted).ok()?;
    let catch: Function = field(&ended, "catch")?.dyn_into().ok()?;
    catch.call1(&ended, failed).ok().map(drop)
}
