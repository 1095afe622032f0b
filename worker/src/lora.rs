//! LoRA files in the database: stored from a person's disk, read on trial, and only then listed.

use std::{collections::BTreeMap, rc::Rc};

use pipeline::{LoraUse, Model};
use protocol::{LoraChoice, LoraId, LoraInfo};
use storage::{Backend, BlobHandle, ModelRecord, Storage};
use weights::{
    Folder, WeightsError,
    lora::{Lora, LoraError},
};

use crate::{clock::now_millis, error::EngineError, folder::StoredFolder, import::Watch};

/// The one file of a stored LoRA's folder.
const FILE: &str = "lora.safetensors";

/// Stores a LoRA file under its name, in place of one of the same name. The file must be a LoRA for models of a kind
/// that the engine runs, or nothing is kept.
///
/// # Errors
/// [`EngineError::BadName`], [`EngineError::Cancelled`], [`EngineError::Storage`], and [`EngineError::Lora`] with what
/// is wrong with the file.
pub async fn import<B: Backend>(
    storage: &Storage<B>,
    name: &str,
    file: &B::Blob,
    watch: &mut dyn Watch,
) -> Result<ModelRecord, EngineError> {
    let name = name.trim();
    if name.is_empty() {
        return Err(EngineError::BadName { name: name.to_owned() });
    }
    let mut import = storage.import_model(&storage::lora_id(name), now_millis()).await?;
    let total = file.len_bytes();
    let mut done = 0;
    let mut progress = |bytes| {
        done += bytes;
        watch.progress(done, total);
    };
    let tried = match import.add(FILE, file, now_millis(), &mut progress).await {
        Ok(_) if watch.is_cancelled() => Err(EngineError::Cancelled),
        Ok(_) => open_folder(storage, import.folder(), name).await.map(drop),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = tried {
        import.discard().await?;
        return Err(error);
    }
    Ok(import.publish(name).await?)
}

/// The stored LoRAs, by key.
///
/// # Errors
/// As [`Storage::loras`].
pub async fn list<B: Backend>(storage: &Storage<B>) -> Result<Vec<LoraInfo>, EngineError> {
    let told = |record: ModelRecord| LoraInfo {
        id: LoraId(record.id),
        name: record.name,
        hash: record.hash,
        bytes: record.bytes,
    };
    Ok(storage.loras().await?.into_iter().map(told).collect())
}

/// The LoRAs of earlier jobs, open: what the pipeline has loaded of a LoRA serves only the same one again.
#[derive(Debug, Default)]
pub struct OpenLoras(BTreeMap<String, Opened>);

#[derive(Debug)]
struct Opened {
    /// Another one for every import, so that a file stored anew under one name is opened anew.
    folder: String,
    name: String,
    lora: Rc<Lora>,
}

impl OpenLoras {
    /// The chosen LoRAs, opened unless they are already. Those that are stored no longer are let go.
    ///
    /// # Errors
    /// [`EngineError::NoSuchLora`] when one was deleted, [`EngineError::Storage`] and [`EngineError::Lora`].
    pub async fn open<B: Backend>(
        &mut self,
        storage: &Storage<B>,
        chosen: &[LoraChoice],
    ) -> Result<Vec<LoraUse>, EngineError> {
        if chosen.is_empty() && self.0.is_empty() {
            return Ok(Vec::new());
        }
        let stored = storage.loras().await?;
        self.0
            .retain(|id, open| stored.iter().any(|record| record.id == *id && record.folder == open.folder));
        let mut used = Vec::with_capacity(chosen.len());
        for LoraChoice { id, scale } in chosen {
            let missing = || EngineError::NoSuchLora { id: id.0.clone() };
            let record = stored.iter().find(|record| record.id == id.0).ok_or_else(missing)?;
            let lora = match self.0.get(&id.0) {
                Some(open) => Rc::clone(&open.lora),
                None => self.keep(record, open_folder(storage, &record.folder, &record.name).await?),
            };
            used.push(LoraUse { lora, scale: *scale });
        }
        Ok(used)
    }

    fn keep(&mut self, record: &ModelRecord, lora: Lora) -> Rc<Lora> {
        let lora = Rc::new(lora);
        let (folder, name) = (record.folder.clone(), record.name.clone());
        self.0.insert(record.id.clone(), Opened { folder, name, lora: Rc::clone(&lora) });
        lora
    }

    /// Lets go of a LoRA that is deleted.
    pub fn forget(&mut self, id: &LoraId) {
        self.0.remove(&id.0);
    }

    /// A sentence about each chosen LoRA of which the model lacks modules.
    ///
    /// # Errors
    /// As [`Model::unused_modules`].
    pub fn notes(&self, chosen: &[LoraChoice], model: &Model) -> Result<Vec<String>, EngineError> {
        let mut notes = Vec::new();
        for open in chosen.iter().filter_map(|choice| self.0.get(&choice.id.0)) {
            let unused = model.unused_modules(&open.lora)?;
            if !unused.is_empty() {
                log::warn!("the model lacks these modules of {}: {}", open.name, unused.join(", "));
                notes.push(left_out(&open.name, unused.len()));
            }
        }
        Ok(notes)
    }
}

fn left_out(name: &str, unused: usize) -> String {
    let modules = if unused == 1 { "module" } else { "modules" };
    format!("This model lacks {unused} {modules} of the LoRA “{name}”; the rest of it was used.")
}

/// `name` is what errors call the file: the person's own name for it.
async fn open_folder<B: Backend>(
    storage: &Storage<B>,
    folder: &str,
    name: &str,
) -> Result<Lora, EngineError> {
    let folder = StoredFolder::new(storage.clone(), folder);
    let source = folder.open(FILE).await.map_err(LoraError::from)?;
    let missing = || LoraError::from(WeightsError::MissingFile { file: name.to_owned() });
    Ok(Lora::open(name, source.ok_or_else(missing)?).await?)
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use storage::{Memory, MemoryBlob, MemoryStorage};

    use super::*;

    #[derive(Default)]
    struct Seen {
        told: Vec<(u64, u64)>,
        cancelled: bool,
    }

    impl Watch for Seen {
        fn progress(&mut self, done_bytes: u64, total_bytes: u64) {
            self.told.push((done_bytes, total_bytes));
        }

        fn is_cancelled(&self) -> bool {
            self.cancelled
        }
    }

    fn file(path: &str) -> MemoryBlob {
        let bytes = std::fs::read(format!("../tests/golden/sd1-lora/{path}.safetensors")).unwrap();
        MemoryBlob::from_bytes(&bytes).unwrap()
    }

    #[test]
    fn a_lora_is_stored_beside_the_models() {
        let storage = MemoryStorage::over(Memory::default());
        let mut seen = Seen::default();
        let record = block_on(import(&storage, " Brush ", &file("a_kohya"), &mut seen)).unwrap();
        assert_eq!((record.id.as_str(), record.name.as_str()), ("lora:Brush", "Brush"));
        assert_eq!(seen.told.last(), Some(&(record.bytes, record.bytes)));
        assert_eq!(block_on(storage.models()).unwrap(), [], "a LoRA is no model");
        assert_eq!(block_on(storage.loras()).unwrap(), std::slice::from_ref(&record));
        let told = block_on(list(&storage)).unwrap();
        let bytes = record.bytes;
        let id = LoraId(record.id);
        assert_eq!(told, [LoraInfo { id, name: "Brush".to_owned(), hash: record.hash, bytes }]);
    }

    #[test]
    fn an_open_lora_is_the_same_until_its_file_is_another() {
        let storage = MemoryStorage::over(Memory::default());
        let store = || block_on(import(&storage, "Brush", &file("a_kohya"), &mut Seen::default())).unwrap();
        let record = store();
        let chosen = [LoraChoice { id: LoraId(record.id.clone()), scale: 0.5 }];
        let mut open = OpenLoras::default();
        let mut used = || block_on(open.open(&storage, &chosen)).map(|mut used| used.remove(0));
        let first = used().unwrap();
        assert_eq!((first.lora.entries().len(), first.scale), (210, 0.5));
        assert!(Rc::ptr_eq(&first.lora, &used().unwrap().lora), "it was opened twice");
        store();
        assert!(!Rc::ptr_eq(&first.lora, &used().unwrap().lora), "its file is gone");
        block_on(storage.delete_model(&record.id)).unwrap();
        let gone = used();
        assert!(matches!(gone, Err(EngineError::NoSuchLora { .. })), "{gone:?}");
        assert!(open.0.is_empty(), "a deleted LoRA is kept");
        assert!(block_on(open.open(&storage, &[])).unwrap().is_empty());
    }

    #[test]
    fn what_is_left_out_is_told_in_a_sentence() {
        let one = "This model lacks 1 module of the LoRA “Brush”; the rest of it was used.";
        assert_eq!(left_out("Brush", 1), one);
        assert!(left_out("Brush", 72).contains("lacks 72 modules of"));
    }

    #[test]
    fn what_is_no_lora_leaves_nothing() {
        let storage = MemoryStorage::over(Memory::default());
        for damaged in ["no_up", "rank_mismatch", "rank_zero", "nothing_known"] {
            let blob = file(&format!("malformed/{damaged}"));
            let refused = block_on(import(&storage, "x", &blob, &mut Seen::default()));
            assert!(matches!(refused, Err(EngineError::Lora(_))), "{damaged}: {refused:?}");
        }
        let text = MemoryBlob::from_bytes(b"Just some words, no tensors.").unwrap();
        let refused =
            block_on(import(&storage, "Notes", &text, &mut Seen::default())).unwrap_err().to_string();
        assert!(refused.contains("Notes") && !refused.contains(FILE), "{refused}");
        let mut cancelled = Seen { cancelled: true, ..Seen::default() };
        let stopped = block_on(import(&storage, "x", &file("a_kohya"), &mut cancelled));
        assert!(matches!(stopped, Err(EngineError::Cancelled)));
        let unnamed = block_on(import(&storage, " ", &file("a_kohya"), &mut Seen::default()));
        assert!(matches!(unnamed, Err(EngineError::BadName { .. })));
        assert_eq!(block_on(storage.loras()).unwrap(), []);
        assert_eq!(block_on(storage.sweep_imports(f64::MAX)).unwrap(), 0, "something was left behind");
    }
}
