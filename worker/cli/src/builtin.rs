//! Where the built-in model is.

use std::path::{Path, PathBuf};

use crate::error::CliError;

/// The built-in model's folder: `models/builtin` beside the program, else `public/models/builtin` of the repository
/// that the program was built from.
pub(crate) fn folder() -> Result<PathBuf, CliError> {
    let beside =
        std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join("models/builtin")));
    let in_repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models/builtin");
    let places = beside.into_iter().chain([in_repository]);
    places.into_iter().find(|place| place.join("model_index.json").is_file()).ok_or(CliError::NoBuiltin)
}
