//! JSON that is larger than memory.
//!
//! A caller walks the structure: into an object by [`Json::enter`] and [`Json::key`], into an array likewise with
//! [`Json::item`]; small values are taken whole, checked and parsed by `serde_json`; large texts of base64 are streamed.

mod input;
mod text;
mod walk;

pub(crate) use walk::Json;

use crate::error::in_words;
use crate::{BlobError, PackError, Place, Problem};

/// What stopped the walk. The walker does not know which field it is in; its caller does, and adds it.
#[derive(Debug)]
pub(crate) enum Fault {
    File(BlobError),
    Syntax { at_byte: u64, what: String },
    TooLarge { most_bytes: u64 },
    TooDeep,
    NotBase64,
}

impl Fault {
    pub(crate) fn at(self, place: &Place) -> PackError {
        let field = |problem| PackError::Field { place: place.clone(), problem };
        match self {
            Self::File(error) => error.into(),
            Self::Syntax { at_byte, what } => PackError::Syntax { place: place.clone(), at_byte, what },
            Self::TooLarge { most_bytes } => field(Problem::TooLarge(in_words(most_bytes))),
            Self::TooDeep => field(Problem::TooDeep),
            Self::NotBase64 => field(Problem::NotBase64),
        }
    }
}

impl From<BlobError> for Fault {
    fn from(error: BlobError) -> Self {
        Self::File(error)
    }
}
