//! An import needs the memory of the largest tensor, not of the model.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::rc::Rc;

use checkpoints::{Numbers, few_layers};
use peak_alloc::PeakAlloc;
use pollster::block_on;
use weights::{
    ByteSink, LocalBoxFuture, WeightsError,
    quantize::{Source, Target, quantize},
};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// The tokens' table in `F32` takes 152 MB.
const MOST_BYTES: usize = 200_000_000;

/// Counts bytes and keeps none.
struct Counter(u64);

impl ByteSink for Counter {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>> {
        self.0 += bytes.len() as u64;
        Box::pin(async { Ok(()) })
    }
}

/// One test, since the allocator counts for the whole program.
#[test]
fn the_largest_tensor_bounds_the_heap() {
    for (numbers, target, most) in [
        (Numbers::RandomF16, "f16", MOST_BYTES / 2),
        (Numbers::RandomF16, "q8_0", MOST_BYTES / 2),
        (Numbers::ZeroF32, "f16", MOST_BYTES),
        (Numbers::ZeroF32, "q4_k", MOST_BYTES),
    ] {
        HEAP.reset_peak_usage();
        let target: Target = target.parse().unwrap();
        let source = block_on(Source::open(Rc::new(few_layers(numbers)))).unwrap();
        let mut sink = Counter(0);
        let summary = block_on(quantize(&source, target, &mut sink, &mut |_, _| {})).unwrap();
        let peak = HEAP.peak_usage();
        println!("{numbers:?} to {target:?}: {} bytes in, peak {peak}", summary.bytes_before);
        assert_eq!(sink.0, summary.bytes_after);
        assert!(summary.bytes_before > 5 * most as u64, "the model is no larger than its largest tensor");
        assert!(peak < most, "{numbers:?} to {target:?} took {peak} bytes of {most}");
    }
}
