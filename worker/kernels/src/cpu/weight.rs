//! Weights on the CPU. A large one keeps the type of its file, or a model would need two to seven times its size of
//! memory, which a browser's 4 GiB page of wasm does not have; a small one is widened once and for all.

use std::{ops::Range, rc::Rc};

use super::{Array, Cpu, factor::Factor, ledger::Entry, stored::Stored};
use crate::{DType, KernelError, WeightData};

/// Weights of fewer values are widened when they are loaded: 4 MiB of `f32`. Widening anew for each product costs
/// little, but it does cost, and the many small layers of a model are a small part of its memory.
const FEWEST_STORED_VALUES: usize = 1 << 20;

/// A weight `[rows, taps, inputs]`: a filter is turned so that one row of it lies like the patch of a picture that it
/// is multiplied with. Clones share the elements.
#[derive(Clone)]
pub(crate) enum Weight {
    /// As `f32`.
    Wide(Array),
    /// As the file has it.
    Stored(Rc<Narrow>),
}

/// Elements that are widened where they are used.
pub(crate) struct Narrow {
    stored: Stored<'static>,
    /// Keeps the bytes on the books.
    _entry: Entry,
}

impl Cpu {
    /// Takes a copy of a checked weight.
    pub(crate) fn weight(&self, data: &WeightData<'_>) -> Result<Weight, KernelError> {
        self.ledger.count_upload(data.bytes.len() + data.scales.map_or(0, size_of_val));
        let stored = Stored::new(data);
        let rows = data.shape.first().copied().unwrap_or_default();
        if data.dtype == DType::F32 || rows * stored.row_len() < FEWEST_STORED_VALUES {
            return Ok(Weight::Wide(self.array(stored.widen(0, rows))?));
        }
        let stored = stored.into_owned();
        let entry = Entry::new(&self.ledger, stored.bytes());
        Ok(Weight::Stored(Rc::new(Narrow { stored, _entry: entry })))
    }
}

impl Weight {
    /// The weight as the right side of products `x [m, k] x [n, k]ᵀ`.
    pub(crate) fn factor(&self, n: usize, k: usize) -> Result<Factor<'_>, KernelError> {
        match self {
            Self::Wide(array) => Ok(Factor::Whole(array.as_candle(&[n, k])?)),
            Self::Stored(narrow) => Factor::stored(&narrow.stored, n, k),
        }
    }

    /// Hands on some rows of `k` values each, as they are multiplied with.
    pub(crate) fn with_rows<R>(
        &self,
        rows: Range<usize>,
        k: usize,
        read: impl FnOnce(&[f32]) -> R,
    ) -> Result<R, KernelError> {
        Ok(match self {
            Self::Wide(array) => read(&array.view()?[rows.start * k..rows.end * k]),
            Self::Stored(narrow) => read(&narrow.stored.widen(rows.start, rows.len())),
        })
    }

    /// Rows of a table `[v, channels]`, one after the other.
    pub(crate) fn rows(&self, rows: &[u32], channels: usize) -> Result<Vec<f32>, KernelError> {
        let mut values = Vec::with_capacity(rows.len() * channels);
        for &row in rows {
            let row = row as usize;
            self.with_rows(row..row + 1, channels, |row| values.extend_from_slice(row))?;
        }
        Ok(values)
    }
}
