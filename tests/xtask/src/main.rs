//! The one tool: `cargo xtask serve`, `build`, `test`, `fuzz` and `bench`. Each sets up what is missing on the machine first.
//!
//! Plain std Rust, so that the first run on a fresh machine starts within seconds.

mod bench;
mod boot;
mod divide;
mod fuzz;
mod hook;
mod lockfile;
mod shell;
mod site;
mod stages;
mod system;
mod tools;

use std::process::ExitCode;

use shell::Outcome;

const USAGE: &str = "\
cargo xtask COMMAND

  serve [--port N]      build the page and serve it on http://127.0.0.1:8080
  build                 build the page into dist/
  test [--only STAGE]   every check, in order: setup, format, clippy, clippy-wasm, tests, build, e2e
  fuzz [--seconds N]    damaged files and odd prompts through libFuzzer, for a minute in all
  bench native [WORDS]  time operators and networks on this machine: --device cpu|gpu, --full, --profile, --runs N, names
  bench browser [WORDS] the same in headless Chromium, and the page's first picture: --device cpu|gpu, --profile, --runs N, names
  bench engine          build the engine for benchmarks that compare engines in a browser (tests/bench/engine.mjs)
  hook                  called by trunk behind its build: no script in the page, and the page in two modules";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["serve"] => site::serve(site::DEFAULT_PORT),
        ["serve", "--port", port] => serve_on(port),
        ["build"] => site::build(),
        ["test"] => stages::run(None),
        ["test", "--only", stage] => stages::run(Some(stage)),
        ["fuzz"] => fuzz::run(fuzz::DEFAULT_SECONDS),
        ["fuzz", "--seconds", seconds] => fuzz_for(seconds),
        ["bench", "engine"] => bench::engine(),
        ["bench", "native", words @ ..] => bench::native(words),
        ["bench", "browser", words @ ..] => bench::browser(words),
        ["hook"] => hook::run(),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        [] => Err(USAGE.into()),
        other => Err(format!("unknown command `{}`\n\n{USAGE}", other.join(" ")).into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn fuzz_for(seconds: &str) -> Outcome {
    match seconds.parse() {
        Ok(seconds) => fuzz::run(seconds),
        Err(_) => Err(format!("`{seconds}` is not a whole number of seconds").into()),
    }
}

fn serve_on(port: &str) -> Outcome {
    match port.parse() {
        Ok(port) => site::serve(port),
        Err(_) => Err(format!("`{port}` is not a port: a number from 1 to 65535").into()),
    }
}
