//! Elementary functions in a form that the compiler turns into SIMD code: straight lines, no calls, no branches.
//! The standard library's `exp` is one call per value, and a large softmax takes hundreds of millions of them.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// `e^x`, within 2 units in the last place where the result is a normal number. Outside that range it saturates
/// near the smallest and the largest one; NaN stays NaN.
#[inline]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding 1.5 * 2^23 leaves the nearest integer in the low bits of the sum.
    const ROUND: f32 = 12_582_912.0;
    // ln 2 in two parts: the first has so few bits that its product with an integer up to 128 is exact.
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;

    let x = x.clamp(-87.3, 88.3);
    let rounded = x * LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // The Taylor series: |r| <= ln(2) / 2, so the first term left out is below 1e-8.
    let tail = r * (1.0 / 720.0) + 1.0 / 120.0;
    let tail = (tail * r + 1.0 / 24.0) * r + 1.0 / 6.0;
    let tail = (tail * r + 0.5) * (r * r) + r;
    let power_of_two = f32::from_bits(rounded.to_bits().wrapping_add(127) << 23);
    (tail + 1.0) * power_of_two
}

/// `x * sigmoid(x)`
#[inline]
pub(crate) fn silu(x: f32) -> f32 {
    x / (1.0 + exp(-x))
}

/// `x * sigmoid(1.702 x)`
#[inline]
pub(crate) fn quick_gelu(x: f32) -> f32 {
    x / (1.0 + exp(-1.702 * x))
}

/// `x * (1 + erf(x / sqrt 2)) / 2`, with the error function by Abramowitz and Stegun 7.1.26 (off by 1.5e-7 at
/// most). Computed from the tail, so that nothing cancels where `x` is far below zero.
#[inline]
pub(crate) fn gelu(x: f32) -> f32 {
    let z = x.abs() * FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = 1.061_405_4 * t - 1.453_152;
    let series = ((series * t + 1.421_413_8) * t - 0.284_496_74) * t + 0.254_829_6;
    let tail = x * (0.5 * series * t * exp(-z * z));
    if x < 0.0 { tail } else { x - tail }
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

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        let worst = (-870..=880)
            .map(|tenth| tenth as f32 * 0.1 + 0.013)
            .map(|x| (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs())
            .fold(0.0, f64::max);
        assert!(worst < 2.4e-7, "{worst}");
    }

    #[test]
    fn exp_has_its_limits() {
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NAN).is_nan());
        assert!(exp(-1e30) < 2e-38 && exp(-1e30) > 0.0);
        assert!(exp(1e30) > 2e38 && exp(1e30).is_finite());
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
            assert!((gelu(x) - expected).abs() < 3e-7, "gelu({x}) = {}", gelu(x));
        }
        assert!(gelu(-20.0).abs() < 1e-30);
        assert_eq!(gelu(20.0), 20.0);
    }
}
