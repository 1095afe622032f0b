//! Looks rows of a table up.

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;

use super::dispatch::dispatch;
use crate::{KernelError, Tensor, Weight};

const OP: &str = "embedding";

/// `ids: n indices, table: [v, c] -> [n, c]`: row `ids[i]` of the table for each `i`.
///
/// # Errors
/// [`KernelError::Shape`] when there are no ids, one of them is `v` or more, or the table is no matrix.
pub fn embedding(ids: &[u32], table: &Weight) -> Result<Tensor, KernelError> {
    let &[rows, channels] = table.shape() else {
        return Err(KernelError::shape(OP, "a table [v, c]", table.shape()));
    };
    if ids.is_empty() {
        return Err(KernelError::shape(OP, "one id or more", ids));
    }
    if let Some(id) = ids.iter().find(|&&id| id as usize >= rows) {
        return Err(KernelError::shape(OP, format!("ids below {rows}"), id));
    }
    dispatch(
        table.device(),
        &[ids.len(), channels],
        |cpu| cpu::run(cpu, ids, table.on_cpu(OP)?, channels),
        |gpu| gpu::run(gpu, ids, table.on_gpu(OP)?, channels),
    )
}
