//! What a person asks of a benchmark: `[--device cpu|gpu] [--full] [--tune] [--profile] [--runs N] [NAMES]`.

use std::error::Error;

/// What is run, and how often.
pub(crate) struct Wishes {
    /// `cpu`, `gpu` or both.
    pub(crate) devices: Vec<&'static str>,
    /// The large cases too.
    pub(crate) full: bool,
    /// Find out first which kernels are fastest.
    pub(crate) tune: bool,
    /// Time each dispatch of the GPU.
    pub(crate) profile: bool,
    /// Timed runs of a case.
    pub(crate) runs: usize,
    names: Vec<String>,
}

impl Wishes {
    /// Reads the command line. `--full` and `--tune` are options only of the benchmark outside a browser.
    pub(crate) fn read(is_native: bool) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let devices = vec!["cpu", "gpu"];
        let mut wishes =
            Self { devices, full: false, tune: false, profile: false, runs: 5, names: Vec::new() };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--full" if is_native => wishes.full = true,
                "--tune" if is_native => wishes.tune = true,
                "--profile" => wishes.profile = true,
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
        if wishes.profile {
            wishes.devices.retain(|&device| device == "gpu");
        }
        match wishes.devices.is_empty() {
            true => Err("--profile is about the GPU".into()),
            false => Ok(wishes),
        }
    }

    /// Whether a case is among them: its name begins with one that was named, or none was.
    pub(crate) fn include(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|wanted| name.starts_with(wanted))
    }
}
