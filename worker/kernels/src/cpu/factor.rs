//! A weight as the right side of matrix products: widened whole where that takes little memory, otherwise a strip of
//! rows at a time.

use std::ops::Range;

use candle_core::Tensor;

use super::{product::product, stored::Stored, view};
use crate::{
    KernelError,
    parts::{even_part, parts},
};

/// Ceiling for the widened values of one strip.
const STRIP_BYTES: usize = 16 << 20;

/// The right side `[n, k]` of products with one weight.
pub(crate) enum Factor<'a> {
    /// All rows.
    Whole(Tensor),
    /// Rows to be widened.
    Strips {
        stored: &'a Stored<'static>,
        n: usize,
        k: usize,
        /// Rows of a strip.
        strip: usize,
    },
}

impl<'a> Factor<'a> {
    /// A weight in the type of its file. What fits one strip is widened now, for all products with this factor.
    pub(super) fn stored(stored: &'a Stored<'static>, n: usize, k: usize) -> Result<Self, KernelError> {
        // Even ones: the last one would be slow if only a few rows were left for it.
        let strip = even_part(n, STRIP_BYTES / (k * size_of::<f32>()));
        if strip >= n {
            return Ok(Self::Whole(widened(stored, 0..n, k)?));
        }
        Ok(Self::Strips { stored, n, k, strip })
    }

    /// `x [m, k] -> [m, n]`
    pub(crate) fn product(&self, x: &Tensor) -> Result<Tensor, KernelError> {
        match self {
            Self::Whole(weight) => product(x, weight),
            Self::Strips { stored, n, k, strip } => {
                let m = x.dim(0)?;
                let mut out = vec![0.0; m * n];
                for rows in parts(*n, *strip) {
                    let product = product(x, &widened(stored, rows.clone(), *k)?)?;
                    let product = view(&product)?;
                    for (out, columns) in out.chunks_exact_mut(*n).zip(product.chunks_exact(rows.len())) {
                        out[rows.clone()].copy_from_slice(columns);
                    }
                }
                Ok(Tensor::from_vec(out, (m, *n), &candle_core::Device::Cpu)?)
            }
        }
    }
}

fn widened(stored: &Stored<'_>, rows: Range<usize>, k: usize) -> Result<Tensor, KernelError> {
    let values = stored.widen(rows.start, rows.len());
    Ok(Tensor::from_vec(values, (rows.len(), k), &candle_core::Device::Cpu)?)
}
