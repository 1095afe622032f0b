//! Head sizes of the models and odd ones, few and many keys, blocks of queries and one more or less.

use super::attention;
use crate::{
    Device, KernelError, Tensor,
    test_support::{self, Case, random, random_tensor},
};

#[derive(Debug)]
struct Attention {
    batch: usize,
    tq: usize,
    tk: usize,
    heads: usize,
    head: usize,
    causal: bool,
    /// Multiplies the queries: large scores make a sharp softmax, which overflows without its maximum.
    sharpness: f32,
}

const fn case(batch: usize, tq: usize, tk: usize, heads: usize, head: usize) -> Attention {
    Attention { batch, tq, tk, heads, head, causal: false, sharpness: 4.0 }
}

const CASES: &[Attention] = &[
    case(1, 1, 1, 1, 1),
    case(1, 1, 77, 8, 40),
    case(1, 64, 64, 8, 40),
    case(2, 63, 65, 2, 64),
    case(1, 65, 77, 5, 64),
    case(2, 100, 77, 3, 80),
    // Prompts of three and of eight chunks.
    case(2, 65, 231, 5, 64),
    case(1, 33, 616, 2, 40),
    case(1, 64, 63, 8, 160),
    case(1, 130, 129, 1, 128),
    case(1, 256, 256, 4, 32),
    case(2, 9, 5, 3, 7),
    case(1, 33, 1, 2, 13),
    case(1, 20, 300, 1, 3),
    Attention { causal: true, ..case(1, 77, 77, 12, 64) },
    Attention { causal: true, ..case(2, 65, 65, 2, 40) },
    Attention { causal: true, ..case(1, 129, 129, 1, 5) },
    Attention { causal: true, ..case(2, 1, 1, 2, 8) },
    Attention { sharpness: 300.0, ..case(1, 64, 90, 2, 40) },
    // Zero queries weigh all keys alike.
    Attention { sharpness: 0.0, ..case(1, 10, 90, 2, 64) },
];

impl Attention {
    fn channels(&self) -> usize {
        self.heads * self.head
    }

    fn queries(&self) -> Vec<f32> {
        let queries = random(1, self.batch * self.tq * self.channels());
        queries.into_iter().map(|x| x * self.sharpness).collect()
    }
}

impl Case for Attention {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        let q = device.tensor(&[self.batch, self.tq, self.channels()], &self.queries())?;
        let k = random_tensor(device, 2, &[self.batch, self.tk, self.channels()])?;
        let v = random_tensor(device, 3, &[self.batch, self.tk, self.channels()])?;
        attention(&q, &k, &v, self.heads, self.causal)
    }

    fn reference(&self) -> Vec<f64> {
        let len = self.batch * self.tk * self.channels();
        let (q, k, v) = (self.queries(), random(2, len), random(3, len));
        let mut out = vec![0.0; q.len()];
        for sample in 0..self.batch {
            for query in 0..self.tq {
                for head in 0..self.heads {
                    let at = |tokens: usize, token: usize| {
                        (sample * tokens + token) * self.channels() + head * self.head
                    };
                    let q = &q[at(self.tq, query)..][..self.head];
                    let seen = if self.causal { query + 1 } else { self.tk };
                    let scores =
                        (0..seen).map(|key| dot(q, &k[at(self.tk, key)..]) / (self.head as f64).sqrt());
                    let scores: Vec<f64> = scores.collect();
                    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let sum: f64 = scores.iter().map(|score| (score - max).exp()).sum();
                    for (key, score) in scores.iter().enumerate() {
                        let weight = (score - max).exp() / sum;
                        for d in 0..self.head {
                            out[at(self.tq, query) + d] += weight * f64::from(v[at(self.tk, key) + d]);
                        }
                    }
                }
            }
        }
        out
    }
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
}

#[test]
fn cpu_matches_reference() {
    test_support::cpu_matches_reference(CASES);
}

#[test]
fn gpu_matches_cpu() {
    test_support::gpu_matches_cpu(CASES);
}

#[test]
fn gpu_variants_agree() {
    test_support::variants_agree(CASES);
}

#[test]
fn wrong_shapes_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let (q, k) = (device.zeros(&[1, 4, 6])?, device.zeros(&[1, 5, 6])?);
    assert_eq!(attention(&q, &k, &k, 3, false)?.shape(), [1, 4, 6]);
    let wrong = [
        attention(&q, &k, &k, 4, false),
        attention(&q, &k, &k, 0, false),
        attention(&q, &k, &k, 3, true),
        attention(&q, &k, &q, 3, false),
        attention(&q, &device.zeros(&[2, 5, 6])?, &k, 3, false),
        attention(&device.zeros(&[4, 6])?, &k, &k, 3, false),
    ];
    for result in wrong {
        assert!(matches!(result, Err(KernelError::Shape { op: "attention", .. })), "{result:?}");
    }
    Ok(())
}
