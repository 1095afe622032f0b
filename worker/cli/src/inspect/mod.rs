//! `palimpsest inspect`.

mod files;
mod report;

use std::{io::Write, path::Path, rc::Rc};

use pipeline::Model;
use serde_json::json;
use sha2::{Digest, Sha256};
use weights::{ByteSource, DirFolder, Survey, Tensors, WeightsError};

use crate::{args::InspectArgs, error::CliError, model};
use report::{Numbers, Report};

/// Bytes that are hashed at a time.
const PIECE_BYTES: u64 = 4 << 20;

/// Reads every byte of a file, or of every weight file of a folder, and says what is there.
pub(crate) async fn run(args: &InspectArgs) -> Result<(), CliError> {
    let text = match args.path.is_dir() {
        true => folder(&args.path, args.json).await?,
        false => {
            let report = file(&args.path, &model::name_of(&args.path)).await?;
            if args.json { report.json().to_string() } else { report.text() }
        }
    };
    // Nothing is left to do when standard output is closed.
    writeln!(std::io::stdout(), "{text}").ok();
    Ok(())
}

async fn folder(path: &Path, as_json: bool) -> Result<String, CliError> {
    let (found, strays) = files::of_model(path).await?;
    let mut reports = Vec::new();
    for file_path in found {
        reports.push(file(&file_path, &files::below(path, &file_path)).await?);
    }
    if reports.is_empty() {
        return Err(CliError::NoWeights { path: path.to_owned() });
    }
    let opened = Model::open(Rc::new(DirFolder::new(path))).await;
    let fault = opened.err().map(|error| error.to_string());
    if as_json {
        let files: Vec<_> = reports.iter().map(Report::json).collect();
        let folder = json!({ "kind": "folder", "fault": fault, "files": files, "other_files": strays });
        return Ok(folder.to_string());
    }
    let verdict = fault.map_or("a folder that opens".to_owned(), |fault| format!("not a model: {fault}"));
    let mut texts: Vec<_> = reports.iter().map(Report::text).collect();
    texts.extend(report::list("weight files that are no part of the model", &strays));
    Ok(format!("{}: {verdict}\n\n{}", path.display(), texts.join("\n\n")))
}

/// `name` is what messages call the file.
async fn file(path: &Path, name: &str) -> Result<Report, CliError> {
    let source = model::open(path).await?;
    let tensors = Tensors::open_named(name, source.clone()).await?;
    Ok(Report {
        path: path.to_owned(),
        is_gguf: source.read(0..source.len_bytes().min(4)).await? == b"GGUF",
        bytes: source.len_bytes(),
        sha256: hash(source.as_ref()).await?,
        numbers: numbers(&tensors).await?,
        survey: Survey::of(&tensors),
    })
}

async fn hash(source: &dyn ByteSource) -> Result<String, WeightsError> {
    let mut hasher = Sha256::new();
    let mut at = 0;
    while at < source.len_bytes() {
        let end = source.len_bytes().min(at.saturating_add(PIECE_BYTES));
        hasher.update(source.read(at..end).await?);
        at = end;
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Counts what every tensor holds. Only one is in memory at a time.
async fn numbers(tensors: &Tensors) -> Result<Numbers, WeightsError> {
    let mut numbers = Numbers::default();
    for name in tensors.names() {
        let Some(info) = tensors.get(name) else { continue };
        let size = info.shape.iter().fold(1_u64, |size, &axis| size.saturating_mul(axis as u64));
        let of_type = numbers.types.entry(info.dtype.to_string()).or_default();
        of_type.0 += 1;
        of_type.1 += info.range.end - info.range.start;
        numbers.parameters = numbers.parameters.saturating_add(size);
        // What cannot be read is no weight, such as int8 that lost its scales.
        if tensors.read(name).await.is_ok_and(|raw| raw.not_finite().is_some()) {
            numbers.not_finite.push(name.to_owned());
        }
    }
    Ok(numbers)
}
