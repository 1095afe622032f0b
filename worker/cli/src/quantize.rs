//! `palimpsest quantize`, and `palimpsest generate --quantize`.

use std::{
    fs,
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    rc::Rc,
};

use weights::{
    FileSink, Folder, OverlayFolder,
    quantize::{Source, Summary, Target, quantize},
};

use crate::{args::QuantizeArgs, error::CliError, model};

/// Writes a smaller copy of a model. The file appears under its name only when it is whole.
pub(crate) async fn run(args: &QuantizeArgs) -> Result<(), CliError> {
    check_output(&args.out)?;
    let source =
        Source::open(model::folder(&args.model, args.unet.as_deref(), args.vae.as_deref()).await?).await?;
    let unfinished = Unfinished::beside(&args.out)?;
    let mut sink = FileSink::create_new(&unfinished.path)?;
    let watched = std::io::stderr().is_terminal();
    let mut progress = |done: usize, tensors: usize| {
        if watched {
            eprint!("\rtensor {} of {tensors}", done + 1);
        }
    };
    let outcome = quantize(&source, args.target, &mut sink, &mut progress).await;
    if watched {
        eprintln!();
    }
    let summary = outcome?;
    sink.finish()?;
    unfinished.keep_as(&args.out)?;
    say(&args.out, &summary);
    Ok(())
}

/// Found out before the work and not after it.
fn check_output(out: &Path) -> Result<(), CliError> {
    if out.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("gguf")) {
        return Err(CliError::NotGguf { path: out.to_owned() });
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let reason = match folder {
        Some(folder) if !folder.is_dir() => "there is no such folder",
        _ if out.is_dir() => "it is a folder",
        _ => return Ok(()),
    };
    Err(CliError::Unwritable { path: out.to_owned(), reason: reason.to_owned() })
}

/// One line on standard output, whose reader may have gone away.
fn say(out: &Path, summary: &Summary) {
    let types = summary.tensors_by_type.iter().map(|(dtype, count)| format!("{count} {dtype}"));
    let left_out = match summary.left_out.len() {
        0 => String::new(),
        count => format!(", {count} left out that are no weights"),
    };
    let line = format!(
        "{}: {} bytes from {}; tensors: {}{left_out}",
        out.display(),
        summary.bytes_after,
        summary.bytes_before,
        types.collect::<Vec<_>>().join(", "),
    );
    writeln!(std::io::stdout(), "{line}").ok();
}

/// Makes a smaller copy of a model for one run, in a file that goes away with what is returned.
pub(crate) async fn for_one_run(
    folder: Rc<dyn Folder>,
    target: Target,
) -> Result<(Rc<dyn Folder>, Unfinished), CliError> {
    let unfinished = Unfinished::beside(&std::env::temp_dir().join("palimpsest.gguf"))?;
    let mut sink = FileSink::create_new(&unfinished.path)?;
    let summary = quantize(&Source::open(folder).await?, target, &mut sink, &mut |_, _| {}).await?;
    sink.finish()?;
    writeln!(std::io::stdout(), "weights: {} bytes from {}", summary.bytes_after, summary.bytes_before).ok();
    let mut packed = OverlayFolder::new(None);
    packed.insert("checkpoint.gguf", model::open(&unfinished.path).await?);
    Ok((Rc::new(packed), unfinished))
}

/// A file under a passing name, which goes away unless it is kept.
pub(crate) struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    /// In the folder of `out`, since a file cannot be renamed from one disk to another.
    fn beside(out: &Path) -> Result<Self, CliError> {
        let name = out.file_name().ok_or_else(|| CliError::NotGguf { path: out.to_owned() })?;
        let passing = format!(".{}.{}.part", name.to_string_lossy(), std::process::id());
        let unfinished = Self { path: out.with_file_name(passing) };
        // What a killed run with the same number left behind.
        fs::remove_file(&unfinished.path).ok();
        Ok(unfinished)
    }

    fn keep_as(&self, out: &Path) -> Result<(), CliError> {
        fs::rename(&self.path, out)
            .map_err(|error| CliError::Unwritable { path: out.to_owned(), reason: error.to_string() })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `keep_as` there is none.
        fs::remove_file(&self.path).ok();
    }
}
