//! What is needed of HTTP.

use std::{future::Future, ops::Range};

/// A way to ask servers.
pub trait Transport {
    /// How an answer's bytes come.
    type Body: Body;

    /// Asks for a file, or for `range` of its bytes. Redirects are followed. Dropping the body ends the connection.
    ///
    /// # Errors
    /// [`TransportError`] when there is no answer at all.
    fn get(
        &self,
        url: &str,
        range: Option<Range<u64>>,
    ) -> impl Future<Output = Result<Answer<Self::Body>, TransportError>>;

    /// Waits.
    fn sleep(&self, millis: u32) -> impl Future<Output = ()>;
}

/// The bytes of an answer.
pub trait Body {
    /// The next bytes, `None` at the end.
    ///
    /// # Errors
    /// [`TransportError`] when the connection ends before the answer does.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, TransportError>>;
}

/// What a server answers.
#[derive(Debug)]
pub struct Answer<B> {
    /// HTTP status.
    pub status: u16,
    /// Where the bytes begin in the file, from `Content-Range`; servers elsewhere may hide it.
    pub start: Option<u64>,
    /// Bytes of the whole file: of `Content-Range` in an answer with a part, of `Content-Length` in one with all.
    pub total_bytes: Option<u64>,
    /// What names this version of the file: its ETag, or else when it was modified.
    pub validator: Option<String>,
    /// The bytes.
    pub body: B,
}

/// No answer, or not all of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct TransportError(pub String);
