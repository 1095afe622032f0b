//! Matrix products: candle's, or in a browser whose WebAssembly multiplies and adds at once those of `multiply.wat`.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(any(target_arch = "wasm32", test))]
mod tiled;

use candle_core::{D, Tensor};

use crate::KernelError;

/// `x [m, k]` by the transpose of `w [n, k]`: `[m, n]`. Both may have batches before that.
pub(crate) fn product(x: &Tensor, w: &Tensor) -> Result<Tensor, KernelError> {
    #[cfg(target_arch = "wasm32")]
    if let Some(product) = browser::product(x, w)? {
        return Ok(product);
    }
    // The transpose is a matter of strides: nothing is copied.
    Ok(x.matmul(&w.t()?)?)
}

/// With more values to add up, adding the lanes of a sum in the end costs little.
const FEW: usize = 128;

/// Values between two rows that lie across, so that these are not a power of two apart and share few places of a cache.
const APART: usize = 16;

/// A right side `[.., n, k]` of several products: with the values of different rows side by side, where that is faster.
pub(crate) fn across(w: &Tensor) -> Result<Tensor, KernelError> {
    if !cfg!(target_arch = "wasm32") || w.dim(D::Minus1)? > FEW {
        return Ok(w.clone());
    }
    let apart = w.pad_with_zeros(D::Minus2, 0, APART)?.t()?.contiguous()?;
    Ok(apart.narrow(D::Minus1, 0, w.dim(D::Minus2)?)?.t()?)
}
