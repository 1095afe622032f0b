//! Downloads through the browser's `fetch`.

use std::ops::Range;

use downloads::{Answer, Body, Transport, TransportError};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, DedicatedWorkerGlobalScope, Headers, ReadableStreamDefaultReader, ReferrerPolicy,
    RequestCache, RequestCredentials, RequestInit, Response, Url,
};

/// Requests that tell a server nothing but what is wanted: no cookies, no referrer, no copy in the browser's cache.
pub(super) struct Fetch {
    scope: DedicatedWorkerGlobalScope,
}

impl Fetch {
    /// This worker's.
    pub(super) fn here() -> Self {
        Self { scope: js_sys::global().unchecked_into() }
    }

    async fn ask(
        &self,
        url: &str,
        range: Option<&Range<u64>>,
        controller: &AbortController,
    ) -> Result<Response, JsValue> {
        let options = RequestInit::new();
        options.set_cache(RequestCache::NoStore);
        options.set_credentials(RequestCredentials::Omit);
        options.set_referrer_policy(ReferrerPolicy::NoReferrer);
        options.set_signal(Some(&controller.signal()));
        if let Some(range) = range {
            let headers = Headers::new()?;
            // One plain range needs no leave from servers elsewhere; any other header would.
            headers.set("Range", &format!("bytes={}-{}", range.start, range.end - 1))?;
            options.set_headers(&headers);
        }
        let url = Url::new_with_base(url, &self.scope.location().href())?.href();
        JsFuture::from(self.scope.fetch_with_str_and_init(&url, &options)).await?.dyn_into()
    }
}

impl Transport for Fetch {
    type Body = Stream;

    async fn get(&self, url: &str, range: Option<Range<u64>>) -> Result<Answer<Stream>, TransportError> {
        let controller = AbortController::new().map_err(trouble)?;
        // Dropping the future before there is an answer ends the request as well.
        let abort = Abort(controller.clone());
        let response = self.ask(url, range.as_ref(), &controller).await.map_err(trouble)?;
        let header = |name: &str| response.headers().get(name).ok().flatten();
        let (start, total) = content_range(header("Content-Range").as_deref());
        let length =
            || header("Content-Length").filter(|_| is_as_sent(&header)).and_then(|text| text.parse().ok());
        let status = response.status();
        Ok(Answer {
            status,
            start,
            total_bytes: if status == 200 { length() } else { total },
            validator: header("ETag").or_else(|| header("Last-Modified")),
            body: Stream { reader: response.body().map(|body| body.get_reader().unchecked_into()), abort },
        })
    }

    async fn sleep(&self, millis: u32) {
        TimeoutFuture::new(millis).await;
    }
}

/// A compressed answer's length is not the file's.
fn is_as_sent(header: &dyn Fn(&str) -> Option<String>) -> bool {
    header("Content-Encoding").is_none_or(|encoding| encoding == "identity")
}

/// `bytes 8-15/100` begins at 8 of 100.
fn content_range(header: Option<&str>) -> (Option<u64>, Option<u64>) {
    let Some((place, total)) = header.and_then(|text| text.strip_prefix("bytes ")?.split_once('/')) else {
        return (None, None);
    };
    (place.split('-').next().and_then(|start| start.parse().ok()), total.parse().ok())
}

/// The bytes of an answer as they arrive.
pub(super) struct Stream {
    reader: Option<ReadableStreamDefaultReader>,
    #[expect(dead_code, reason = "ends the connection when the stream is dropped")]
    abort: Abort,
}

impl Body for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let part = JsFuture::from(reader.read()).await.map_err(trouble)?;
        let bytes = Reflect::get(&part, &JsValue::from_str("value")).map_err(trouble)?;
        // The last answer of a stream carries no bytes.
        Ok(bytes.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec()))
    }
}

struct Abort(AbortController);

impl Drop for Abort {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn trouble(error: JsValue) -> TransportError {
    TransportError(format!("{error:?}"))
}
