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
