//! The cases on this machine's own devices: `cargo xtask bench native`.
//!
//! One line of JSON for each case and device, behind one that says where it ran. `--device cpu` or `gpu` takes one of
//! them, `--full` adds Stable Diffusion 1.5 at its full size, `--runs N` sets the timed runs, and any other word the
//! beginning of the names to be run.

mod wishes;

use std::{error::Error, process::ExitCode};

use bench::{cases::Case, measure};
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
        for case in Case::all().into_iter().filter(|case| wishes.include(&case.name())) {
            if case.is_large && !wishes.full {
                eprintln!("skipped: {} on the {device} (--full runs it)", case.name());
                continue;
            }
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

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
