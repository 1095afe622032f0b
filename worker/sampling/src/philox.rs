//! Noise by seed: the counter-based generator Philox 4x32-10 (Salmon et al. 2011), drawn as PyTorch does on CUDA.
//!
//! A counter-based generator has no state to carry along: value `i` of draw `k` is a function of `(seed, k, i)`. A
//! seed therefore means the same picture on every device, and the one that people know from CUDA tools. PyTorch
//! gives every thread the counter `[k, 0, i, 0]` and keeps the first of the normals it makes. That holds for as many
//! values as the GPU runs threads at once: tens of thousands on small ones, where the latents of a 512 x 512 picture
//! are 16,384. Larger draws here go on by the same rule, while PyTorch's then depend on the GPU.

use std::f64::consts::TAU;

use crate::{NoiseSource, SamplingError};

const ROUNDS: usize = 10;
const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
/// The golden ratio and the square root of three, less one: what the key grows by each round.
const KEY_STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];

/// Standard normal noise from a seed.
#[derive(Debug, Clone)]
pub struct Philox {
    key: [u32; 2],
    draws: u64,
}

impl Philox {
    /// The generator in its first state.
    pub fn new(seed: u64) -> Self {
        Self { key: low_high(seed), draws: 0 }
    }
}

/// The seed of one picture of a batch, counted from 0: the batch's seed and one more for each picture, wrapping. So
/// every picture of a batch can be made again alone, and the first is the one that the seed makes without a batch.
pub fn item_seed(seed: u64, item: u64) -> u64 {
    seed.wrapping_add(item)
}

impl NoiseSource for Philox {
    fn draw(&mut self, len: usize) -> Result<Vec<f32>, SamplingError> {
        let [draw_low, draw_high] = low_high(self.draws);
        self.draws += 1;
        let value = |i: usize| {
            let [low, high] = low_high(i as u64);
            let [first, second, ..] = philox4x32([draw_low, draw_high, low, high], self.key);
            box_muller(first, second)
        };
        Ok((0..len).map(value).collect())
    }

    fn restart(&mut self) {
        self.draws = 0;
    }
}

fn low_high(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// Salmon et al. 2011, section 3.3: ten rounds of wide multiplications.
fn philox4x32(mut counter: [u32; 4], mut key: [u32; 2]) -> [u32; 4] {
    for _ in 0..ROUNDS {
        let [low_0, high_0] = low_high(u64::from(MULTIPLIERS[0]) * u64::from(counter[0]));
        let [low_1, high_1] = low_high(u64::from(MULTIPLIERS[1]) * u64::from(counter[2]));
        counter = [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0];
        key = [key[0].wrapping_add(KEY_STEPS[0]), key[1].wrapping_add(KEY_STEPS[1])];
    }
    counter
}

/// Two uniform integers to one normal value (Box and Muller 1958); the sine of the pair, as cuRAND's first.
fn box_muller(first: u32, second: u32) -> f32 {
    // The centre of each of 2^32 cells, so that the logarithm never sees zero.
    let uniform = |bits: u32| (f64::from(bits) + 0.5) / 4_294_967_296.0;
    ((-2.0 * uniform(first).ln()).sqrt() * (TAU * uniform(second)).sin()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors that Random123 publishes for `philox4x32 10`.
    #[test]
    fn philox_gives_the_published_answers() {
        assert_eq!(philox4x32([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox4x32([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox4x32([0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }

    /// `torch.manual_seed(0); torch.randn(12, device="cuda")`, as printed in many places.
    #[test]
    fn normals_are_those_of_pytorch_on_cuda() {
        let expected = [
            -0.924_662_6,
            -0.425_344_15,
            -2.643_845_7,
            0.145_183_88,
            -0.120_866_47,
            -0.579_725_6,
            -0.622_851_2,
            -0.328_387_1,
            -1.074_542_3,
            -0.363_144_07,
            -1.671_050_7,
            2.265_505_f32,
        ];
        let drawn = Philox::new(0).draw(expected.len()).unwrap();
        for (value, wanted) in drawn.iter().zip(expected) {
            assert!((value - wanted).abs() < 2e-6, "{value} is not {wanted}");
        }
    }

    #[test]
    fn a_batch_counts_its_seeds_up() {
        assert_eq!([0, 1, 2].map(|item| item_seed(7, item)), [7, 8, 9]);
        assert_eq!([0, 1, 2].map(|item| item_seed(u64::MAX, item)), [u64::MAX, 0, 1]);
        let draw = |seed| Philox::new(seed).draw(64).unwrap();
        assert_ne!(draw(item_seed(7, 0)), draw(item_seed(7, 1)));
    }

    #[test]
    fn draws_differ_repeat_by_seed_and_are_normal() {
        let mut noise = Philox::new(1 << 40);
        let (first, second) = (noise.draw(20_000).unwrap(), noise.draw(20_000).unwrap());
        assert_eq!(Philox::new(1 << 40).draw(20_000).unwrap(), first);
        assert_ne!(Philox::new(0).draw(20_000).unwrap(), first);
        assert_ne!(first, second);
        let mean =
            |power: i32| first.iter().map(|&x| f64::from(x).powi(power)).sum::<f64>() / first.len() as f64;
        assert!(mean(1).abs() < 0.03 && (mean(2) - 1.0).abs() < 0.05 && (mean(4) - 3.0).abs() < 0.3);
        let product: f64 = first.iter().zip(&second).map(|(&x, &y)| f64::from(x * y)).sum();
        assert!((product / first.len() as f64).abs() < 0.03);
    }
}
