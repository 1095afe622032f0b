//! Importing a model: a diffusers folder from a person's disk, stored, opened on trial, and only then listed.

use std::rc::Rc;

use pipeline::Model;
use storage::{Backend, BlobHandle, Import, ModelRecord, Storage};

use crate::{builtin, clock::now_millis, error::EngineError, folder::StoredFolder};

/// The parts of a checkpoint that the engine reads.
const PARTS: [&str; 6] = ["scheduler", "text_encoder", "tokenizer", "unet", "vae", "taesd"];
/// Kinds of files that it reads.
const KINDS: [&str; 3] = [".json", ".safetensors", ".txt"];

/// Whether a file of a diffusers folder is stored: other parts (a safety checker) and other formats of the same
/// weights would only take room.
pub fn is_wanted(path: &str) -> bool {
    let known_kind = KINDS.iter().any(|kind| path.ends_with(kind));
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["model_index.json"] => true,
        [part, name] => known_kind && PARTS.contains(part) && !name.is_empty(),
        _ => false,
    }
}

/// Watches an import.
pub trait Watch {
    /// So many of so many bytes are stored.
    fn progress(&mut self, done_bytes: u64, total_bytes: u64);

    /// Whether to stop.
    fn is_cancelled(&self) -> bool;
}

/// Stores a model under its name. The files must open as a model, or nothing is kept.
///
/// # Errors
/// [`EngineError::BadName`], [`EngineError::NotAModel`], [`EngineError::Cancelled`], [`EngineError::Storage`], and
/// [`EngineError::Pipeline`] with what is wrong with the model.
pub async fn import<B: Backend>(
    storage: &Storage<B>,
    name: &str,
    files: Vec<(String, B::Blob)>,
    watch: &mut dyn Watch,
) -> Result<ModelRecord, EngineError> {
    let name = name.trim();
    if name.is_empty() || name == builtin::ID || storage::is_lora(name) {
        return Err(EngineError::BadName { name: name.to_owned() });
    }
    let files: Vec<_> = files.into_iter().filter(|(path, _)| is_wanted(path)).collect();
    if !files.iter().any(|(path, _)| path == "model_index.json") {
        return Err(EngineError::NotAModel);
    }
    let mut import = storage.import_model(name, now_millis()).await?;
    let tried = match fill(&mut import, &files, watch).await {
        Ok(()) => try_out(storage, import.folder()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = tried {
        import.discard().await?;
        return Err(error);
    }
    Ok(import.publish(name).await?)
}

async fn fill<B: Backend>(
    import: &mut Import<B>,
    files: &[(String, B::Blob)],
    watch: &mut dyn Watch,
) -> Result<(), EngineError> {
    let total: u64 = files.iter().map(|(_, blob)| blob.len_bytes()).sum();
    let mut done = 0;
    for (path, blob) in files {
        let mut stored = |bytes| {
            done += bytes;
            watch.progress(done, total);
        };
        import.add(path, blob, now_millis(), &mut stored).await?;
        if watch.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
    }
    Ok(())
}

/// Reads every configuration and the header of every weight file.
async fn try_out<B: Backend>(storage: &Storage<B>, folder: &str) -> Result<(), EngineError> {
    Model::open(Rc::new(StoredFolder::new(storage.clone(), folder))).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use pollster::block_on;
    use storage::{Memory, MemoryBlob, MemoryStorage};

    use super::*;
    use crate::builtin::FileList;

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

    /// The built-in model's folder, as if a person had chosen it.
    fn chosen() -> Vec<(String, MemoryBlob)> {
        let read = |path: &str| {
            let bytes = std::fs::read(format!("../public/models/builtin/{path}")).unwrap();
            MemoryBlob::from_bytes(&bytes).unwrap()
        };
        let list = FileList::of_this_build().unwrap();
        list.files.iter().map(|file| (file.path.clone(), read(&file.path))).collect()
    }

    fn leftovers(storage: &MemoryStorage) -> usize {
        block_on(storage.models()).unwrap().len() + block_on(storage.sweep_imports(f64::MAX)).unwrap()
    }

    #[test]
    fn a_model_is_stored_whole() {
        let storage = MemoryStorage::over(Memory::default());
        let mut seen = Seen::default();
        let mut files = chosen();
        files.push(("safety_checker/model.safetensors".to_owned(), MemoryBlob::from_bytes(b"x").unwrap()));
        let record = block_on(import(&storage, " My model ", files, &mut seen)).unwrap();
        assert_eq!((record.id.as_str(), record.name.as_str()), ("My model", "My model"));
        assert_eq!(record.hash, FileList::of_this_build().unwrap().hash());
        assert_eq!(seen.told.last(), Some(&(record.bytes, record.bytes)));
    }

    #[test]
    fn a_folder_that_does_not_open_leaves_nothing() {
        let storage = MemoryStorage::over(Memory::default());
        let mut files = chosen();
        for (path, blob) in &mut files {
            if path.starts_with("unet/") && path.ends_with(".safetensors") {
                let half = block_on(blob.read(0, blob.len_bytes() / 2)).unwrap();
                *blob = MemoryBlob::from_bytes(&half).unwrap();
            }
        }
        let refused = block_on(import(&storage, "m", files, &mut Seen::default()));
        assert!(matches!(refused, Err(EngineError::Pipeline(_))), "{refused:?}");
        assert_eq!(leftovers(&storage), 0);
    }

    #[test]
    fn a_cancelled_import_leaves_nothing() {
        let storage = MemoryStorage::over(Memory::default());
        let mut seen = Seen { cancelled: true, ..Seen::default() };
        let stopped = block_on(import(&storage, "m", chosen(), &mut seen));
        assert!(matches!(stopped, Err(EngineError::Cancelled)));
        assert_eq!(leftovers(&storage), 0);
    }

    #[test]
    fn names_and_folders_are_checked_first() {
        let storage = MemoryStorage::over(Memory::default());
        let none = block_on(import(&storage, "m", Vec::new(), &mut Seen::default()));
        assert!(matches!(none, Err(EngineError::NotAModel)));
        for name in ["builtin", "  ", "lora:x"] {
            let refused = block_on(import(&storage, name, chosen(), &mut Seen::default()));
            assert!(matches!(refused, Err(EngineError::BadName { .. })), "{name:?}");
        }
    }

    #[test]
    fn only_what_is_read_is_wanted() {
        for path in ["model_index.json", "unet/config.json", "vae/diffusion_pytorch_model.safetensors"] {
            assert!(is_wanted(path), "{path}");
        }
        for path in
            ["readme.md", "unet/model.bin", "safety_checker/config.json", "unet/../x.json", "/unet/a.json"]
        {
            assert!(!is_wanted(path), "{path}");
        }
    }
}
