use std::collections::BTreeMap;

use pollster::block_on;
use storage::{Memory, MemoryBlob, MemoryStorage};
use weights::{Folder, read_bytes};

use super::*;

/// A server with some files; anything else is a network failure.
struct Server(BTreeMap<&'static str, &'static [u8]>);

impl Download for Server {
    type Blob = MemoryBlob;

    async fn download(&self, path: &str, progress: &mut dyn FnMut(u64)) -> Result<MemoryBlob, EngineError> {
        let bytes = self.0.get(path).ok_or_else(|| EngineError::Network { reason: "offline".to_owned() })?;
        progress(bytes.len() as u64);
        Ok(MemoryBlob::from_bytes(bytes)?)
    }
}

fn list(files: &[(&str, &[u8])]) -> FileList {
    let listed = |(path, bytes): &(&str, &[u8])| ListedFile {
        path: (*path).to_owned(),
        bytes: bytes.len() as u64,
        sha256: hexadecimal(&Sha256::digest(bytes)),
    };
    FileList { files: files.iter().map(listed).collect(), manifest: None }
}

const FIRST: [(&str, &[u8]); 2] = [("model_index.json", b"{}"), ("unet/weights", b"0123456789")];
const SECOND: [(&str, &[u8]); 2] = [("model_index.json", b"{}"), ("unet/weights", b"abc")];

#[test]
fn it_is_stored_with_the_listed_hash() {
    let storage = MemoryStorage::over(Memory::default());
    let mut told = Vec::new();
    let server = Server(FIRST.into());
    let model = block_on(install(&storage, &list(&FIRST), &server, &mut |done| told.push(done))).unwrap();
    assert_eq!(model.hash, list(&FIRST).hash());
    assert_ne!(model.hash, list(&SECOND).hash());
    assert_eq!(told, [2, 12]);
    assert_eq!(list(&FIRST).total_bytes(), 12);
}

#[test]
fn a_failed_download_leaves_the_older_version_and_nothing_else() {
    let storage = MemoryStorage::over(Memory::default());
    let server = Server(FIRST.into());
    let first = block_on(install(&storage, &list(&FIRST), &server, &mut |_| {})).unwrap();
    let half = Server(BTreeMap::from([("model_index.json", b"{}" as &[u8])]));
    let failed = block_on(install(&storage, &list(&SECOND), &half, &mut |_| {}));
    assert!(matches!(failed, Err(EngineError::Network { .. })));
    assert_eq!(block_on(storage.models()).unwrap(), [first]);
    assert_eq!(block_on(storage.sweep_imports(f64::MAX)).unwrap(), 0, "something was left behind");
}

/// A server that lets another tab finish first.
struct Slow<'a>(&'a MemoryStorage, Server);

impl Download for Slow<'_> {
    type Blob = MemoryBlob;

    async fn download(&self, path: &str, progress: &mut dyn FnMut(u64)) -> Result<MemoryBlob, EngineError> {
        if path == "unet/weights" {
            install(self.0, &list(&FIRST), &self.1, &mut |_| {}).await?;
        }
        self.1.download(path, progress).await
    }
}

#[test]
fn a_faster_tab_keeps_its_folder() {
    let storage = MemoryStorage::over(Memory::default());
    let slow = Slow(&storage, Server(FIRST.into()));
    let model = block_on(install(&storage, &list(&FIRST), &slow, &mut |_| {})).unwrap();
    assert_eq!(block_on(storage.models()).unwrap(), std::slice::from_ref(&model));
    assert!(block_on(storage.model_file(&model.folder, "unet/weights")).unwrap().is_some());
}

#[test]
fn a_file_that_is_not_the_listed_one_is_refused() {
    let storage = MemoryStorage::over(Memory::default());
    let server = Server(SECOND.into());
    let refused = block_on(install(&storage, &list(&FIRST), &server, &mut |_| {}));
    assert!(matches!(refused, Err(EngineError::WrongHash { file }) if file == "unet/weights"));
    assert_eq!(block_on(storage.models()).unwrap(), []);
    let refused = block_on(hold(&list(&FIRST), &server, &mut |_| {}));
    assert!(matches!(refused, Err(EngineError::WrongHash { .. })));
}

