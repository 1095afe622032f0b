//! The CPU's way.

use crate::{
    KernelError,
    cpu::{Array, Cpu, Weight},
};

pub(crate) fn run(cpu: &Cpu, ids: &[u32], table: &Weight, channels: usize) -> Result<Array, KernelError> {
    cpu.array(table.rows(ids, channels)?)
}
