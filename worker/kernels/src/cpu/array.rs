//! Flat `f32` storage, kept in a candle tensor so that a matrix product needs no copy.

use std::{ops::Deref, rc::Rc};

use candle_core::{CpuStorage, InplaceOp1, Layout, Storage, StorageRef, Tensor};

use super::ledger::{Entry, Ledger};
use crate::KernelError;

/// A flat, contiguous array of `f32`. Clones share the values.
#[derive(Clone)]
pub(crate) struct Array {
    values: Tensor,
    /// Keeps the bytes on the books until the last clone is gone.
    _entry: Rc<Entry>,
}

impl Array {
    pub(super) fn new(values: Vec<f32>, ledger: &Rc<Ledger>) -> Result<Self, KernelError> {
        let len = values.len();
        Self::adopt(&Tensor::from_vec(values, len, &candle_core::Device::Cpu)?, ledger)
    }

    pub(super) fn adopt(values: &Tensor, ledger: &Rc<Ledger>) -> Result<Self, KernelError> {
        let values = values.flatten_all()?;
        let entry = Entry::new(ledger, values.elem_count() * size_of::<f32>());
        Ok(Self { values, _entry: Rc::new(entry) })
    }

    /// Borrows the values.
    pub(crate) fn view(&self) -> Result<impl Deref<Target = [f32]> + '_, KernelError> {
        view(&self.values)
    }

    /// The same values as a candle tensor of this shape.
    pub(crate) fn as_candle(&self, shape: &[usize]) -> Result<Tensor, KernelError> {
        Ok(self.values.reshape(shape)?)
    }
}

/// Borrows the values of a contiguous `f32` candle tensor.
pub(crate) fn view(tensor: &Tensor) -> Result<impl Deref<Target = [f32]> + '_, KernelError> {
    let (storage, layout) = tensor.storage_and_layout();
    let range = layout.contiguous_offsets();
    StorageRef::try_map(storage, |storage| match (storage, range) {
        (Storage::Cpu(CpuStorage::F32(values)), Some((start, end))) => values.get(start..end),
        _ => None,
    })
    .map_err(|_| KernelError::Cpu("an array is not contiguous f32".to_owned()))
}

/// Changes the values of a fresh candle tensor where they lie.
pub(crate) fn update(tensor: &Tensor, change: impl Fn(&mut [f32])) -> Result<(), KernelError> {
    Ok(tensor.inplace_op1(&Update(change))?)
}

/// Candle hands out mutable storage only to an operator.
struct Update<F>(F);

impl<F: Fn(&mut [f32])> InplaceOp1 for Update<F> {
    fn name(&self) -> &'static str {
        "update"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> candle_core::Result<()> {
        let values = match (storage, layout.contiguous_offsets()) {
            (CpuStorage::F32(values), Some((start, end))) => values.get_mut(start..end),
            _ => None,
        };
        (self.0)(values.ok_or_else(|| candle_core::Error::msg("update needs contiguous f32 values"))?);
        Ok(())
    }
}
