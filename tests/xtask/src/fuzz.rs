//! `cargo xtask fuzz`: random and damaged input through libFuzzer, by cargo-fuzz.
//!
//! It builds with the workspace's own stable Rust: coverage needs no sanitizer, and the code has no `unsafe` that one
//! would watch. What is built and found stays under `target/fuzz`.

use std::collections::VecDeque;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::shell::{Outcome, cargo, root, say};
use crate::{shell, system, tools};

/// Seconds for all targets together.
pub(crate) const DEFAULT_SECONDS: u32 = 60;

/// The crate with the targets.
const CRATE: &str = "tests/fuzz";
const BUILT: &str = "target/fuzz";

/// Lines that are shown of a run that fails.
const LAST_LINES: usize = 40;

struct Target {
    name: &'static str,
    /// Folders of small files to begin with.
    seeds: &'static [&'static str],
    /// Flags of libFuzzer.
    flags: &'static [&'static str],
}

const TARGETS: [Target; 4] = [
    Target {
        name: "weights",
        seeds: &[
            "worker/weights/tests/sound",
            "worker/weights/tests/broken",
            "worker/weights/tests/gguf_sound",
            "worker/weights/tests/gguf_broken",
        ],
        flags: &["-max_len=65536"],
    },
    Target {
        name: "lora",
        seeds: &["tests/fuzz/seeds", "tests/golden/sd1-lora/malformed"],
        flags: &["-max_len=8192"],
    },
    Target {
        name: "checkpoint",
        seeds: &["tests/fuzz/seeds", "worker/weights/tests/gguf_sound"],
        flags: &["-max_len=8192"],
    },
    Target {
        name: "prompt",
        seeds: &["tests/golden/tokens"],
        flags: &["-max_len=512", "-dict=tests/fuzz/prompt.dict"],
    },
];

/// Runs every target for its share of the time. The first that finds something ends the run.
pub(crate) fn run(seconds: u32) -> Outcome {
    system::need_for_fuzzing()?;
    let folder = tools::cargo_fuzz()?;
    shell::run(tools::with_tools(cargo_fuzz(&["build"]).args(FLAGS), std::slice::from_ref(&folder))?)?;
    // A limit of 0 would mean none.
    let share = (seconds / TARGETS.len() as u32).max(1);
    for target in &TARGETS {
        say(&format!("{}: {share} s", target.name));
        let mut command = target.command(share)?;
        let rate = watch(target, tools::with_tools(&mut command, std::slice::from_ref(&folder))?)?;
        say(&format!("{}: nothing found, {rate} executions per second", target.name));
    }
    Ok(())
}

const FLAGS: [&str; 6] = ["--fuzz-dir", CRATE, "--target-dir", BUILT, "--sanitizer", "none"];

fn cargo_fuzz(words: &[&str]) -> Command {
    let mut command = cargo();
    command.arg("fuzz").args(words);
    command
}

impl Target {
    fn command(&self, seconds: u32) -> Outcome<Command> {
        // libFuzzer keeps what it finds of interest in the first folder and only reads the others.
        let found = format!("{BUILT}/corpus/{}", self.name);
        fs::create_dir_all(root().join(&found))
            .map_err(|error| format!("{found} cannot be made: {error}"))?;
        let mut command = cargo_fuzz(&["run"]);
        command.args(FLAGS).arg(self.name).arg(found).args(self.seeds).arg("--").args(self.flags);
        command.arg(format!("-max_total_time={seconds}"));
        command.arg(format!("-artifact_prefix={}", self.reproducers()));
        command.args(["-rss_limit_mb=512", "-malloc_limit_mb=256", "-print_final_stats=1"]);
        fs::create_dir_all(root().join(self.reproducers()))
            .map_err(|error| format!("{} cannot be made: {error}", self.reproducers()))?;
        Ok(command)
    }

    /// Where inputs that fail are kept.
    fn reproducers(&self) -> String {
        format!("{BUILT}/artifacts/{}/", self.name)
    }
}

/// Runs a target and returns its executions per second.
fn watch(target: &Target, command: &mut Command) -> Outcome<String> {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cargo fuzz could not be started: {error}"))?;
    let mut last = VecDeque::new();
    let (mut rate, mut reproducer) = ("unknown".to_owned(), None);
    for line in child.stderr.take().into_iter().flat_map(|pipe| BufReader::new(pipe).split(b'\n')) {
        // A panic's message may hold any bytes of the input.
        let line = line.map(|line| String::from_utf8_lossy(&line).into_owned()).unwrap_or_default();
        if let Some(number) = line.strip_prefix("stat::average_exec_per_sec:") {
            rate = number.trim().to_owned();
        }
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            reproducer = Some(path.trim().to_owned());
        }
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
    let status = child.wait().map_err(|error| format!("cargo fuzz was lost: {error}"))?;
    if status.success() {
        return Ok(rate);
    }
    last.iter().for_each(|line| say(line));
    Err(match reproducer {
        Some(path) => {
            format!("the target {} fails for {}", target.name, root().join(Path::new(&path)).display())
        }
        None => format!("the target {} could not be run ({status})", target.name),
    }
    .into())
}
