use pollster::block_on;
use storage::{Memory, MemoryBlob, MemoryStorage};
use weights::{
    DirFolder, Tensors,
    quantize::{Source, Target, quantize},
};

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
    let record = block_on(import(&storage, " My model ", files, Precision::AsItIs, &mut seen)).unwrap();
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
    let refused = block_on(import(&storage, "m", files, Precision::AsItIs, &mut Seen::default()));
    assert!(matches!(refused, Err(EngineError::Pipeline(_))), "{refused:?}");
    assert_eq!(leftovers(&storage), 0);
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let storage = MemoryStorage::over(Memory::default());
    let mut seen = Seen { cancelled: true, ..Seen::default() };
    let stopped = block_on(import(&storage, "m", chosen(), Precision::AsItIs, &mut seen));
    assert!(matches!(stopped, Err(EngineError::Cancelled)));
    assert_eq!(leftovers(&storage), 0);
}

#[test]
fn names_and_folders_are_checked_first() {
    let storage = MemoryStorage::over(Memory::default());
    let none = block_on(import(&storage, "m", Vec::new(), Precision::AsItIs, &mut Seen::default()));
    assert!(matches!(none, Err(EngineError::NotAModel)));
    for name in ["builtin", "  ", "lora:x"] {
        let refused = block_on(import(&storage, name, chosen(), Precision::AsItIs, &mut Seen::default()));
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

/// A model of the reference's, or one part of it, as one GGUF file.
fn one_file(folder: &str) -> MemoryBlob {
    let source = Source::open(Rc::new(DirFolder::new(format!("../tests/golden/{folder}"))));
    let mut file = Vec::new();
    block_on(async {
        let source = source.await.unwrap();
        quantize(&source, Target::F16, &mut file, &mut |_, _| {}).await.unwrap();
    });
    MemoryBlob::from_bytes(&file).unwrap()
}

fn named(files: &[(&str, &MemoryBlob)]) -> Vec<(String, MemoryBlob)> {
    files.iter().map(|(name, blob)| ((*name).to_owned(), (*blob).clone())).collect()
}

fn stored(
    files: &[(&str, &MemoryBlob)],
    precision: Precision,
) -> Result<(MemoryStorage, ModelRecord), EngineError> {
    let storage = MemoryStorage::over(Memory::default());
    let outcome = block_on(import(&storage, "m", named(files), precision, &mut Seen::default()));
    if outcome.is_err() {
        assert_eq!(leftovers(&storage), 0, "something was left behind");
    }
    outcome.map(|record| (storage, record))
}

fn dtype_of(storage: &MemoryStorage, record: &ModelRecord, tensor: &str) -> String {
    let folder = Rc::new(StoredFolder::new(storage.clone(), &record.folder));
    let unet: Tensors = block_on(async {
        let checkpoint = Checkpoint::open(folder).await.unwrap();
        checkpoint.tensors("unet").await.unwrap()
    });
    unet.get(tensor).unwrap().dtype.to_string()
}

const QUERY: &str = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight";

#[test]
fn files_are_known_by_what_is_in_them() {
    let (whole, unet) = (one_file("sd1"), one_file("sd1/unet"));
    stored(&[("My model.gguf", &whole)], Precision::AsItIs).unwrap();
    stored(&[("A.gguf", &whole), ("B.gguf", &unet)], Precision::AsItIs).unwrap();
    let alone = stored(&[("unet.gguf", &unet)], Precision::AsItIs).err();
    assert!(matches!(alone, Some(EngineError::OnlyAPart { part: "UNet" })), "{alone:?}");
    let twice = stored(&[("a.gguf", &whole), ("b.gguf", &whole)], Precision::AsItIs).err();
    assert!(matches!(&twice, Some(EngineError::TwoOfAKind { name }) if name == "b.gguf"), "{twice:?}");
    let lora = std::fs::read("../tests/golden/sd1-lora/a_kohya.safetensors").unwrap();
    let lora = MemoryBlob::from_bytes(&lora).unwrap();
    let lora = stored(&[("a.safetensors", &lora)], Precision::AsItIs).err().unwrap().to_string();
    assert!(lora.contains("a.safetensors") && lora.contains("LoRA"), "{lora}");
    let pickle = MemoryBlob::from_bytes(b"PK\x03\x04 and more").unwrap();
    let pickle = stored(&[("model.ckpt", &pickle)], Precision::AsItIs).err().unwrap().to_string();
    assert!(pickle.contains("pickle"), "{pickle}");
}

#[test]
fn weights_are_kept_in_as_many_bits_as_were_asked_for() {
    let whole = one_file("sd1");
    let mut bytes = Vec::new();
    for (precision, dtype) in [
        (Precision::AsItIs, "F16"),
        (Precision::Half, "F16"),
        (Precision::EightBit, "Q8_0"),
        (Precision::FourBit, "Q4_K"),
    ] {
        let (storage, record) = stored(&[("m.gguf", &whole)], precision).unwrap();
        assert_eq!(dtype_of(&storage, &record, QUERY), dtype, "{precision:?}");
        bytes.push(record.bytes);
    }
    assert!(bytes.is_sorted_by(|a, b| a >= b) && bytes[3] < bytes[1], "{bytes:?}");
    // The folder of a model can be kept in fewer bits as well.
    let storage = MemoryStorage::over(Memory::default());
    let record = block_on(import(&storage, "m", chosen(), Precision::Half, &mut Seen::default())).unwrap();
    assert_eq!(dtype_of(&storage, &record, QUERY), "F16");
}

#[test]
fn a_weight_that_is_no_number_is_found_at_import() {
    let whole = one_file("sd1");
    let mut bytes = block_on(whole.read(0, whole.len_bytes())).unwrap();
    // The file ends in the autoencoder's last tensor, of halves.
    let end = bytes.len();
    bytes[end - 32..].as_chunks_mut::<2>().0.fill([0x00, 0x7e]);
    let spoiled = MemoryBlob::from_bytes(&bytes).unwrap();
    for precision in [Precision::AsItIs, Precision::EightBit] {
        let error = stored(&[("m.gguf", &spoiled)], precision).err().unwrap().to_string();
        assert!(error.contains("not finite"), "{precision:?}: {error}");
    }
}

#[test]
fn a_cancelled_or_too_large_packing_leaves_nothing() {
    let whole = one_file("sd1");
    let storage = MemoryStorage::over(Memory::with_capacity_bytes(1_000_000));
    let files = || named(&[("m.gguf", &whole)]);
    let full = block_on(import(&storage, "m", files(), Precision::EightBit, &mut Seen::default()));
    assert!(matches!(full, Err(EngineError::Storage(storage::StorageError::Full))), "{full:?}");
    assert_eq!(leftovers(&storage), 0);
    let mut cancelled = Seen { cancelled: true, ..Seen::default() };
    let stopped = block_on(import(&storage, "m", files(), Precision::EightBit, &mut cancelled));
    assert!(matches!(stopped, Err(EngineError::Cancelled)), "{stopped:?}");
    assert_eq!(leftovers(&storage), 0);
}
