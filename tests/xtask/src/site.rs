//! The page: built by trunk into `dist/`, served from there.

use crate::shell::{Outcome, in_root, run, say};
use crate::{system, tools};

/// Where `serve` listens unless told otherwise.
pub(crate) const DEFAULT_PORT: u16 = 8080;

/// Builds the page in release into `dist/`.
pub(crate) fn build() -> Outcome {
    trunk("build", &[])
}

/// Builds the page in release and serves it until interrupted.
pub(crate) fn serve(port: u16) -> Outcome {
    say(&format!("The page will be at http://127.0.0.1:{port}"));
    trunk("serve", &["--port", &port.to_string()])
}

fn trunk(command: &str, arguments: &[&str]) -> Outcome {
    system::need_linker()?;
    let folders = tools::set_up()?;
    say(
        "Building the page in release: about 8 minutes on 2 cores the first time, seconds when little changed.",
    );
    let mut trunk = in_root("trunk");
    trunk.args([command, "--release", "--skip-version-check"]).args(arguments);
    run(tools::with_tools(&mut trunk, &folders)?)
}
