//! `cargo xtask test`: every check in order. The first that fails ends the run with its reason.

use std::env;
use std::time::{Duration, Instant};

use crate::shell::{Outcome, cargo, find, run as run_command, say};
use crate::{site, system, tools};

struct Stage {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

const STAGES: [Stage; 7] = [
    Stage { name: "setup", what: "what the tests need on this machine", run: set_up },
    Stage { name: "format", what: "rustfmt", run: format },
    Stage { name: "clippy", what: "lints, native", run: clippy },
    Stage { name: "clippy-wasm", what: "lints, wasm32", run: clippy_wasm },
    Stage { name: "tests", what: "units, shaders, kernels, goldens, command line, architecture", run: tests },
    Stage { name: "build", what: "the page, by trunk in release", run: site::build },
    Stage { name: "e2e", what: "the page in headless Chromium", run: end_to_end },
];

struct Report {
    name: &'static str,
    passed: bool,
    took: Duration,
}

/// Runs all stages, or the one that is named.
pub(crate) fn run(only: Option<&str>) -> Outcome {
    let chosen: Vec<&Stage> =
        STAGES.iter().filter(|stage| only.is_none_or(|name| name == stage.name)).collect();
    if chosen.is_empty() {
        let names = STAGES.map(|stage| stage.name).join(", ");
        return Err(
            format!("there is no stage `{}`; the stages are {names}", only.unwrap_or_default()).into()
        );
    }
    let count = chosen.len();
    let mut reports = Vec::new();
    let mut outcome = Ok(());
    for (number, stage) in chosen.into_iter().enumerate() {
        say(&format!("\n== {}/{count} {}: {} ==", number + 1, stage.name, stage.what));
        let begun = Instant::now();
        outcome = (stage.run)();
        reports.push(Report { name: stage.name, passed: outcome.is_ok(), took: begun.elapsed() });
        if outcome.is_err() {
            break;
        }
    }
    summarise(&reports);
    outcome
}

fn summarise(reports: &[Report]) {
    say("\nstage          result   seconds");
    for Report { name, passed, took } in reports {
        let result = if *passed { "passed" } else { "FAILED" };
        say(&format!("{name:<14} {result:<8} {:>7.1}", took.as_secs_f64()));
    }
    let total: Duration = reports.iter().map(|report| report.took).sum();
    say(&format!("{:<23} {:>7.1}", "total", total.as_secs_f64()));
    let passed = reports.iter().filter(|report| report.passed).count();
    say(&format!("\n{passed} passed, {} failed", reports.len() - passed));
}

fn set_up() -> Outcome {
    system::need_for_tests()?;
    tools::set_up().map(drop)
}

fn format() -> Outcome {
    run_command(cargo().args(["fmt", "--all", "--check"]))
}

/// What is built natively. Both stages of tests choose among the same packages with the same features, so that the
/// second builds nothing again.
const NATIVE: [&str; 4] = ["--locked", "--workspace", "--features", "tests/e2e"];

fn clippy() -> Outcome {
    run_command(cargo().arg("clippy").args(NATIVE).args(["--all-targets", "--", "-D", "warnings"]))
}

fn clippy_wasm() -> Outcome {
    let arguments = [
        "clippy",
        "--locked",
        "--package",
        "app",
        "--package",
        "worker",
        "--package",
        "bench",
        "--target",
        "wasm32-unknown-unknown",
    ];
    run_command(cargo().args(arguments).args(["--", "-D", "warnings"]))
}

fn tests() -> Outcome {
    if has_nextest() {
        let all_but_pages = ["--no-fail-fast", "--filterset", "not binary(e2e)"];
        return run_command(cargo().args(["nextest", "run"]).args(NATIVE).args(all_but_pages));
    }
    // One at a time: on an emulated GPU they would wait for each other anyway, each with its own timeout.
    run_command(cargo().args(["test", "--locked", "--workspace", "--no-fail-fast", "--", "--test-threads=1"]))
}

fn end_to_end() -> Outcome {
    let which = ["--test", "e2e", "--no-fail-fast"];
    if has_nextest() {
        return run_command(
            cargo().args(["nextest", "run", "--profile", "browser"]).args(NATIVE).args(which),
        );
    }
    // One browser at a time: pictures are timed.
    run_command(cargo().arg("test").args(NATIVE).args(which).args(["--", "--test-threads=1"]))
}

fn has_nextest() -> bool {
    let in_home = env::home_dir().is_some_and(|home| home.join(".cargo/bin/cargo-nextest").is_file());
    in_home || find("cargo-nextest").is_some()
}
