//! Reading a header of unknown length front to back, through a window that grows.

use std::str;

use crate::{ByteSource, WeightsError};

/// Bytes of the first read. Headers of image models take 50 to 200 KB.
const FIRST_READ_BYTES: u64 = 1 << 16;
/// Reads double up to this; a language model's vocabulary makes headers of several megabytes.
const LARGEST_READ_BYTES: u64 = 1 << 22;
/// No header is longer: the same limit as that of safetensors.
const MAX_HEADER_BYTES: u64 = 100_000_000;

/// A place in a file, with the bytes behind it that have been read already.
pub(super) struct Window<'a> {
    file: &'a str,
    source: &'a dyn ByteSource,
    /// Where `bytes` begins in the file.
    start: u64,
    bytes: Vec<u8>,
    /// The place, counted from `start`; never beyond `bytes`.
    at: usize,
    next_read_bytes: u64,
}

impl<'a> Window<'a> {
    /// The beginning of a file, which messages call `file`.
    pub(super) fn new(file: &'a str, source: &'a dyn ByteSource) -> Self {
        Self { file, source, start: 0, bytes: Vec::new(), at: 0, next_read_bytes: FIRST_READ_BYTES }
    }

    /// The place, from the file's start.
    pub(super) fn position(&self) -> u64 {
        self.start + self.at as u64
    }

    /// Bytes from here to the end of the file.
    pub(super) fn left(&self) -> u64 {
        self.source.len_bytes().saturating_sub(self.position())
    }

    /// The error of a header that cannot be trusted.
    pub(super) fn bad(&self, reason: String) -> WeightsError {
        WeightsError::BadGguf { file: self.file.to_owned(), reason }
    }

    /// The next `count` bytes; `what` is what they hold, for messages.
    pub(super) async fn take(&mut self, count: u64, what: &str) -> Result<&[u8], WeightsError> {
        self.check(count, what)?;
        // A header fits an address: `check` has compared its end with the limit.
        let count = usize::try_from(count).map_err(|error| self.bad(error.to_string()))?;
        if self.bytes.len() - self.at < count {
            self.fill(count as u64).await?;
        }
        let from = self.at;
        let short = WeightsError::Unreadable {
            file: self.file.to_owned(),
            reason: format!("a short read at byte {}", self.position()),
        };
        let taken = self.bytes.get(from..from + count).ok_or(short)?;
        self.at += count;
        Ok(taken)
    }

    /// Leaves out `count` bytes without reading them, where they have not been read yet.
    pub(super) fn skip(&mut self, count: u64, what: &str) -> Result<(), WeightsError> {
        self.check(count, what)?;
        match usize::try_from(count).ok().and_then(|count| self.at.checked_add(count)) {
            Some(at) if at <= self.bytes.len() => self.at = at,
            _ => {
                self.start = self.position() + count;
                self.bytes.clear();
                self.at = 0;
            }
        }
        Ok(())
    }

    /// A little-endian number.
    pub(super) async fn number<const N: usize>(&mut self, what: &str) -> Result<[u8; N], WeightsError> {
        let mut number = [0; N];
        number.copy_from_slice(self.take(N as u64, what).await?);
        Ok(number)
    }

    /// A little-endian 32-bit number.
    pub(super) async fn u32(&mut self, what: &str) -> Result<u32, WeightsError> {
        self.number(what).await.map(u32::from_le_bytes)
    }

    /// A little-endian 64-bit number.
    pub(super) async fn u64(&mut self, what: &str) -> Result<u64, WeightsError> {
        self.number(what).await.map(u64::from_le_bytes)
    }

    /// A string of at most `most_bytes` bytes, after its 64-bit length.
    pub(super) async fn text(&mut self, most_bytes: u64, what: &str) -> Result<String, WeightsError> {
        let length = self.u64(what).await?;
        if length > most_bytes {
            return Err(self.bad(format!("{what} at byte {} claims {length} bytes", self.position())));
        }
        let at = self.position();
        let text = str::from_utf8(self.take(length, what).await?).map(str::to_owned);
        text.map_err(|error| self.bad(format!("{what} at byte {at} is not UTF-8: {error}")))
    }

    /// Whether `count` more bytes are in the file and within the limit; checked before anything is allocated.
    fn check(&self, count: u64, what: &str) -> Result<(), WeightsError> {
        let (at, left) = (self.position(), self.left());
        if count > left {
            return Err(self.bad(format!("{what} at byte {at} needs {count} bytes, but {left} are left")));
        }
        if at + count > MAX_HEADER_BYTES {
            return Err(self.bad(format!("its header is longer than {MAX_HEADER_BYTES} bytes")));
        }
        Ok(())
    }

    /// Forgets what lies behind, and reads until `count` bytes from here are held.
    async fn fill(&mut self, count: u64) -> Result<(), WeightsError> {
        self.bytes.drain(..self.at);
        self.start += self.at as u64;
        self.at = 0;
        let from = self.start + self.bytes.len() as u64;
        let wanted = (self.start + count).max(from + self.next_read_bytes);
        let more = self.source.read(from..wanted.min(self.source.len_bytes())).await?;
        self.bytes.extend_from_slice(&more);
        self.next_read_bytes = (self.next_read_bytes * 2).min(LARGEST_READ_BYTES);
        Ok(())
    }
}
