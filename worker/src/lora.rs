//! LoRA files in the database: stored from a person's disk, read on trial, and only then listed.

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
        Ok(_) => open_folder(storage, import.folder()).await.map(drop),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = tried {
        import.discard().await?;
        return Err(error);
    }
    Ok(import.publish(name).await?)
}

/// Opens a stored LoRA.
///
/// # Errors
/// [`EngineError::NoSuchLora`] when it was deleted, [`EngineError::Storage`] and [`EngineError::Lora`].
pub async fn open<B: Backend>(storage: &Storage<B>, id: &str) -> Result<Lora, EngineError> {
    let missing = || EngineError::NoSuchLora { id: id.to_owned() };
    let stored = storage.loras().await?.into_iter().find(|record| record.id == id).ok_or_else(missing)?;
    open_folder(storage, &stored.folder).await
}

async fn open_folder<B: Backend>(storage: &Storage<B>, folder: &str) -> Result<Lora, EngineError> {
    let folder = StoredFolder::new(storage.clone(), folder);
    let source = folder.open(FILE).await.map_err(LoraError::from)?;
    let missing = || LoraError::from(WeightsError::MissingFile { file: FILE.to_owned() });
    Ok(Lora::open(FILE, source.ok_or_else(missing)?).await?)
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
        assert_eq!(block_on(open(&storage, &record.id)).unwrap().entries().len(), 210);
        block_on(storage.delete_model(&record.id)).unwrap();
        let gone = block_on(open(&storage, &record.id));
        assert!(matches!(gone, Err(EngineError::NoSuchLora { .. })), "{gone:?}");
    }

    #[test]
    fn what_is_no_lora_leaves_nothing() {
        let storage = MemoryStorage::over(Memory::default());
        for damaged in ["no_up", "rank_mismatch", "rank_zero", "nothing_known"] {
            let blob = file(&format!("malformed/{damaged}"));
            let refused = block_on(import(&storage, "x", &blob, &mut Seen::default()));
            assert!(matches!(refused, Err(EngineError::Lora(_))), "{damaged}: {refused:?}");
        }
        let mut cancelled = Seen { cancelled: true, ..Seen::default() };
        let stopped = block_on(import(&storage, "x", &file("a_kohya"), &mut cancelled));
        assert!(matches!(stopped, Err(EngineError::Cancelled)));
        let unnamed = block_on(import(&storage, " ", &file("a_kohya"), &mut Seen::default()));
        assert!(matches!(unnamed, Err(EngineError::BadName { .. })));
        assert_eq!(block_on(storage.loras()).unwrap(), []);
        assert_eq!(block_on(storage.sweep_imports(f64::MAX)).unwrap(), 0, "something was left behind");
    }
}
