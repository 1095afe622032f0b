//! The cases on this machine's own devices: `cargo xtask bench native`.
//!
//! One line of JSON for each case and device, behind one that says where it ran. Stable Diffusion 1.5 at its full size is
//! counted in dry runs. `--device cpu` or `gpu` takes one of them, `--full` times that size too, `--runs N` sets the timed
//! runs, and any other word the beginning of the names to be run. `--tune` lets the GPU find out first which kernels it is
//! fastest with, as it does between two pictures, and tells them. `--profile` prints where the time of each case goes on the
//! GPU instead.

mod wishes;

use std::{error::Error, process::ExitCode};

use bench::{Effort, Roofline, cases::Case, count, measure, profile, profiling_device};
use kernels::{Device, GpuOptions};
use pollster::block_on;
use serde_json::{Value, json};
use wishes::Wishes;

fn open(device: &str) -> Result<Device, Box<dyn Error + Send + Sync>> {
    match device {
        "cpu" => Ok(Device::cpu()),
        _ => Ok(block_on(Device::gpu(GpuOptions::default()))?),
    }
}

fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let wishes = Wishes::read(true)?;
    if named(&wishes).next().is_none() {
        return Err("no case has a name that begins like this".into());
    }
    if wishes.profile {
        return print_profiles(&wishes);
    }
    let effort = Effort { runs: wishes.runs, tunes: wishes.tune };
    for &device in &wishes.devices {
        let where_it_runs = open(device)?;
        println!(
            "{}",
            json!({
                "kind": "env", "device": device, "adapter": where_it_runs.name(),
                "emulated": where_it_runs.is_software_adapter(),
                // Shaders are handed to wgpu as untrusted, and there is no option to do otherwise.
                "shader_bounds_checks": where_it_runs.is_gpu(),
                "os": std::env::consts::OS, "arch": std::env::consts::ARCH,
            })
        );
        for case in named(&wishes) {
            if case.is_large && !wishes.full {
                print_counts(&case, device)?;
                continue;
            }
            // A device of its own, so that peaks and pipelines are the case's.
            match block_on(measure(&case, &open(device)?, effort)) {
                Ok(line) => println!("{}", serde_json::to_string(&line)?),
                Err(error) => {
                    println!(
                        "{}",
                        json!({ "name": case.entry.name, "device": device, "dtype": case.dtype,
                                           "error": error.to_string() })
                    );
                }
            }
        }
    }
    Ok(())
}

/// Where the time of each case goes on the GPU.
fn print_profiles(wishes: &Wishes) -> Result<(), Box<dyn Error + Send + Sync>> {
    let device = block_on(profiling_device())?;
    let roofline = block_on(Roofline::measure(&device))?;
    println!("{}{}", device.name(), if device.is_software_adapter() { ", which is emulated" } else { "" });
    for case in named(wishes).filter(|case| wishes.full || !case.is_large) {
        println!("\n{}", block_on(profile(&case, &block_on(profiling_device())?, roofline, wishes.runs))?);
    }
    Ok(())
}

fn named(wishes: &Wishes) -> impl Iterator<Item = Case> {
    Case::all().into_iter().filter(|case| wishes.include(&case.name()))
}

/// A case that takes long: a graphics card's counts in a dry run, but no times.
fn print_counts(case: &Case, device: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
    if device == "cpu" {
        eprintln!("skipped: {} on the cpu (--full runs it)", case.name());
        return Ok(());
    }
    let options = GpuOptions { dry_run: true, graphics_card: true, ..GpuOptions::default() };
    let counts = block_on(count(case, &block_on(Device::gpu(options))?))?;
    let mut line = json!({
        "kind": "dry_run", "name": case.entry.name, "device": device, "dtype": case.dtype,
        "gflop": case.flops as f64 * 1e-9,
    });
    if let (Some(line), Value::Object(counts)) = (line.as_object_mut(), serde_json::to_value(counts)?) {
        line.extend(counts);
    }
    println!("{line}");
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
