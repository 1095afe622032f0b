//! Running other programs, and saying so.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why something could not be done, in words for a person.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// Done, or why not.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self(reason)
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        Self(reason.to_owned())
    }
}

/// The workspace's root folder, whatever folder the tool is called from.
pub(crate) fn root() -> PathBuf {
    // tests/xtask -> tests -> root
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default()
}

/// Tells what is going on.
pub(crate) fn say(sentence: &str) {
    println!("{sentence}");
}

/// What tells candle how many threads its products have. Without it, candle asks the system at each product, which on Linux
/// reads /proc/cpuinfo: a quarter of a millisecond.
const THREADS: &str = "RAYON_NUM_THREADS";

/// The cargo that runs this tool.
pub(crate) fn cargo() -> Command {
    let mut command = in_root(env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    if let (None, Ok(cores)) = (env::var_os(THREADS), std::thread::available_parallelism()) {
        command.env(THREADS, cores.to_string());
    }
    command
}

/// A program to be run from the workspace's root.
pub(crate) fn in_root(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    command.current_dir(root());
    command
}

/// Shows a command, runs it with its output going to ours, and fails if it does.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = shown(command);
    say(&format!("$ {shown}"));
    let status = command.status().map_err(|error| format!("`{shown}` could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{shown}` failed ({status})").into()) }
}

/// What a command prints, if it can be run and succeeds.
pub(crate) fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first program of that name on PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(&file)).find(|file| file.is_file())
}

fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
    std::iter::once(program.to_string_lossy().into_owned()).chain(words).collect::<Vec<_>>().join(" ")
}
