//! Checkpoints cut into several files, listed by a `*.safetensors.index.json`.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use serde::Deserialize;

use crate::{ByteSource, Folder, WeightsError, read_json};

/// The files of a sharded checkpoint, open, and the tensors that they should hold.
pub(crate) struct Shards {
    pub(crate) files: Vec<(String, Rc<dyn ByteSource>)>,
    pub(crate) names: Vec<String>,
}

#[derive(Deserialize)]
struct Index {
    /// Tensor name to file name, beside the index.
    weight_map: BTreeMap<String, String>,
}

/// Where an index may lie: plain, and of the `fp16` variant as diffusers and as older tools name it.
pub(crate) fn index_paths(stem: &str) -> [String; 3] {
    ["safetensors.index.json", "safetensors.index.fp16.json", "fp16.safetensors.index.json"]
        .map(|ending| format!("{stem}.{ending}"))
}

/// Opens every file that the index at `path` lists; `None` when there is no index.
pub(crate) async fn open(folder: &dyn Folder, path: &str) -> Result<Option<Shards>, WeightsError> {
    let Some(index) = read_json::<Index>(folder, path).await? else { return Ok(None) };
    let beside = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let mut files = Vec::new();
    for name in index.weight_map.values().collect::<BTreeSet<_>>() {
        if name.contains(['/', '\\']) {
            return Err(WeightsError::PathOutsideFolder { path: name.clone() });
        }
        let file = if beside.is_empty() { name.clone() } else { format!("{beside}/{name}") };
        let source =
            folder.open(&file).await?.ok_or_else(|| WeightsError::MissingFile { file: file.clone() })?;
        files.push((file, source));
    }
    Ok(Some(Shards { files, names: index.weight_map.into_keys().collect() }))
}
