//! `palimpsest`: makes pictures from a terminal, with the same pipeline as the page.
//!
//! What it did goes to standard output. A failure is one line on standard error and exit code 2.

mod args;
mod builtin;
mod device;
mod error;
mod generate;
mod inspect;
mod lora;
mod model;
mod quantize;
mod tensors;

use std::process::ExitCode;

use args::Command;

/// Exit code of every failure, which is also clap's.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    let command = match args::parse() {
        Ok(command) => command,
        Err(exit_code) => return exit_code,
    };
    let outcome = match command {
        Command::Generate(args) => pollster::block_on(generate::run(&args)),
        Command::Quantize(args) => pollster::block_on(quantize::run(&args)),
        Command::Inspect(args) => pollster::block_on(inspect::run(&args)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Messages of other libraries may span lines.
            let message = error.to_string();
            eprintln!("error: {}", message.split_whitespace().collect::<Vec<_>>().join(" "));
            ExitCode::from(FAILURE)
        }
    }
}
