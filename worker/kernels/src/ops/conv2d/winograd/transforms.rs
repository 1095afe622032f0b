//! The transforms of F(4x4, 3x3), for four channels at a time:
//!
//! ```text
//!      4  0 -5  0  1  0          1/4    0    0
//!      0 -4 -4  1  1  0         -1/6 -1/6 -1/6
//! Bt = 0  4 -4 -1  1  0     G = -1/6  1/6 -1/6     At = 1  1  1  1  1  0
//!      0 -2 -1  2  1  0         1/24 1/12  1/6          0  1 -1  2 -2  0
//!      0  2 -1 -2  1  0         1/24 -1/12 1/6          0  1  1  4  4  0
//!      0  4  0 -5  0  1            0    0    1          0  1 -1  8 -8  1
//! ```

use super::{INPUTS, OUTPUTS};
use crate::cpu::lanes::f32x4;

/// `Bt d`
#[inline(always)]
pub(super) fn of_inputs(d: [f32x4; INPUTS]) -> [f32x4; INPUTS] {
    let [d0, d1, d2, d3, d4, d5] = d;
    let (even, odd) = (d4 - d2 * 4.0, d3 - d1 * 4.0);
    let (far_even, far_odd) = (d4 - d2, (d3 - d1) * 2.0);
    [
        d0 * 4.0 - d2 * 5.0 + d4,
        even + odd,
        even - odd,
        far_even + far_odd,
        far_even - far_odd,
        d1 * 4.0 - d3 * 5.0 + d5,
    ]
}

/// `G g`
#[inline(always)]
pub(super) fn of_filter(g: [f32x4; 3]) -> [f32x4; INPUTS] {
    let [g0, g1, g2] = g;
    let (even, odd) = ((g0 + g2) * (-1.0 / 6.0), g1 * (-1.0 / 6.0));
    let (far_even, far_odd) = (g0 * (1.0 / 24.0) + g2 * (1.0 / 6.0), g1 * (1.0 / 12.0));
    [g0 * 0.25, even + odd, even - odd, far_even + far_odd, far_even - far_odd, g2]
}

/// `At m`
#[inline(always)]
pub(super) fn of_sums(m: [f32x4; INPUTS]) -> [f32x4; OUTPUTS] {
    let [m0, m1, m2, m3, m4, m5] = m;
    let (even, odd) = (m1 + m2, m1 - m2);
    let (far_even, far_odd) = (m3 + m4, m3 - m4);
    [m0 + even + far_even, odd + far_odd * 2.0, even + far_even * 4.0, odd + far_odd * 8.0 + m5]
}

/// A transform along both directions, `(T m Tt)t`. What is done to the result again lies as before.
#[inline(always)]
pub(super) fn along_both<const FROM: usize, const TO: usize>(
    m: &[[f32x4; FROM]; FROM],
    transform: impl Fn([f32x4; FROM]) -> [f32x4; TO],
) -> [[f32x4; TO]; TO] {
    let rows = m.map(&transform);
    std::array::from_fn(|column| transform(rows.map(|row| row[column])))
}
