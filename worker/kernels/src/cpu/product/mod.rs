//! Matrix products: candle's, or in a browser whose WebAssembly multiplies and adds at once those of `multiply.wat`.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(any(target_arch = "wasm32", test))]
mod tiled;

use candle_core::Tensor;

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

/// A right side `[.., n, k]` of several products: with the values of different rows side by side, where that is faster.
pub(crate) fn across(w: &Tensor) -> Result<Tensor, KernelError> {
    #[cfg(target_arch = "wasm32")]
    if let Some(across) = browser::across(w)? {
        return Ok(across);
    }
    Ok(w.clone())
}
