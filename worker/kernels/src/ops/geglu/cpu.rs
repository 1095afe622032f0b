//! The CPU's way.

use super::Shape;
use crate::{
    KernelError,
    cpu::{
        Array, Cpu,
        lanes::{LANES, load, store},
        math::gelu,
    },
};

pub(crate) fn run(cpu: &Cpu, x: &Array, shape: Shape) -> Result<Array, KernelError> {
    let x = x.view()?;
    let mut out = vec![0.0; shape.rows * shape.half];
    for (row, target) in x.chunks_exact(2 * shape.half).zip(out.chunks_exact_mut(shape.half)) {
        let (values, gates) = row.split_at(shape.half);
        let quads = values.chunks(LANES).zip(gates.chunks(LANES));
        for (out, (values, gates)) in target.chunks_mut(LANES).zip(quads) {
            store(load(values) * gelu(load(gates)), out);
        }
    }
    cpu.array(out)
}
