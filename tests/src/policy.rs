//! `_headers`: what a static host that reads this file adds to its answers.

use std::fs;
use std::path::Path;

/// Headers for the paths that a pattern names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// `/*`, `/worker*`, `/index.html`: a path, with anything in place of a last `*`.
    pub pattern: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
}

/// The rules of a folder's `_headers`; none without the file.
pub fn read(folder: &Path) -> Vec<Policy> {
    parse(&fs::read_to_string(folder.join("_headers")).unwrap_or_default())
}

/// Lines that begin with a space belong to the pattern above them; `#` begins a remark.
pub fn parse(text: &str) -> Vec<Policy> {
    let mut policies: Vec<Policy> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        match (line.starts_with(' '), policies.last_mut()) {
            (true, Some(policy)) => {
                policy.headers.extend(
                    line.split_once(':')
                        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())),
                );
            }
            _ => policies.push(Policy { pattern: line.trim().to_owned(), headers: Vec::new() }),
        }
    }
    policies
}

/// The headers of a file by its path without the leading `/`.
pub fn headers(policies: &[Policy], path: &str) -> Vec<(String, String)> {
    let path = format!("/{path}");
    let fits = |policy: &&Policy| match policy.pattern.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None => policy.pattern == path,
    };
    policies.iter().filter(fits).flat_map(|policy| policy.headers.clone()).collect()
}
