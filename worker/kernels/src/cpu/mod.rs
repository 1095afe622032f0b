//! The CPU device: candle tensors as storage, matrix products, plain loops for the rest.

pub(crate) mod activation;
mod array;
pub(crate) mod epilogue;
mod factor;
pub(crate) mod lanes;
mod ledger;
pub(crate) mod math;
pub(crate) mod product;
mod stored;
mod weight;

use std::rc::Rc;

pub(crate) use array::{Array, update, view};
pub(crate) use weight::Weight;

use crate::{KernelError, Stats};
use ledger::Ledger;

/// State of the CPU device: only its counters.
#[derive(Debug, Default)]
pub(crate) struct Cpu {
    ledger: Rc<Ledger>,
}

impl Cpu {
    /// Takes values over, without a copy.
    pub(crate) fn array(&self, values: Vec<f32>) -> Result<Array, KernelError> {
        Array::new(values, &self.ledger)
    }

    /// Copies values and counts them as uploaded.
    pub(crate) fn upload(&self, values: &[f32]) -> Result<Array, KernelError> {
        self.ledger.count_upload(size_of_val(values));
        self.array(values.to_vec())
    }

    /// Takes a fresh, contiguous candle tensor over, without a copy.
    pub(crate) fn adopt(&self, values: &candle_core::Tensor) -> Result<Array, KernelError> {
        Array::adopt(values, &self.ledger)
    }

    /// One more operator has run.
    pub(crate) fn count_dispatch(&self) {
        self.ledger.count_dispatch();
    }

    pub(crate) fn stats(&self) -> Stats {
        self.ledger.stats()
    }
}
