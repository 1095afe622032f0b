//! Elementary functions of four values at a time: straight lines, no calls, no branches. The standard library's `exp` is one
//! call per value, and a large softmax takes hundreds of millions of them.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

use wide::{f32x4, i32x4};

/// `2^x` for `x` of at most 127.4, within 2 units in the last place. Below -126 it stays the smallest normal number; NaN stays
/// NaN.
#[inline(always)]
pub(crate) fn exp2(x: f32x4) -> f32x4 {
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    // The polynomial of the sixth degree through (0, 1) with the least relative error from -1/2 to 1/2, 2.6e-9, by Remez'
    // algorithm.
    const POLYNOMIAL: [f32; 6] =
        [0.693_147_24, 0.240_226_52, 0.055_503_104, 0.009_617_693, 0.001_340_664_3, 1.559_467_8e-4];

    let [c1, c2, c3, c4, c5, c6] = POLYNOMIAL;
    let x = x.simd_lt(f32x4::splat(-126.0)).select(f32x4::splat(-126.0), x);
    let rounded = x + ROUND;
    let r = x - (rounded - ROUND);
    let tail = ((r * c6 + c5) * r + c4) * r + c3;
    let power_of_r = ((tail * r + c2) * r + c1) * r + 1.0;
    // The integer is added to the exponent.
    let bits: i32x4 = bytemuck::cast(power_of_r);
    let integer: i32x4 = bytemuck::cast(rounded);
    bytemuck::cast(bits + (integer << 23))
}

/// `e^x`, relatively within 2 units in the last place and as many times 8e-8 as `|x|`. It saturates near the smallest and the
/// largest normal number; NaN stays NaN.
#[inline(always)]
fn exp(x: f32x4) -> f32x4 {
    let x = x * LOG2_E;
    let most = f32x4::splat(127.4);
    exp2(x.simd_gt(most).select(most, x))
}

/// `x * sigmoid(x)`
#[inline(always)]
pub(crate) fn silu(x: f32x4) -> f32x4 {
    x / (exp(-x) + 1.0)
}

/// `x * sigmoid(1.702 x)`
#[inline(always)]
pub(crate) fn quick_gelu(x: f32x4) -> f32x4 {
    x / (exp(x * -1.702) + 1.0)
}

/// `x * (1 + erf(x / sqrt 2)) / 2`, with the error function by Abramowitz and Stegun 7.1.26 (off by 1.5e-7 at
/// most). Computed from the tail, so that nothing cancels where `x` is far below zero.
#[inline(always)]
pub(crate) fn gelu(x: f32x4) -> f32x4 {
    let z = x.abs() * FRAC_1_SQRT_2;
    let t = f32x4::ONE / (z * 0.327_591_1 + 1.0);
    let series = t * 1.061_405_4 - 1.453_152;
    let series = ((series * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6;
    let tail = x * (t * series * exp(-(z * z)) * 0.5);
    x.simd_lt(f32x4::ZERO).select(tail, x - tail)
}

/// The value of an IEEE 754 half, given by its bits. Exact; NaN stays NaN.
#[inline]
pub(crate) fn from_half(bits: u16) -> f32 {
    /// 2^112 makes up for the different zero points of the exponents, also where a half is subnormal.
    const EXPONENTS_APART: f32 = f32::from_bits((127 + 112) << 23);

    let magnitude = u32::from(bits & 0x7fff) << 13;
    let finite = (f32::from_bits(magnitude) * EXPONENTS_APART).to_bits();
    let infinite = magnitude | 0x7f80_0000;
    let chosen = if bits & 0x7c00 == 0x7c00 { infinite } else { finite };
    f32::from_bits(chosen | u32::from(bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(function: impl Fn(f32x4) -> f32x4, x: f32) -> f32 {
        let [y, others @ ..] = function(f32x4::splat(x)).to_array();
        assert!(others.iter().all(|other| other.to_bits() == y.to_bits()), "{x}");
        y
    }

    #[test]
    fn exp2_is_within_two_units_in_the_last_place() {
        let worst = (-125_999..=127_000)
            .map(|thousandth| thousandth as f32 * 0.001)
            .map(|x| (f64::from(of(exp2, x)) / f64::from(x).exp2() - 1.0).abs())
            .fold(0.0, f64::max);
        assert!(worst < 2.4e-7, "{worst}");
    }

    #[test]
    fn exp_is_as_near_as_its_argument_allows() {
        for x in (-870..=880).map(|tenth| tenth as f32 * 0.1 + 0.013) {
            let apart = (f64::from(of(exp, x)) / f64::from(x).exp() - 1.0).abs();
            assert!(apart < 2.4e-7 + 8e-8 * f64::from(x.abs()), "exp({x}) is {apart} apart");
        }
    }

    #[test]
    fn exp_has_its_limits() {
        assert_eq!(of(exp, 0.0), 1.0);
        assert!(of(exp, f32::NAN).is_nan());
        assert!(of(exp, -1e30) < 2e-38 && of(exp, -1e30) > 0.0);
        assert!(of(exp, 1e30) > 2e38 && of(exp, 1e30).is_finite());
    }

    #[test]
    fn all_halves_are_exact() {
        for bits in 0..=u16::MAX {
            let (got, expected) = (from_half(bits), half::f16::from_bits(bits).to_f32());
            assert!(got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan()), "{bits:04x}");
        }
    }

    #[test]
    fn gelu_agrees_with_tabulated_values() {
        // x * Phi(x) with Phi from the tables of the normal distribution.
        let table = [
            (-4.0, -1.266_849_6e-4),
            (-1.0, -0.158_655_25),
            (0.0, 0.0),
            (0.5, 0.345_731_23),
            (1.0, 0.841_344_8),
            (3.0, 2.995_950_3),
        ];
        for (x, expected) in table {
            let y = of(gelu, x);
            assert!((y - expected).abs() < 3e-7, "gelu({x}) = {y}");
        }
        assert!(of(gelu, -20.0).abs() < 1e-30);
        assert_eq!(of(gelu, 20.0), 20.0);
    }
}
