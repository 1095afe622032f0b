//! How long an import takes and how much memory it needs:
//! `cargo run --release -p checkpoints --example import_time`.
//!
//! A made-up Stable Diffusion 1.5 in `F16` and in `F32` is quantized into a sink that only counts. The time to make
//! up the bytes is measured beside it: it is a part of each run's.

use std::{rc::Rc, time::Instant};

use checkpoints::{MadeUpFolder, Numbers, stable_diffusion_1_5};
use peak_alloc::PeakAlloc;
use pollster::block_on;
use weights::{
    ByteSink, LocalBoxFuture, WeightsError,
    quantize::{Source, Target, quantize},
};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Types to compare.
const TARGETS: [&str; 5] = ["f16", "q8_0", "q4_k", "q4_0", "q6_k"];

/// A sink that keeps nothing.
struct Nowhere;

impl ByteSink for Nowhere {
    fn write<'a>(&'a mut self, _bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>> {
        Box::pin(async { Ok(()) })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (name, numbers) in [("F16", Numbers::RandomF16), ("F32", Numbers::ZeroF32)] {
        let model = stable_diffusion_1_5(numbers);
        let (seconds, bytes) = read_all(&model)?;
        println!("{name}: {bytes} bytes, made up in {seconds:.1} s");
        // Zeros are packed faster than numbers, so the wide model is measured for its memory.
        let targets = if numbers == Numbers::ZeroF32 { &TARGETS[..2] } else { &TARGETS[..] };
        for target in targets {
            import(&model, target)?;
        }
    }
    Ok(())
}

/// Seconds and bytes of reading every file in parts.
fn read_all(model: &MadeUpFolder) -> Result<(f64, u64), WeightsError> {
    const PART: u64 = 16 << 20;
    let (start, mut bytes) = (Instant::now(), 0);
    for (_, file) in model.files() {
        for from in (0..file.len_bytes()).step_by(PART as usize) {
            block_on(file.read(from..file.len_bytes().min(from + PART)))?;
        }
        bytes += file.len_bytes();
    }
    Ok((start.elapsed().as_secs_f64(), bytes))
}

fn import(model: &MadeUpFolder, target: &str) -> Result<(), Box<dyn std::error::Error>> {
    let target: Target = target.parse()?;
    HEAP.reset_peak_usage();
    let start = Instant::now();
    let source = block_on(Source::open(Rc::new(model.clone())))?;
    let summary = block_on(quantize(&source, target, &mut Nowhere, &mut |_, _| {}))?;
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "  {target:?}: {seconds:.1} s, {:.0} MB/s read, {} bytes out, peak heap {:.0} MB, {:?}",
        summary.bytes_before as f64 / seconds * 1e-6,
        summary.bytes_after,
        HEAP.peak_usage() as f64 * 1e-6,
        summary.tensors_by_type,
    );
    Ok(())
}
