//! Walking through a document.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Fault, input::Input};
use crate::Blob;
use crate::limits::{MOST_DEPTH, MOST_VALUE_BYTES};

/// Bytes of a field's name.
const MOST_KEY_BYTES: usize = 4096;

/// A document and the place in it.
pub(crate) struct Json<'a, B> {
    pub(super) input: Input<'a, B>,
    /// Bytes taken as values so far.
    pub(crate) taken_bytes: usize,
}

/// An object or array that is being walked through.
pub(crate) struct Scope {
    close: u8,
    first: bool,
}

impl<'a, B: Blob> Json<'a, B> {
    pub(crate) fn new(blob: &'a B) -> Self {
        Self { input: Input::new(blob), taken_bytes: 0 }
    }

    pub(crate) fn position(&self) -> u64 {
        self.input.position()
    }

    /// Goes to a place that [`Json::position`] told.
    pub(crate) fn seek(&mut self, position: u64) {
        self.input.seek(position);
    }

    pub(super) fn syntax<T>(&self, what: impl Into<String>) -> Result<T, Fault> {
        Err(Fault::Syntax { at_byte: self.position(), what: what.into() })
    }

    /// The next byte that is no white space; `None` at the file's end.
    pub(crate) async fn look(&mut self) -> Result<Option<u8>, Fault> {
        loop {
            match self.input.peek().await? {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.input.pass(1),
                byte => return Ok(byte),
            }
        }
    }

    pub(super) async fn expect(&mut self, wanted: u8) -> Result<(), Fault> {
        match self.look().await? {
            Some(byte) if byte == wanted => {
                self.input.pass(1);
                Ok(())
            }
            found => self.syntax(format!("“{}” was expected, not {}", char::from(wanted), named(found))),
        }
    }

    /// Enters an object (`{`) or an array (`[`).
    pub(crate) async fn enter(&mut self, open: u8) -> Result<Scope, Fault> {
        self.expect(open).await?;
        // In ASCII either closing bracket comes two after its opening one.
        Ok(Scope { close: open + 2, first: true })
    }

    /// Goes to the next item of an array, or leaves it: then the answer is no.
    pub(crate) async fn item(&mut self, scope: &mut Scope) -> Result<bool, Fault> {
        if self.look().await? == Some(scope.close) {
            self.input.pass(1);
            return Ok(false);
        }
        if !std::mem::take(&mut scope.first) {
            self.expect(b',').await?;
            // A comma has something after it.
            if self.look().await? == Some(scope.close) {
                return self.syntax("a comma has nothing after it");
            }
        }
        Ok(true)
    }

    /// Goes to the value of an object's next field and gives its name, or leaves the object.
    pub(crate) async fn key(&mut self, scope: &mut Scope) -> Result<Option<String>, Fault> {
        if !self.item(scope).await? {
            return Ok(None);
        }
        if self.look().await? != Some(b'"') {
            return self.syntax("a field's name was expected");
        }
        let key = self.take(MOST_KEY_BYTES).await?;
        self.expect(b':').await?;
        Ok(Some(key))
    }

    /// Takes a value whole.
    pub(crate) async fn value(&mut self) -> Result<Value, Fault> {
        self.take(MOST_VALUE_BYTES).await
    }

    async fn take<T: DeserializeOwned>(&mut self, most_bytes: usize) -> Result<T, Fault> {
        self.look().await?;
        let begin = self.position();
        let mut text = Vec::new();
        self.pass_value(Some((&mut text, most_bytes))).await?;
        self.taken_bytes = self.taken_bytes.saturating_add(text.len());
        serde_json::from_slice(&text).map_err(|error| {
            // The parser's own place is within the value: the sentence has room for one.
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or_default().to_owned();
            Fault::Syntax { at_byte: begin, what }
        })
    }

    /// Goes past a value of any length without a look inside.
    pub(crate) async fn skip(&mut self) -> Result<(), Fault> {
        self.look().await?;
        self.pass_value(None).await
    }

    /// Goes past a value and copies it, up to a length. Only its extent is found here: whether it is JSON is seen when
    /// it is parsed.
    async fn pass_value(&mut self, mut copy: Option<(&mut Vec<u8>, usize)>) -> Result<(), Fault> {
        let mut extent = Extent::default();
        loop {
            let rest = self.input.rest().await?;
            if rest.is_empty() {
                // A number ends with the file; whether one may stand there the caller sees.
                return if extent.is_bare() { Ok(()) } else { self.syntax("the file ends in the middle") };
            }
            let (bytes, done) = extent.pass(rest)?;
            if let Some((text, most_bytes)) = &mut copy {
                if text.len() + bytes > *most_bytes {
                    return Err(Fault::TooLarge { most_bytes: *most_bytes as u64 });
                }
                text.extend_from_slice(&rest[..bytes]);
            }
            self.input.pass(bytes);
            if done {
                return Ok(());
            }
        }
    }
}

fn named(byte: Option<u8>) -> String {
    match byte {
        None => "the file's end".to_owned(),
        Some(byte) if byte.is_ascii_graphic() => format!("“{}”", char::from(byte)),
        Some(byte) => format!("byte {byte}"),
    }
}

/// Finds where a value ends.
#[derive(Default)]
struct Extent {
    depth: usize,
    begun: bool,
    in_text: bool,
    escaped: bool,
}

impl Extent {
    /// Whether it is a number, `true`, `false` or `null`, or nothing yet: these end where something else begins.
    fn is_bare(&self) -> bool {
        self.begun && self.depth == 0 && !self.in_text
    }

    /// How many of the bytes belong to the value, and whether it ends with them.
    fn pass(&mut self, bytes: &[u8]) -> Result<(usize, bool), Fault> {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_text = false;
                        if self.depth == 0 {
                            return Ok((at + 1, true));
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let bare = self.is_bare();
            match byte {
                b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[' | b' ' | b'\t' | b'\n' | b'\r' if bare => {
                    return Ok((at, true));
                }
                // No value begins like this: it is left to the parser, which says so of an empty one.
                b',' | b'}' | b']' | b':' if !self.begun => return Ok((at, true)),
                b'"' => self.in_text = true,
                b'{' | b'[' => {
                    self.depth += 1;
                    if self.depth > MOST_DEPTH {
                        return Err(Fault::TooDeep);
                    }
                }
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Ok((at + 1, true));
                    }
                }
                _ => {}
            }
            self.begun = true;
        }
        Ok((bytes.len(), false))
    }
}
