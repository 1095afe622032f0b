//! The CPU's way.

use super::Shape;
use crate::{
    KernelError,
    cpu::{Array, Cpu, math::gelu},
};

pub(crate) fn run(cpu: &Cpu, x: &Array, shape: Shape) -> Result<Array, KernelError> {
    let x = x.view()?;
    let mut out = vec![0.0; shape.rows * shape.half];
    for (row, target) in x.chunks_exact(2 * shape.half).zip(out.chunks_exact_mut(shape.half)) {
        let (values, gates) = row.split_at(shape.half);
        for ((out, &value), &gate) in target.iter_mut().zip(values).zip(gates) {
            *out = value * gelu(gate);
        }
    }
    cpu.array(out)
}
