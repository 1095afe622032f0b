//! The cases on this machine's own devices: `cargo xtask bench native`.
//!
//! One line of JSON for each case and device, behind one that says where it ran. `--device cpu` or `gpu` takes one of
//! them, `--full` adds Stable Diffusion 1.5 at its full size, `--runs N` sets the timed runs, and any other word the
//! beginning of the names to be run. `--profile` prints where the time of each case goes on the GPU instead.

mod wishes;

use std::{error::Error, process::ExitCode};

use bench::{Roofline, cases::Case, measure, profile, profiling_device};
use kernels::{Device, GpuOptions};
use pollster::block_on;
use serde_json::json;
use wishes::Wishes;

fn open(device: &str) -> Result<Device, Box<dyn Error + Send + Sync>> {
    match device {
        "cpu" => Ok(Device::cpu()),
        _ => Ok(block_on(Device::gpu(GpuOptions::default()))?),
    }
}

fn run() -> Result<(), Box<dyn Error + Send + Sync>> {
    let wishes = Wishes::read(true)?;
    if wishes.profile {
        return print_profiles(&wishes);
    }
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
        for case in cases(&wishes) {
            // A device of its own, so that peaks and pipelines are the case's.
            match block_on(measure(&case, &open(device)?, wishes.runs)) {
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
    for case in cases(wishes) {
        println!("\n{}", block_on(profile(&case, &block_on(profiling_device())?, roofline, wishes.runs))?);
    }
    Ok(())
}

/// The cases that are wished for; what is left out for its length is named.
fn cases(wishes: &Wishes) -> impl Iterator<Item = Case> {
    let named = Case::all().into_iter().filter(|case| wishes.include(&case.name()));
    named.filter(|case| {
        let is_run = wishes.full || !case.is_large;
        if !is_run {
            eprintln!("skipped: {} (--full runs it)", case.name());
        }
        is_run
    })
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
