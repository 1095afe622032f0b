//! The fused end of a matrix product, on rows that are still in the cache.

use std::ops::Deref;

use super::{Array, activation};
use crate::{
    KernelError,
    ops::{Activation, Fused},
};

/// Values of an operand, borrowed for as long as the epilogue runs.
type View<'a> = Box<dyn Deref<Target = [f32]> + 'a>;

/// An epilogue with its operands at hand.
pub(crate) struct Epilogue<'a> {
    bias: Option<View<'a>>,
    per_sample: Option<View<'a>>,
    residual: Option<View<'a>>,
    activation: Activation,
    residual_before_activation: bool,
    rows_per_sample: usize,
}

impl<'a> Epilogue<'a> {
    pub(crate) fn new(fused: &Fused<'a, Array>) -> Result<Self, KernelError> {
        Ok(Self {
            bias: borrow(fused.bias)?,
            per_sample: borrow(fused.per_sample)?,
            residual: borrow(fused.residual)?,
            activation: fused.activation,
            residual_before_activation: fused.residual_before_activation,
            rows_per_sample: fused.rows_per_sample,
        })
    }

    /// True when nothing would change.
    pub(crate) fn is_empty(&self) -> bool {
        self.bias.is_none()
            && self.per_sample.is_none()
            && self.residual.is_none()
            && self.activation == Activation::None
    }

    /// Finishes `rows`, whole rows of `n` values of the output from row `first_row` on.
    pub(crate) fn apply(&self, first_row: usize, n: usize, rows: &mut [f32]) {
        for (row, values) in (first_row..).zip(rows.chunks_exact_mut(n)) {
            add_row(values, self.bias.as_ref(), 0);
            add_row(values, self.per_sample.as_ref(), row / self.rows_per_sample);
            if self.residual_before_activation {
                add_row(values, self.residual.as_ref(), row);
            }
            activation::apply(self.activation, values);
            if !self.residual_before_activation {
                add_row(values, self.residual.as_ref(), row);
            }
        }
    }
}

fn borrow(array: Option<&Array>) -> Result<Option<View<'_>>, KernelError> {
    array.map(|array| Ok(Box::new(array.view()?) as View<'_>)).transpose()
}

/// Adds row number `row` of `addend` to `values`.
fn add_row(values: &mut [f32], addend: Option<&View<'_>>, row: usize) {
    let Some(addend) = addend.and_then(|addend| addend.chunks_exact(values.len()).nth(row)) else { return };
    for (value, &term) in values.iter_mut().zip(addend) {
        *value += term;
    }
}
