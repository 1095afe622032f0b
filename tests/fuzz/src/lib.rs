//! Outside data through libFuzzer. `cargo xtask fuzz` runs every target; [`entry`] has what they do.
//!
//! A new target is a function in [`entry`], a file in `targets/` with its `[[bin]]`, a row in `TARGETS` of
//! `tests/xtask/src/fuzz.rs`, and a test in `tests/damaged_input.rs`.

pub mod entry;

use std::alloc::System;

use cap::Cap;

/// The most that one input may have allocated at a time, beside what libFuzzer takes outside Rust. An allocation beyond
/// it fails, which ends the program: without a sanitizer, libFuzzer's own `-malloc_limit_mb` has nothing to hold on to.
const MOST_BYTES: usize = 256 << 20;

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, MOST_BYTES);
