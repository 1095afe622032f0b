//! `--lora FILE:SCALE`.

use std::{convert::Infallible, path::PathBuf, rc::Rc, str::FromStr};

use pipeline::{LoraUse, Model, PipelineError};
use weights::{DirFolder, Folder, WeightsError, lora::Lora};

use crate::error::CliError;

/// A LoRA as the command line names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoraArg {
    /// The file.
    path: PathBuf,
    /// How much of it to add.
    scale: f64,
}

impl FromStr for LoraArg {
    type Err = Infallible;

    /// Splits at the last colon, when a number follows it: paths may have colons of their own.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let split = text.rsplit_once(':').and_then(|(path, scale)| Some((path, scale.parse().ok()?)));
        let (path, scale) = split.filter(|(path, _)| !path.is_empty()).unwrap_or((text, 1.0));
        Ok(Self { path: path.into(), scale })
    }
}

/// Opens the files and holds them against the model. The notes say which modules of a file are left out.
pub(crate) async fn open(args: &[LoraArg], model: &Model) -> Result<(Vec<LoraUse>, Vec<String>), CliError> {
    let (mut loras, mut notes) = (Vec::with_capacity(args.len()), Vec::new());
    for LoraArg { path, scale } in args {
        let refuse = |reason: PipelineError| CliError::Lora { path: path.clone(), reason };
        let lora = open_file(path).await.map_err(refuse)?;
        let unused = model.unused_modules(&lora).map_err(refuse)?;
        if !unused.is_empty() {
            let count = unused.len();
            notes.push(format!(
                "{}: the model lacks {count} of its modules: {}",
                path.display(),
                unused.join(", ")
            ));
        }
        loras.push(LoraUse { lora: Rc::new(lora), scale: *scale });
    }
    Ok((loras, notes))
}

async fn open_file(path: &std::path::Path) -> Result<Lora, PipelineError> {
    let missing = || WeightsError::MissingFile { file: path.display().to_string() };
    let name = path.file_name().and_then(|name| name.to_str()).ok_or_else(missing)?;
    let folder = DirFolder::new(path.parent().unwrap_or(path));
    let source = folder.open(name).await?.ok_or_else(|| WeightsError::Unreadable {
        file: name.to_owned(),
        reason: "there is no such file".to_owned(),
    })?;
    Ok(Lora::open(name, source).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_stands_behind_the_last_colon() {
        let cases = [
            ("a.safetensors", "a.safetensors", 1.0),
            ("a.safetensors:0.7", "a.safetensors", 0.7),
            ("a.safetensors:-1", "a.safetensors", -1.0),
            (r"C:\x\a.safetensors", r"C:\x\a.safetensors", 1.0),
            (r"C:\x\a.safetensors:2", r"C:\x\a.safetensors", 2.0),
            ("odd:name", "odd:name", 1.0),
            (":0.5", ":0.5", 1.0),
        ];
        for (text, path, scale) in cases {
            assert_eq!(text.parse(), Ok(LoraArg { path: path.into(), scale }), "{text}");
        }
    }
}
