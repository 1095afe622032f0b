//! The CPU's way: per head, blocks of queries against all keys they see, so that the scores stay small.

use std::{cell::RefCell, f32::consts::LOG2_E};

use candle_core::Tensor;

use super::Shape;
use crate::{
    KernelError,
    cpu::{
        Array, Cpu,
        lanes::{self, LANES, f32x4, load, store},
        math::exp2,
        product::{across, product},
        update, view,
    },
    parts::parts,
};

/// Queries at a time: enough rows for an efficient product, few enough for scores that stay near the core.
const BLOCK: usize = 128;

pub(crate) fn run(cpu: &Cpu, q: &Array, k: &Array, v: &Array, shape: Shape) -> Result<Array, KernelError> {
    let Shape { batch, tq, tk, heads, head, causal } = shape;
    let q = q.as_candle(&[batch, tq, heads, head])?;
    let k = k.as_candle(&[batch, tk, heads, head])?;
    let v = v.as_candle(&[batch, tk, heads, head])?;
    let channels = heads * head;
    // How many keys a query sees.
    let sees = |query: usize| if causal { query + 1 } else { tk };
    let mut out = vec![0.0; batch * tq * channels];
    for (sample, target) in out.chunks_exact_mut(tq * channels).enumerate() {
        for index in 0..heads {
            let (q, k, v) =
                (one_head(&q, sample, index)?, one_head(&k, sample, index)?, one_head(&v, sample, index)?);
            let (k, v) = (across(&k)?, v.t()?);
            for rows in parts(tq, BLOCK) {
                let first = rows.start;
                let keys = sees(rows.end - 1);
                let (q, k, v) =
                    (q.narrow(0, first, rows.len())?, k.narrow(0, 0, keys)?, v.narrow(1, 0, keys)?);
                let (weights, sums) = weights(&q, &k, |row| sees(first + row))?;
                let values = product(&weights, &v)?;
                let block = &mut target[first * channels..rows.end * channels];
                divide(&view(&values)?, &sums, &mut block[index * head..], channels, head);
            }
        }
    }
    cpu.array(out)
}

/// `[tokens, head]` of one sample and head: a view, by strides.
fn one_head(tokens: &Tensor, sample: usize, head: usize) -> Result<Tensor, KernelError> {
    Ok(tokens.get(sample)?.narrow(1, head, 1)?.squeeze(1)?)
}

/// The softmax of `q kᵀ / sqrt(d)` before its division: `[queries, keys]` and the sum of each row, in which a query `sees`
/// so many keys.
fn weights(q: &Tensor, k: &Tensor, sees: impl Fn(usize) -> usize) -> Result<(Tensor, Vec<f32>), KernelError> {
    let (rows, head) = q.dims2()?;
    let keys = k.dim(0)?;
    let scale = (head as f32).sqrt().recip();
    let scores = product(q, k)?;
    let sums = RefCell::new(Vec::with_capacity(rows));
    update(&scores, |scores| {
        let softmax = scores.chunks_exact_mut(keys).enumerate().map(|(row, scores)| {
            let (seen, hidden) = scores.split_at_mut(sees(row));
            hidden.fill(0.0);
            exponentials(seen, scale)
        });
        sums.borrow_mut().extend(softmax);
    })?;
    Ok((scores, sums.into_inner()))
}

/// Replaces each `x` by `exp((x - max) * scale)` and yields their sum.
fn exponentials(row: &mut [f32], scale: f32) -> f32 {
    let (max, factor) = (f32x4::splat(max(row)), f32x4::splat(scale * LOG2_E));
    let power = |x: f32x4| exp2((x - max) * factor);
    let (chunks, rest) = row.as_chunks_mut::<{ 2 * LANES }>();
    let mut sums = [f32x4::ZERO; 2];
    for chunk in chunks {
        for (quad, sum) in chunk.chunks_exact_mut(LANES).zip(&mut sums) {
            let powers = power(load(quad));
            store(powers, quad);
            *sum += powers;
        }
    }
    lanes::each(rest, power);
    rest.iter().fold((sums[0] + sums[1]).reduce_add(), |sum, x| sum + x)
}

/// The largest value. NaN is passed over here; it shows in the exponentials.
fn max(row: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let (chunks, rest) = row.as_chunks::<{ 2 * LANES }>();
    let mut max = [f32::NEG_INFINITY; 2 * LANES];
    for chunk in chunks {
        for (max, &x) in max.iter_mut().zip(chunk) {
            *max = larger(x, *max);
        }
    }
    max.iter().chain(rest).fold(f32::NEG_INFINITY, |max, &x| larger(x, max))
}

/// Divides each row of `values: [rows, head]` by its sum and stores it at every `channels`th place of `target`.
fn divide(values: &[f32], sums: &[f32], target: &mut [f32], channels: usize, head: usize) {
    for ((row, sum), target) in values.chunks_exact(head).zip(sums).zip(target.chunks_mut(channels)) {
        let share = sum.recip();
        for (out, value) in target.iter_mut().zip(row) {
            *out = value * share;
        }
    }
}
