//! Timing one case.

use std::time::Duration;

use kernels::Device;
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
    /// Timed runs; one before them is not timed.
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
    /// Of one run.
    pub dispatches: u64,
    /// Of one run.
    pub submits: u64,
    /// Compiled for the case.
    pub pipelines: u64,
    /// In one run, so without weights.
    pub bytes_uploaded: u64,
    /// The most that lived on the device at once, with weights.
    pub peak_bytes: u64,
}

/// Loads a case on a device of its own and runs it `runs` times, or as often as fits 20 seconds, but at least once.
///
/// # Errors
/// From loading and from the device.
pub async fn measure(case: &Case, device: &Device, runs: usize) -> Result<Line, BenchError> {
    let task = case.load(device).await?;
    let inputs = case.inputs();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    task.run(&inputs).await?;
    let before = device.stats();
    let begun = Instant::now();
    let mut millis = Vec::with_capacity(runs);
    while millis.is_empty() || (millis.len() < runs && begun.elapsed() < ENOUGH) {
        let begun = Instant::now();
        task.run(&inputs).await?;
        millis.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let after = device.stats();
    millis.sort_by(f64::total_cmp);
    let count = millis.len();
    let of_one = |before: u64, after: u64| (after - before) / count as u64;
    let median_ms = f64::midpoint(millis[(count - 1) / 2], millis[count / 2]);
    let gflop = case.flops as f64 * 1e-9;
    Ok(Line {
        name: case.entry.name.clone(),
        device: if device.is_gpu() { "gpu" } else { "cpu" }.to_owned(),
        dtype: case.dtype.to_owned(),
        runs: count,
        median_ms: rounded(median_ms),
        min_ms: rounded(millis[0]),
        max_ms: rounded(millis[count - 1]),
        gflop: rounded(gflop),
        gflops_per_s: rounded(gflop / median_ms * 1e3),
        dispatches: of_one(before.dispatches, after.dispatches),
        submits: of_one(before.submits, after.submits),
        pipelines: after.pipelines,
        bytes_uploaded: of_one(before.bytes_uploaded, after.bytes_uploaded),
        peak_bytes: after.peak_bytes,
    })
}

/// To three places.
fn rounded(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}
