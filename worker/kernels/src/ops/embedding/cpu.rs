//! The CPU's way.

use crate::{
    KernelError,
    cpu::{Array, Cpu},
};

pub(crate) fn run(cpu: &Cpu, ids: &[u32], table: &Array, channels: usize) -> Result<Array, KernelError> {
    let table = table.view()?;
    let rows = ids.iter().map(|&id| &table[id as usize * channels..][..channels]);
    cpu.array(rows.flatten().copied().collect())
}
