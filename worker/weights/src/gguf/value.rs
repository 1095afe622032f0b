//! Metadata: named values before the tensors.

use super::window::Window;
use crate::WeightsError;

/// Elements of an array that are kept. Shapes have fewer, vocabularies many more.
const MOST_KEPT: u64 = 16;
/// Arrays within arrays; nothing published has more than one.
const MAX_DEPTH: usize = 8;
/// Bytes of a string as a value; the window has the header's own limit.
const MAX_TEXT_BYTES: u64 = u64::MAX;

pub(super) const UINT32: u32 = 4;
pub(super) const INT32: u32 = 5;
pub(super) const BOOL: u32 = 7;
pub(super) const STRING: u32 = 8;
pub(super) const ARRAY: u32 = 9;
pub(super) const UINT64: u32 = 10;
pub(super) const INT64: u32 = 11;
pub(super) const FLOAT64: u32 = 12;

/// What a file says about itself under one name.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MetadataValue {
    /// A number without a sign, of 8 to 64 bits.
    Unsigned(u64),
    /// A number with a sign, of 8 to 64 bits.
    Signed(i64),
    /// A floating-point number of 32 or 64 bits.
    Real(f64),
    /// True or false.
    Flag(bool),
    /// Text.
    Text(String),
    /// An array of up to 16 numbers or texts.
    List(Vec<Self>),
    /// A longer array or one of arrays, which was checked and left in the file.
    Elided {
        /// How many elements it has.
        length: u64,
    },
}

impl MetadataValue {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is a whole one that is not negative.
    pub fn unsigned(&self) -> Option<u64> {
        match self {
            Self::Unsigned(number) => Some(*number),
            Self::Signed(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }
}

/// Reads a value's type, and the value.
pub(super) async fn read(window: &mut Window<'_>) -> Result<MetadataValue, WeightsError> {
    let kind = window.u32("a value's type").await?;
    if kind != ARRAY {
        return single(window, kind).await;
    }
    let (kind, length) = array_head(window).await?;
    if kind == ARRAY || length > MOST_KEPT {
        skip_array(window, kind, length).await?;
        return Ok(MetadataValue::Elided { length });
    }
    let mut elements = Vec::new();
    for _ in 0..length {
        elements.push(single(window, kind).await?);
    }
    Ok(MetadataValue::List(elements))
}

async fn single(window: &mut Window<'_>, kind: u32) -> Result<MetadataValue, WeightsError> {
    use MetadataValue::{Flag, Real, Signed, Text, Unsigned};
    const WHAT: &str = "a value";
    Ok(match kind {
        0 => Unsigned(window.number(WHAT).await.map(u8::from_le_bytes)?.into()),
        1 => Signed(window.number(WHAT).await.map(i8::from_le_bytes)?.into()),
        2 => Unsigned(window.number(WHAT).await.map(u16::from_le_bytes)?.into()),
        3 => Signed(window.number(WHAT).await.map(i16::from_le_bytes)?.into()),
        UINT32 => Unsigned(window.u32(WHAT).await?.into()),
        INT32 => Signed(window.number(WHAT).await.map(i32::from_le_bytes)?.into()),
        6 => Real(window.number(WHAT).await.map(f32::from_le_bytes)?.into()),
        BOOL => match window.number(WHAT).await? {
            [0] => Flag(false),
            [1] => Flag(true),
            [other] => return Err(window.bad(format!("{other} is neither true nor false"))),
        },
        STRING => Text(window.text(MAX_TEXT_BYTES, "a text").await?),
        UINT64 => Unsigned(window.u64(WHAT).await?),
        INT64 => Signed(window.number(WHAT).await.map(i64::from_le_bytes)?),
        FLOAT64 => Real(window.number(WHAT).await.map(f64::from_le_bytes)?),
        other => return Err(unknown(window, other)),
    })
}

/// Bytes of a value, or the least that it can have.
fn least_bytes(kind: u32) -> Option<u64> {
    match kind {
        0 | 1 | BOOL => Some(1),
        2 | 3 => Some(2),
        UINT32 | INT32 | 6 => Some(4),
        STRING | UINT64 | INT64 | FLOAT64 => Some(8),
        ARRAY => Some(12),
        _ => None,
    }
}

fn unknown(window: &Window<'_>, kind: u32) -> WeightsError {
    window.bad(format!("metadata type {kind} at byte {} is unknown", window.position()))
}

/// The type and number of an array's elements, which the rest of the file can hold.
async fn array_head(window: &mut Window<'_>) -> Result<(u32, u64), WeightsError> {
    let kind = window.u32("an array's type").await?;
    let length = window.u64("an array's length").await?;
    let least = least_bytes(kind).ok_or_else(|| unknown(window, kind))?;
    match length.checked_mul(least) {
        Some(bytes) if bytes <= window.left() => Ok((kind, length)),
        _ => {
            let at = window.position();
            Err(window.bad(format!("an array at byte {at} claims {length} elements")))
        }
    }
}

/// Walks over an array's elements without recursion: a file chooses the depth.
async fn skip_array(window: &mut Window<'_>, kind: u32, length: u64) -> Result<(), WeightsError> {
    let mut open = vec![(kind, length)];
    while let Some((kind, length)) = open.pop() {
        match (kind, length) {
            (_, 0) => {}
            (ARRAY, _) => {
                open.push((ARRAY, length - 1));
                if open.len() >= MAX_DEPTH {
                    return Err(window.bad(format!("its arrays are nested more than {MAX_DEPTH} deep")));
                }
                open.push(array_head(window).await?);
            }
            (STRING, _) => {
                for _ in 0..length {
                    let bytes = window.u64("a text's length").await?;
                    window.skip(bytes, "a text")?;
                }
            }
            // `array_head` has compared the product with the file.
            (kind, _) => window.skip(least_bytes(kind).unwrap_or(1).saturating_mul(length), "an array")?,
        }
    }
    Ok(())
}