#[test]
fn without_a_database_it_is_held_in_memory() {
    let folder = block_on(hold(&list(&FIRST), &Server(FIRST.into()), &mut |_| {})).unwrap();
    let bytes = block_on(read_bytes(&folder as &dyn Folder, "unet/weights")).unwrap();
    assert_eq!(bytes.as_deref(), Some(b"0123456789" as &[u8]));
}

#[test]
fn the_build_lists_its_model() {
    let list = FileList::of_this_build().unwrap();
    let unet =
        list.files.iter().find(|file| file.path == "unet/diffusion_pytorch_model.safetensors").unwrap();
    assert_eq!(unet.sha256.len(), 64);
    assert!(list.files.iter().any(|file| file.path == "model_index.json"));
    assert!(list.total_bytes() > unet.bytes);
}

#[test]
fn a_build_without_a_model_says_so() {
    assert!(matches!(FileList::parse(br#"{"files":[]}"#), Err(EngineError::NoBuiltin { .. })));
}

#[test]
fn what_is_told_beforehand_is_what_the_model_says() {
    let folder = weights::DirFolder::new("../public/models/builtin");
    let model = block_on(pipeline::Model::open(std::rc::Rc::new(folder))).unwrap();
    let told = FileList::of_this_build().unwrap().info();
    let (hash, bytes) = (told.hash.as_str(), told.bytes);
    let read = model_info(Shelved { id: ID, name: &told.name, hash, bytes }, model.profile());
    assert_eq!(told, read);
    assert_eq!(Some(&told.name), model.profile().name.as_ref());
}

#[test]
fn a_new_version_replaces_the_old_one_when_it_can_be_had() {
    let storage = MemoryStorage::over(Memory::default());
    let run = |files: &[(&str, &[u8])], server: &Server| {
        block_on(ready(&storage, &list(files), server, &mut |_| {})).map(|model| model.hash)
    };
    let nothing = Server(BTreeMap::new());
    assert!(matches!(run(&FIRST, &nothing), Err(EngineError::Network { .. })));
    assert_eq!(run(&FIRST, &Server(FIRST.into())).unwrap(), list(&FIRST).hash());
    assert_eq!(run(&FIRST, &nothing).unwrap(), list(&FIRST).hash(), "the database needs no network");
    assert_eq!(run(&SECOND, &nothing).unwrap(), list(&FIRST).hash(), "the older one stays in use");
    assert_eq!(run(&SECOND, &Server(SECOND.into())).unwrap(), list(&SECOND).hash());
}

/// What the About drawer links to: `public/models/builtin.json` tells every file as it is shipped, and 20 MB suffice.
#[test]
fn the_published_manifest_is_true() {
    #[derive(serde::Deserialize)]
    struct Published {
        bytes: u64,
        files: Vec<PublishedFile>,
    }
    #[derive(serde::Deserialize)]
    struct PublishedFile {
        #[serde(flatten)]
        file: ListedFile,
        license: String,
        origin: String,
    }
    let json = include_bytes!("../../../public/models/builtin.json");
    let published: Published = serde_json::from_slice(json).unwrap();
    let list = FileList::of_this_build().unwrap();
    for file in &list.files {
        assert!(published.files.iter().any(|row| row.file == *file), "{} is told otherwise", file.path);
    }
    let weights_and_notice = list.files.len() + 1;
    assert_eq!(published.files.len(), weights_and_notice);
    assert!(published.files.iter().all(|row| !row.license.is_empty() && !row.origin.is_empty()));
    assert_eq!(published.bytes, published.files.iter().map(|row| row.file.bytes).sum::<u64>());
    assert!(published.bytes <= 20_000_000, "{} bytes", published.bytes);
}
