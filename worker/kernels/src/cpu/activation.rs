//! The activations as loops over slices.

use super::{
    lanes::{each, f32x4},
    math::{gelu, quick_gelu, silu},
};
use crate::ops::Activation;

/// Applies `function` to each value where it lies.
pub(crate) fn apply(function: Activation, values: &mut [f32]) {
    match function {
        Activation::None => {}
        Activation::Silu => each(values, silu),
        Activation::QuickGelu => each(values, quick_gelu),
        Activation::Gelu => each(values, gelu),
        // A maximum would turn NaN into 0 and hide it.
        Activation::Relu => each(values, |x| x.simd_lt(f32x4::ZERO).select(f32x4::ZERO, x)),
    }
}
