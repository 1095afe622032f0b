//! What an entry must be for the engine to rely on it.

use std::collections::BTreeSet;

use super::{Catalogue, CatalogueError, CatalogueFile, CatalogueModel};

/// The key of the model that comes with the page, the only one without files.
const BUILTIN: &str = "builtin";
/// Larger files are a slip of the keyboard.
const MOST_BYTES: u64 = 1 << 40;

pub(super) fn check(catalogue: &Catalogue) -> Result<(), CatalogueError> {
    let mut seen = BTreeSet::new();
    for entry in &catalogue.models {
        let model = &entry.model;
        let wrong = |reason: String| CatalogueError::Entry { model: model.id.0.clone(), reason };
        if !seen.insert(&model.id) {
            return Err(wrong("it is there twice".to_owned()));
        }
        check_model(model).map_err(wrong)?;
        for file in &model.files {
            check_file(file, &catalogue.hosts).map_err(|reason| wrong(format!("{}: {reason}", file.path)))?;
        }
    }
    Ok(())
}

fn check_model(model: &CatalogueModel) -> Result<(), String> {
    let id = &model.id.0;
    let plain =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-._".contains(letter);
    if id.is_empty() || !id.chars().all(plain) {
        return Err("an id is small letters, digits, dots and dashes".to_owned());
    }
    if model.files.is_empty() != (id == BUILTIN) {
        return Err(format!("every model but {BUILTIN} has files"));
    }
    let paths: BTreeSet<&str> = model.files.iter().map(|file| file.path.as_str()).collect();
    if paths.len() != model.files.len() {
        return Err("two of its files have one path".to_owned());
    }
    let Some(profile) = &model.profile else { return Ok(()) };
    if profile.steps == 0 || !profile.guidance.is_finite() || profile.guidance < 0.0 {
        return Err("its profile has no steps, or guidance that is no scale".to_owned());
    }
    if profile.native_px == 0 || profile.max_px < profile.native_px {
        return Err("its largest side is less than the one that it was trained at".to_owned());
    }
    Ok(())
}

fn check_file(file: &CatalogueFile, hosts: &[String]) -> Result<(), String> {
    let parts = file.path.split('/');
    if file.path.is_empty()
        || file.path.contains('\\')
        || parts.clone().any(|part| matches!(part, "" | "." | ".."))
    {
        return Err("a path has only names, with / between them".to_owned());
    }
    if !(1..=MOST_BYTES).contains(&file.bytes) {
        return Err(format!("{} bytes is no length of a file", file.bytes));
    }
    if let Some(sha256) = &file.sha256
        && !(sha256.len() == 64 && sha256.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')))
    {
        return Err("a SHA-256 has 64 digits, 0-9 and a-f".to_owned());
    }
    match host_of(&file.url)? {
        Some(host) if !hosts.iter().any(|known| covers(known, host)) => {
            Err(format!("{host} is not among the hosts"))
        }
        _ => Ok(()),
    }
}

/// The host of an address elsewhere; `None` for one relative to the page.
fn host_of(url: &str) -> Result<Option<&str>, String> {
    if let Some(rest) = url.strip_prefix("https://") {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:".contains(letter);
        return match !host.is_empty() && host.chars().all(plain) {
            true => Ok(Some(host)),
            false => Err(format!("{url} names no host")),
        };
    }
    match url.is_empty() || url.contains(':') || url.starts_with(['/', '\\']) {
        true => Err(format!("{url:?} is neither https:// nor relative to the page")),
        false => Ok(None),
    }
}

/// Whether `known`, such as `https://*.example.org`, stands for `host`, as Content-Security-Policy reads it.
fn covers(known: &str, host: &str) -> bool {
    match known.strip_prefix("https://").map(|known| (known, known.strip_prefix("*."))) {
        Some((_, Some(domain))) => host.strip_suffix(domain).is_some_and(|under| under.ends_with('.')),
        Some((exact, None)) => exact == host,
        None => false,
    }
}
