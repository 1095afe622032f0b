//! Timing one case.

use std::{collections::BTreeMap, time::Duration};

use kernels::{Device, Stats};
use serde::Serialize;
use web_time::Instant;

use crate::{BenchError, cases::Case};

/// A case that takes long is not begun again after this time.
const ENOUGH: Duration = Duration::from_secs(20);

/// What was measured, as one line of JSON says it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// The case.
    pub name: String,
    /// `cpu` or `gpu`.
    pub device: String,
    /// How its weights are stored.
    pub dtype: String,
    /// Finding out which kernels the case needs, and compiling them. Nothing on the CPU.
    pub compile_ms: f64,
    /// The first run. It also makes buffers, and what a driver puts off until kernels run.
    pub first_ms: f64,
    /// Timed runs behind the first.
    pub runs: usize,
    /// From arrays to arrays: conversion, upload and reading back are part of it.
    pub median_ms: f64,
    /// The fastest run.
    pub min_ms: f64,
    /// The slowest run.
    pub max_ms: f64,
    /// Operations of products and convolutions in 10^9; none for norms.
    pub gflop: f64,
    /// By the median.
    pub gflops_per_s: f64,
    /// What it took besides time.
    #[serde(flatten)]
    pub counts: Counts,
    /// The fastest form of each kind of operation, where that was found out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tuned: BTreeMap<String, String>,
}

/// What a case takes of a device besides time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Of one run.
    pub dispatches: u64,
    /// Of one run. On a device that learns how much work a submission may hold, they vary.
    pub submits: u64,
    /// Compiled for the case.
    pub pipelines: u64,
    /// Buffers made for the case, weights and all.
    pub buffers: u64,
    /// Those of them that were made after the first run.
    pub late_buffers: u64,
    /// In one run, so without weights.
    pub bytes_uploaded: u64,
    /// The most that lived on the device at once, with weights.
    pub peak_bytes: u64,
}

impl Counts {
    /// From counters before and after some runs.
    fn between(before: &Stats, after: &Stats, runs: usize) -> Self {
        let of_one = |before: u64, after: u64| (after - before) / runs.max(1) as u64;
        Self {
            dispatches: of_one(before.dispatches, after.dispatches),
            submits: of_one(before.submits, after.submits),
            pipelines: after.pipelines,
            buffers: after.buffers,
            late_buffers: after.buffers - before.buffers,
            bytes_uploaded: of_one(before.bytes_uploaded, after.bytes_uploaded),
            peak_bytes: after.peak_bytes,
        }
    }
}

/// Loads a case on a device of its own and runs it twice; the second run is counted. In a dry run that takes seconds.
///
/// # Errors
/// From loading and from the device.
pub async fn count(case: &Case, device: &Device) -> Result<Counts, BenchError> {
    let task = case.load(device).await?;
    let inputs = case.inputs();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    task.run(&inputs).await?;
    let before = device.stats();
    task.run(&inputs).await?;
    Ok(Counts::between(&before, &device.stats(), 1))
}

/// How a case is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Timed runs, as many of them as fit 20 seconds, but at least one.
    pub runs: usize,
    /// Whether the device finds out first which kernels are fastest.
    pub tunes: bool,
}

/// Loads a case on a device of its own and runs it.
///
/// # Errors
/// From loading and from the device.
pub async fn measure(case: &Case, device: &Device, effort: Effort) -> Result<Line, BenchError> {
    let runs = effort.runs;
    let inputs = case.inputs();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let begun = Instant::now();
    if let Some(twin) = device.rehearsal() {
        case.load(&twin).await?.run(&inputs).await?;
        device.compile_for(&twin, &mut |_, _| {}).await?;
    }
    let compile_ms = millis_since(begun);
    let task = case.load(device).await?;
    let begun = Instant::now();
    task.run(&inputs).await?;
    let first_ms = millis_since(begun);
    while effort.tunes && device.tune().await? {}
    let before = device.stats();
    let begun = Instant::now();
    let mut millis = Vec::with_capacity(runs);
    while millis.is_empty() || (millis.len() < runs && begun.elapsed() < ENOUGH) {
        let begun = Instant::now();
        task.run(&inputs).await?;
        millis.push(millis_since(begun));
    }
    let after = device.stats();
    millis.sort_by(f64::total_cmp);
    let count = millis.len();
    let median_ms = f64::midpoint(millis[(count - 1) / 2], millis[count / 2]);
    let gflop = case.flops as f64 * 1e-9;
    Ok(Line {
        name: case.entry.name.clone(),
        device: if device.is_gpu() { "gpu" } else { "cpu" }.to_owned(),
        dtype: case.dtype.to_owned(),
        compile_ms: rounded(compile_ms),
        first_ms: rounded(first_ms),
        runs: count,
        median_ms: rounded(median_ms),
        min_ms: rounded(millis[0]),
        max_ms: rounded(millis[count - 1]),
        gflop: rounded(gflop),
        gflops_per_s: rounded(gflop / median_ms * 1e3),
        counts: Counts::between(&before, &after, count),
        tuned: device.tuned(),
    })
}

fn millis_since(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3
}

/// To three places.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
