//! The cases on this machine's own devices: `cargo xtask bench native`.
//!
//! One line of JSON for each case and device, behind one that says where it ran. `--device cpu` or `gpu` takes one of
//! them, `--full` adds Stable Diffusion 1.5 at its full size, `--runs N` sets the timed runs, and any other word the
//! beginning of the names to be run.

use std::{error::Error, process::ExitCode};

use bench::{cases::Case, measure};
use kernels::{Device, GpuOptions};
use pollster::block_on;
use serde_json::json;

struct Wishes {
    devices: Vec<&'static str>,
    full: bool,
    runs: usize,
    names: Vec<String>,
}

fn wishes() -> Result<Wishes, Box<dyn Error>> {
    let mut wishes = Wishes { devices: vec!["cpu", "gpu"], full: false, runs: 5, names: Vec::new() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--full" => wishes.full = true,
            "--runs" => wishes.runs = words.next().ok_or("--runs needs a number")?.parse()?,
            "--device" => {
                wishes.devices = match words.next().as_deref() {
                    Some("cpu") => vec!["cpu"],
                    Some("gpu") => vec!["gpu"],
                    _ => return Err("--device needs `cpu` or `gpu`".into()),
                };
            }
            flag if flag.starts_with('-') => return Err(format!("there is no option {flag}").into()),
            _ => wishes.names.push(word),
        }
    }
    Ok(wishes)
}

fn open(device: &str) -> Result<Device, Box<dyn Error>> {
    match device {
        "cpu" => Ok(Device::cpu()),
        _ => Ok(block_on(Device::gpu(GpuOptions::default()))?),
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let Wishes { devices, full, runs, names } = wishes()?;
    let chosen = |case: &Case| names.is_empty() || names.iter().any(|name| case.name().starts_with(name));
    for device in devices {
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
        for case in Case::all().into_iter().filter(chosen) {
            if case.is_large && !full {
                eprintln!("skipped: {} on the {device} (--full runs it)", case.name());
                continue;
            }
            // A device of its own, so that peaks and pipelines are the case's.
            match block_on(measure(&case, &open(device)?, runs)) {
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
