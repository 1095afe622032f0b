//! Reads `Cargo.lock`: the one place that says which version of a crate is in use.

use std::fs;

use crate::shell::{Outcome, root};

/// The version of `package` that the workspace is locked to.
pub(crate) fn version_of(package: &str) -> Outcome<String> {
    let path = root().join("Cargo.lock");
    let text =
        fs::read_to_string(&path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    find(&text, package).ok_or_else(|| format!("Cargo.lock names no `{package}`").into())
}

/// A package's table begins with its name and version, in this order.
fn find(lockfile: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lockfile.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKFILE: &str = "\
[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
";

    #[test]
    fn a_version_is_found_by_the_whole_name() {
        assert_eq!(find(LOCKFILE, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(find(LOCKFILE, "wasm"), None);
    }
}
