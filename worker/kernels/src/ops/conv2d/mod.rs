//! Two-dimensional convolution (cross-correlation, as every deep-learning library means it).

mod cpu;
mod gpu;
#[cfg(test)]
mod tests;
mod winograd;

use std::cell::OnceCell;

use super::{
    Epilogue, Input,
    dispatch::{dispatch, same_device},
};
use crate::{KernelError, Tensor, Weight, tensor::checked_len};

const OP: &str = "conv2d";

/// How the filter moves over the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Conv {
    /// Step between two output positions, the same in both directions.
    pub stride: usize,
    /// Rows and columns of zeros around the picture: top, left, bottom, right.
    pub padding: [usize; 4],
}

/// A convolution `[batch, h, w, i] -> [batch, ho, wo, o]`, of a picture whose pixels were already repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) batch: usize,
    pub(crate) h: usize,
    pub(crate) w: usize,
    pub(crate) i: usize,
    pub(crate) o: usize,
    pub(crate) kh: usize,
    pub(crate) kw: usize,
    pub(crate) stride: usize,
    /// Top, left, bottom, right.
    pub(crate) padding: [usize; 4],
    pub(crate) ho: usize,
    pub(crate) wo: usize,
}

/// `input: [n, h, w, i], weight: [o, i, kh, kw] -> [n, ho, wo, o]`, with `epilogue` fused behind it, where
/// `ho = (h + top + bottom - kh) / stride + 1`, rounded down, and `wo` likewise.
///
/// # Errors
/// [`KernelError::Shape`] when the shapes do not fit, [`KernelError::OtherDevice`] when the operands live apart.
pub fn conv2d<'a>(
    input: impl Into<Input<'a>>,
    weight: &Weight,
    conv: Conv,
    epilogue: Epilogue<'_>,
) -> Result<Tensor, KernelError> {
    let input = input.into();
    let shape = checked_shape(&input.shape(), weight.shape(), conv)?;
    let out = [shape.batch, shape.ho, shape.wo, shape.o];
    checked_len(OP, &out)?;
    let device = input.device();
    input.check(OP)?;
    same_device(OP, device, [weight.device()])?;
    epilogue.check(OP, device, &out)?;
    if epilogue.gated {
        return Err(KernelError::shape(OP, "no gates", epilogue.gated));
    }
    let rows_per_sample = shape.ho * shape.wo;
    dispatch(
        device,
        &out,
        |cpu| {
            let (x, gathered) = (input.prepared()?, OnceCell::new());
            let fused = epilogue.on_cpu(cpu, OP, rows_per_sample, &gathered)?;
            cpu::run(cpu, x.array(OP)?, weight.on_cpu(OP)?, shape, fused)
        },
        |gpu| {
            let fused = epilogue.on_gpu(OP, rows_per_sample)?;
            gpu::run(gpu, input, weight.on_gpu(OP)?, shape, fused)
        },
    )
}

fn checked_shape(x: &[usize], weight: &[usize], conv: Conv) -> Result<Shape, KernelError> {
    let (&[batch, h, w, i], &[o, weight_i, kh, kw]) = (x, weight) else {
        return Err(KernelError::shape(OP, "x [n, h, w, i] and a weight [o, i, kh, kw]", (x, weight)));
    };
    if i != weight_i {
        return Err(KernelError::shape(
            OP,
            "the same i in x [n, h, w, i] and weight [o, i, kh, kw]",
            (x, weight),
        ));
    }
    let Conv { stride, padding } = conv;
    let [top, left, bottom, right] = padding;
    let positions = |size: usize, before: usize, after: usize, kernel: usize| {
        let room = size.checked_add(before)?.checked_add(after)?.checked_sub(kernel)?;
        Some(room.checked_div(stride)? + 1)
    };
    match (positions(h, top, bottom, kh), positions(w, left, right, kw)) {
        (Some(ho), Some(wo)) => Ok(Shape { batch, h, w, i, o, kh, kw, stride, padding, ho, wo }),
        _ => {
            Err(KernelError::shape(OP, "a stride of 1 or more and a filter inside the padded picture", conv))
        }
    }
}
