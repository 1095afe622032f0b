//! IndexedDB's events as futures, and its exceptions as errors.

use js_sys::{Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use crate::StorageError;

/// Sorts a thrown value.
pub(super) fn thrown(exception: &JsValue, opening: bool) -> StorageError {
    let field =
        |name| Reflect::get(exception, &JsValue::from_str(name)).ok().and_then(|text| text.as_string());
    let name = field("name").unwrap_or_else(|| "Error".to_owned());
    let message = field("message").unwrap_or_else(|| format!("{exception:?}"));
    StorageError::from_exception(&name, &message, opening)
}

/// Begins to listen at once, before the request can answer; the future only waits.
pub(super) fn answer(request: &IdbRequest) -> impl Future<Output = Result<JsValue, StorageError>> + use<> {
    let request = request.clone();
    let answered = JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    }));
    async move {
        match answered.await {
            Ok(_) => request.result().map_err(|error| thrown(&error, false)),
            Err(_) => Err(request_error(&request, false)),
        }
    }
}

/// Waits for an opening request, which may also find itself blocked by another tab.
pub(super) async fn opened(request: &IdbOpenDbRequest) -> Result<JsValue, StorageError> {
    let answered = JsFuture::from(Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
        request.set_onblocked(Some(&reject));
    }));
    match answered.await {
        Ok(_) => request.result().map_err(|error| thrown(&error, true)),
        Err(event) if event.dyn_ref::<Event>().is_some_and(|event| event.type_() == "blocked") => {
            Err(StorageError::Blocked)
        }
        Err(_) => Err(request_error(request, true)),
    }
}

/// Waits until a transaction is on disk. A full disk shows only here: the requests before it have succeeded.
pub(super) fn committed(
    transaction: &IdbTransaction,
) -> impl Future<Output = Result<(), StorageError>> + use<> {
    let transaction = transaction.clone();
    let finished = JsFuture::from(Promise::new(&mut |resolve, reject| {
        transaction.set_oncomplete(Some(&resolve));
        transaction.set_onabort(Some(&reject));
    }));
    async move {
        match finished.await {
            Ok(_) => Ok(()),
            Err(_) => Err(transaction.error().map_or_else(
                || StorageError::Closed { reason: "the transaction was aborted".to_owned() },
                |error| thrown(&error, false),
            )),
        }
    }
}

fn request_error(request: &IdbRequest, opening: bool) -> StorageError {
    match request.error() {
        Ok(Some(error)) => thrown(&error, opening),
        Ok(None) => StorageError::Failed { reason: "a request failed without an error".to_owned() },
        Err(error) => thrown(&error, opening),
    }
}
