//! The activations as loops over slices.

use super::math::{gelu, quick_gelu, silu};
use crate::ops::Activation;

/// Applies `function` to each value where it lies.
pub(crate) fn apply(function: Activation, values: &mut [f32]) {
    match function {
        Activation::None => {}
        Activation::Silu => each(values, silu),
        Activation::QuickGelu => each(values, quick_gelu),
        Activation::Gelu => each(values, gelu),
        // `f32::max` would turn NaN into 0 and hide it.
        Activation::Relu => each(values, |x| if x < 0.0 { 0.0 } else { x }),
    }
}

/// One loop per function, so that each is compiled by itself.
#[inline]
pub(crate) fn each(values: &mut [f32], function: impl Fn(f32) -> f32) {
    for value in values {
        *value = function(*value);
    }
}
