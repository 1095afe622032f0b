//! Some columns of a tensor.

use crate::{
    KernelError, Tensor,
    cpu::{Array, Cpu},
};

/// Neighbouring columns of a tensor `[.., width]`: `[.., count]` from column `first` on. Layers whose products are
/// computed together leave their results side by side like this.
#[derive(Debug, Clone, Copy)]
pub struct Columns<'a> {
    pub(crate) tensor: &'a Tensor,
    pub(crate) first: usize,
    pub(crate) count: usize,
}

impl<'a> From<&'a Tensor> for Columns<'a> {
    /// All columns.
    fn from(tensor: &'a Tensor) -> Self {
        Self { tensor, first: 0, count: tensor.shape().last().copied().unwrap_or_default() }
    }
}

impl<'a> Columns<'a> {
    /// The columns `first .. first + count`.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when the tensor has not that many.
    pub fn of(tensor: &'a Tensor, first: usize, count: usize) -> Result<Self, KernelError> {
        let width = tensor.shape().last().copied().unwrap_or_default();
        match first.checked_add(count) {
            Some(end) if end <= width && count > 0 => Ok(Self { tensor, first, count }),
            _ => Err(KernelError::shape("columns", format!("columns within {width}"), (first, count))),
        }
    }

    /// Lengths of the axes.
    pub(super) fn shape(&self) -> Vec<usize> {
        let outer = self.tensor.shape().split_last().map_or(&[][..], |(_, outer)| outer);
        [outer, &[self.count]].concat()
    }

    /// Length of a row of the whole tensor.
    pub(crate) fn width(&self) -> usize {
        self.tensor.shape().last().copied().unwrap_or_default()
    }

    /// The columns on a CPU device, as a tensor of their own.
    pub(super) fn gathered(&self, cpu: &Cpu, op: &'static str) -> Result<Array, KernelError> {
        let array = self.tensor.array(op)?;
        if self.count == self.width() {
            return Ok(array.clone());
        }
        let values = array.view()?;
        let rows = values.chunks_exact(self.width());
        let columns = self.first..self.first + self.count;
        cpu.array(rows.flat_map(|row| row.get(columns.clone()).unwrap_or_default()).copied().collect())
    }
}
