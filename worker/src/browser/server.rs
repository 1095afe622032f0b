//! The files beside the page.

use js_sys::{Array, Reflect, Uint8Array};
use storage::BrowserBlob;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, DedicatedWorkerGlobalScope, ReadableStreamDefaultReader, RequestCache, RequestInit, Response, Url,
};

use crate::{builtin::Download, error::EngineError};

/// Where the built-in model lies, beside the worker's script.
const FOLDER: &str = "models/builtin/";
/// The catalogue, beside it too.
const CATALOGUE: &str = "models.json";

/// The server that the page came from.
#[derive(Debug)]
pub(super) struct Server {
    scope: DedicatedWorkerGlobalScope,
}

impl Server {
    /// This worker's.
    pub(super) fn here() -> Self {
        Self { scope: js_sys::global().unchecked_into() }
    }

    /// The catalogue's text.
    ///
    /// # Errors
    /// [`EngineError::NoCatalogue`].
    pub(super) async fn catalogue(&self) -> Result<String, EngineError> {
        let missing = |reason: String| EngineError::NoCatalogue { reason };
        let response = self.fetch(CATALOGUE).await.map_err(|error| missing(error.to_string()))?;
        let text = response.text().map_err(|error| missing(format!("{error:?}")))?;
        let text = JsFuture::from(text).await.map_err(|error| missing(format!("{error:?}")))?;
        Ok(text.as_string().unwrap_or_default())
    }

    async fn fetch(&self, path: &str) -> Result<Response, EngineError> {
        let options = RequestInit::new();
        // The hashes are those of this deployment, so a copy in the browser's cache has to be asked about.
        options.set_cache(RequestCache::NoCache);
        let url = Url::new_with_base(path, &self.scope.location().href());
        let url = url.map_err(|error| network(&error))?.href();
        let fetched = JsFuture::from(self.scope.fetch_with_str_and_init(&url, &options)).await;
        let response: Response = fetched.map_err(|error| network(&error))?.unchecked_into();
        match response.status() {
            200..300 => Ok(response),
            404 => Err(EngineError::NoBuiltin { reason: format!("{url} is not there") }),
            status => Err(EngineError::Network { reason: format!("{url} answered {status}") }),
        }
    }
}

impl Download for Server {
    type Blob = BrowserBlob;

    /// Collects what arrives into a Blob, which the browser may keep on disk.
    async fn download(&self, path: &str, progress: &mut dyn FnMut(u64)) -> Result<BrowserBlob, EngineError> {
        let response = self.fetch(&format!("{FOLDER}{path}")).await?;
        let parts = Array::new();
        if let Some(body) = response.body() {
            let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
            loop {
                let part = JsFuture::from(reader.read()).await.map_err(|error| network(&error))?;
                let bytes = Reflect::get(&part, &JsValue::from_str("value")).unwrap_or(JsValue::UNDEFINED);
                // The last answer of a stream carries no bytes.
                let Ok(bytes) = bytes.dyn_into::<Uint8Array>() else { break };
                progress(u64::from(bytes.length()));
                parts.push(&bytes);
            }
        }
        Blob::new_with_u8_array_sequence(&parts).map(BrowserBlob).map_err(|error| network(&error))
    }
}

fn network(error: &JsValue) -> EngineError {
    EngineError::Network { reason: format!("{error:?}") }
}
