//! The CPU's way.

use super::Shape;
use crate::{
    KernelError,
    cpu::{Array, Cpu},
};

pub(crate) fn run(cpu: &Cpu, x: &Array, shape: Shape) -> Result<Array, KernelError> {
    let Shape { batch, h, w, c, out_h, out_w } = shape;
    let x = x.view()?;
    let mut out = Vec::with_capacity(batch * out_h * out_w * c);
    for sample in x.chunks_exact(h * w * c) {
        for y in 0..out_h {
            let source_row = y * h / out_h;
            for x in 0..out_w {
                let start = (source_row * w + x * w / out_w) * c;
                out.extend_from_slice(&sample[start..start + c]);
            }
        }
    }
    cpu.array(out)
}
