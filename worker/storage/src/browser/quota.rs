//! How much room there is, and whether the browser may clear it.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

use super::promise::thrown;
use crate::StorageError;

/// Room for this page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Bytes in use, roughly: browsers blur it.
    pub usage_bytes: f64,
    /// Bytes that this page may use in all.
    pub quota_bytes: f64,
}

/// Asks the browser never to clear this page's data by itself; returns whether it agreed. Some browsers ask the
/// person, so this belongs after something worth keeping was stored.
///
/// # Errors
/// [`StorageError::Refused`] where there is no storage manager (a page that is not served securely).
pub async fn persist() -> Result<bool, StorageError> {
    let promise = manager()?.persist().map_err(|error| thrown(&error, true))?;
    let granted = JsFuture::from(promise).await.map_err(|error| thrown(&error, true))?;
    Ok(granted.is_truthy())
}

/// Asks how much room there is.
///
/// # Errors
/// [`StorageError::Refused`] as for [`persist`].
pub async fn estimate() -> Result<Estimate, StorageError> {
    let promise = manager()?.estimate().map_err(|error| thrown(&error, true))?;
    let answer = JsFuture::from(promise).await.map_err(|error| thrown(&error, true))?;
    let answer: StorageEstimate = answer.unchecked_into();
    Ok(Estimate {
        usage_bytes: answer.get_usage().unwrap_or(0.0),
        quota_bytes: answer.get_quota().unwrap_or(0.0),
    })
}

/// `navigator.storage`, which pages and workers reach by the same name.
fn manager() -> Result<StorageManager, StorageError> {
    let field = |of: &JsValue, name| Reflect::get(of, &JsValue::from_str(name));
    let navigator = field(&js_sys::global(), "navigator").map_err(|error| thrown(&error, true))?;
    let storage = field(&navigator, "storage").map_err(|error| thrown(&error, true))?;
    storage.dyn_into().map_err(|_| StorageError::Refused { reason: "no storage manager here".to_owned() })
}
