//! The layers and blocks that several models share, each a thin pairing of weights with operators.

mod conv;
mod linear;
mod norm;
mod resample;
mod resnet;
mod stack;
mod strips;

pub(crate) use conv::Conv2d;
pub(crate) use linear::Linear;
pub(crate) use norm::{GroupNorm, LayerNorm};
pub(crate) use resample::{Downsample, Upsample, padding};
pub(crate) use resnet::{Resnet, ResnetShape};
pub(crate) use stack::{Stack, Stacked};
pub(crate) use strips::{Cut, Strips};

use kernels::{KernelError, Tensor};

/// Height and width of `[n, h, w, c]`.
pub(crate) fn size_of(x: &Tensor) -> Result<[usize; 2], KernelError> {
    match *x.shape() {
        [_, height, width, _] => Ok([height, width]),
        _ => Err(KernelError::Shape {
            op: "block",
            expected: "a picture [n, h, w, c]".to_owned(),
            got: format!("{:?}", x.shape()),
        }),
    }
}
