//! Base64 that is decoded as it is read.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Fault, Json};
use crate::Blob;

impl<B: Blob> Json<'_, B> {
    /// Decodes a text of base64 and hands out its bytes in pieces.
    pub(crate) async fn base64(
        &mut self,
        most_bytes: u64,
        mut take: impl FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        if self.look().await? != Some(b'"') {
            return Err(Fault::NotBase64);
        }
        self.input.pass(1);
        let (mut decoder, mut escaped, mut total_bytes) = (Decoder::default(), false, 0);
        loop {
            let rest = self.input.rest().await?;
            if rest.is_empty() {
                return self.syntax("the file ends in the middle of a picture");
            }
            let plain = match escaped {
                // Some programs write `/` as `\/`. No other letter of base64 has a short escape.
                true if rest.first() == Some(&b'/') => 1,
                true => return Err(Fault::NotBase64),
                false => rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).unwrap_or(rest.len()),
            };
            let bytes = decoder.decode(&rest[..plain])?;
            total_bytes += bytes.len() as u64;
            if total_bytes > most_bytes {
                return Err(Fault::TooLarge { most_bytes });
            }
            take(bytes)?;
            let ends_with = (!escaped).then(|| rest.get(plain).copied()).flatten();
            escaped = ends_with == Some(b'\\');
            self.input.pass(plain + usize::from(ends_with.is_some()));
            if ends_with == Some(b'"') {
                take(decoder.finish()?)?;
                return Ok(());
            }
        }
    }
}

/// Decodes pieces of any length.
#[derive(Default)]
struct Decoder {
    /// Letters that wait: the last whole group may be the one with the padding, which only the end shows.
    letters: Vec<u8>,
    bytes: Vec<u8>,
}

impl Decoder {
    /// The bytes of the groups that are complete and surely not the last.
    fn decode(&mut self, letters: &[u8]) -> Result<&[u8], Fault> {
        self.letters.extend_from_slice(letters);
        let ready = self.letters.len().saturating_sub(1) / 4 * 4;
        // Padding before the end is refused here: the engine takes it in the last group of what it is given.
        if self.letters.get(ready.wrapping_sub(1)) == Some(&b'=') {
            return Err(Fault::NotBase64);
        }
        self.bytes.clear();
        if ready > 0 {
            STANDARD.decode_vec(&self.letters[..ready], &mut self.bytes).map_err(|_| Fault::NotBase64)?;
            self.letters.drain(..ready);
        }
        Ok(&self.bytes)
    }

    /// The bytes of the last group.
    fn finish(&mut self) -> Result<&[u8], Fault> {
        self.bytes.clear();
        STANDARD.decode_vec(&self.letters, &mut self.bytes).map_err(|_| Fault::NotBase64)?;
        self.letters.clear();
        Ok(&self.bytes)
    }
}
