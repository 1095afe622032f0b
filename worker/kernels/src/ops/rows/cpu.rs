//! The CPU's way.

use super::Span;
use crate::{
    KernelError,
    cpu::{Array, Cpu},
};

pub(crate) fn run(cpu: &Cpu, x: &Array, Span { first, len }: Span) -> Result<Array, KernelError> {
    cpu.array(x.view()?.iter().skip(first).take(len).copied().collect())
}
