//! What networks take of a GPU besides time, to the last dispatch, buffer and byte. Counts that a change lowers are set
//! anew here; counts that it raises need a reason.
//!
//! In dry runs, planned as for a graphics card. That they count as real runs do is a test here, with the smallest network.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use bench::{Counts, cases::Case, count};
use kernels::{Device, GpuOptions};
use pollster::block_on;

const CARD: GpuOptions = GpuOptions {
    fallback_adapter: false,
    default_limits: false,
    dry_run: false,
    graphics_card: true,
    profile: false,
    memory_limit_bytes: None,
};

fn counts(name: &str, options: GpuOptions) -> Counts {
    let case = Case::all().into_iter().find(|case| case.name() == name).unwrap();
    let counts = block_on(count(&case, &block_on(Device::gpu(options)).unwrap())).unwrap();
    println!("{name}: {counts:?}");
    counts
}

/// Dispatches, submits and bytes uploaded of a run; pipelines, buffers, those made after the first run, and peak.
fn check(name: &str, run: [u64; 3], all: [u64; 4]) {
    let [dispatches, submits, bytes_uploaded] = run;
    let [pipelines, buffers, late_buffers, peak_bytes] = all;
    let expected =
        Counts { dispatches, submits, pipelines, buffers, late_buffers, bytes_uploaded, peak_bytes };
    assert_eq!(counts(name, GpuOptions { dry_run: true, ..CARD }), expected, "{name}");
}

#[test]
fn small_networks_take_this_of_a_gpu() {
    check("unet_tiny.f32", [298, 12, 28_160], [15, 588, 0, 12_572_672]);
    check("unet_small.f32", [288, 12, 190_976], [20, 587, 0, 159_753_216]);
    check("vae_decoder_small.f32", [57, 3, 16_384], [15, 214, 0, 134_559_232]);
    check("clip_l.f16", [64, 4, 1_232], [7, 130, 0, 251_247_104]);
    check("taesd_decoder_512.f16", [41, 8, 65_536], [5, 151, 0, 278_737_152]);
}

/// Of the UNet's dispatches 32 are for the prompt, which a picture needs once. Moments of rows, which spare the layer norms behind
/// them two of three readings, are 4 MB and two or three pipelines of these.
#[test]
fn stable_diffusion_takes_this_of_a_gpu() {
    check("sd15_unet_512.f16", [279, 33, 606_720], [23, 590, 0, 2_066_479_616]);
    check("sd15_unet_512.q8_0", [279, 33, 606_720], [25, 590, 0, 1_316_599_296]);
    check("sd15_unet_512.q4_k", [292, 33, 606_720], [34, 606, 0, 858_630_656]);
    // So much lies idle between two decodings that the pool lets go of it. Convolutions of 64 px go by Winograd's algorithm, those
    // of more do not, which are two pipelines more than if all were alike.
    check("vae_decoder_512.f16", [94, 53, 65_536], [16, 251, 30, 1_216_813_312]);
}

#[test]
fn a_network_takes_of_a_real_gpu_what_a_dry_run_counts() {
    let dry = counts("unet_tiny.f32", GpuOptions { dry_run: true, ..CARD });
    assert_eq!(counts("unet_tiny.f32", CARD), dry);
}
