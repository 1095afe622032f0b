//! The golden checkpoints as folders.

use std::{collections::HashMap, path::Path, rc::Rc};

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use weights::{ByteSource, DirFolder, Folder, LocalBoxFuture, MemoryFolder, WeightsError};

use super::golden_root;

/// Opens the checkpoint of a family, `sd1`, `sd2` or `sd1-inpaint`.
pub(crate) fn checkpoint(family: &str) -> Rc<dyn Folder> {
    let root = golden_root().join(family);
    let mut rebuilt = MemoryFolder::default();
    let thinned = root.join("text_encoder/model_few_tokens.safetensors");
    if thinned.exists() {
        rebuilt.insert("text_encoder/model.safetensors", full_text_encoder(&thinned));
    }
    Rc::new(Overlay { rebuilt, files: DirFolder::new(root) })
}

/// As [`checkpoint`], with files of these paths in place of its own.
pub(crate) fn checkpoint_with(family: &str, files: Vec<(&str, Vec<u8>)>) -> Rc<dyn Folder> {
    let mut rebuilt = MemoryFolder::default();
    for (path, bytes) in files {
        rebuilt.insert(path, bytes);
    }
    Rc::new(Overlay { rebuilt, files: DirFolder::new(golden_root().join(family)) })
}

/// A weight file of a family, with these F32 tensors added or in place of its own.
pub(crate) fn weights_with(family: &str, path: &str, tensors: &[(&str, &[usize], Vec<f32>)]) -> Vec<u8> {
    let bytes = std::fs::read(golden_root().join(family).join(path)).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let added: Vec<(&str, &[usize], Vec<u8>)> = tensors
        .iter()
        .map(|(name, shape, values)| (*name, *shape, values.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let mut all: HashMap<String, TensorView<'_>> = file.tensors().into_iter().collect();
    for (name, shape, bytes) in &added {
        all.insert((*name).to_owned(), TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap());
    }
    safetensors::serialize(all, None).unwrap()
}

/// A JSON file of a family, with these entries added or in place of its own.
pub(crate) fn json_with(family: &str, path: &str, entries: &[(&str, serde_json::Value)]) -> Vec<u8> {
    let bytes = std::fs::read(golden_root().join(family).join(path)).unwrap();
    let mut json: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&bytes).unwrap();
    json.extend(entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    serde_json::to_vec(&json).unwrap()
}

/// Files on the disk, and files in memory that come first.
struct Overlay {
    rebuilt: MemoryFolder,
    files: DirFolder,
}

impl Folder for Overlay {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        let path = path.to_owned();
        Box::pin(async move {
            match self.rebuilt.open(&path).await? {
                Some(source) => Ok(Some(source)),
                None => self.files.open(&path).await,
            }
        })
    }
}

/// Rebuilds a text encoder whose token table holds only the rows that the tests look up. All other rows are
/// 1000, so large that a wrong token cannot go unnoticed.
fn full_text_encoder(path: &Path) -> Vec<u8> {
    const VOCABULARY: usize = 49408;
    const THOUSAND_F16: [u8; 2] = 0x63d0_u16.to_le_bytes();
    let bytes = std::fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let rows = file.tensor("token_rows").unwrap();
    let ids = file.tensor("token_ids").unwrap();
    let width = rows.shape()[1];
    let mut table = THOUSAND_F16.repeat(VOCABULARY * width);
    let row_bytes = width * THOUSAND_F16.len();
    for (id, row) in ids.data().as_chunks().0.iter().zip(rows.data().chunks_exact(row_bytes)) {
        let start = i64::from_le_bytes(*id) as usize * row_bytes;
        table[start..start + row_bytes].copy_from_slice(row);
    }
    let mut tensors: HashMap<String, TensorView<'_>> =
        file.tensors().into_iter().filter(|(name, _)| !name.starts_with("token_")).collect();
    let table = TensorView::new(Dtype::F16, vec![VOCABULARY, width], &table).unwrap();
    const TABLE: &str = "embeddings.token_embedding.weight";
    let is_published = tensors.keys().any(|name| name.starts_with("text_model."));
    let name = if is_published { format!("text_model.{TABLE}") } else { TABLE.to_owned() };
    tensors.insert(name, table);
    safetensors::serialize(tensors, None).unwrap()
}
