use pollster::block_on;

use super::*;
use crate::{Memory, MemoryStorage};

/// `printf abcdefghij | sha256sum`
const LETTERS: &str = "72399361da6a7754fec986dca5b7cbaf1c810a28ded4abaf56b2106d06cb78b0";

fn file(sha256: Option<&str>) -> PlannedFile {
    let sha256 = sha256.map(str::to_owned);
    PlannedFile { path: "checkpoint.gguf".to_owned(), url: "https://a/b".to_owned(), bytes: 10, sha256 }
}

fn download(storage: &MemoryStorage, files: &[PlannedFile]) -> Download<Memory> {
    block_on(storage.download_in_pieces("m", files, 1.0, 4)).unwrap()
}

fn put(download: &Download<Memory>, piece: u32, bytes: &[u8]) {
    block_on(download.put("checkpoint.gguf", piece, bytes)).unwrap();
}

fn rows(storage: &MemoryStorage) -> usize {
    storage.backend.all_keys().len()
}

#[test]
fn pieces_outlive_the_visit_in_any_order() {
    let storage = MemoryStorage::over(Memory::default());
    let files = [file(Some(LETTERS))];
    let first = download(&storage, &files);
    assert_eq!((first.pieces(&files[0]), first.piece_range(&files[0], 2)), (3, 8..10));
    block_on(first.begin("checkpoint.gguf", Some("\"v1\""))).unwrap();
    put(&first, 2, b"ij");
    put(&first, 0, b"abcd");
    drop(first);

    let state = DownloadState { id: "m".to_owned(), done_bytes: 6, total_bytes: 10 };
    assert_eq!(block_on(storage.downloads()).unwrap(), [state]);
    assert_eq!(block_on(storage.sweep_imports(f64::MAX)).unwrap(), 0, "the sweep must leave it alone");
    let second = download(&storage, &files);
    let arrived = block_on(second.arrived("checkpoint.gguf")).unwrap();
    assert_eq!((arrived.validator.as_deref(), arrived.pieces), (Some("\"v1\""), BTreeSet::from([0, 2])));

    put(&second, 1, b"efgh");
    assert_eq!(block_on(storage.models()).unwrap(), [], "it is not checked yet");
    let mut told = Vec::new();
    let record = block_on(second.check(&files[0], &mut |bytes| told.push(bytes))).unwrap().unwrap();
    assert_eq!((told, record.sha256.as_str()), (vec![4, 4, 2], LETTERS));
    let folder = second.folder().to_owned();
    let model = block_on(second.publish("A model")).unwrap();
    assert_eq!(block_on(storage.models()).unwrap(), std::slice::from_ref(&model));
    assert_eq!(block_on(storage.downloads()).unwrap(), []);
    let stored = block_on(storage.model_file(&folder, "checkpoint.gguf")).unwrap().unwrap();
    assert_eq!(block_on(stored.read(2, 9)).unwrap(), b"cdefghi");
    block_on(storage.delete_model("m")).unwrap();
    assert_eq!(rows(&storage), 0);
}

#[test]
fn a_wrong_hash_leaves_nothing_of_the_file() {
    let storage = MemoryStorage::over(Memory::default());
    let files = [file(Some(LETTERS))];
    let download = download(&storage, &files);
    for (piece, bytes) in [(0, b"abcd".as_slice()), (1, b"efgX"), (2, b"ij")] {
        put(&download, piece, bytes);
    }
    assert_eq!(block_on(download.check(&files[0], &mut |_| {})), Ok(None));
    assert_eq!(rows(&storage), 1, "only the plan is left");
    assert!(matches!(block_on(download.publish("A model")), Err(StorageError::Damaged { .. })));
    assert_eq!(block_on(storage.models()).unwrap(), []);
}

#[test]
fn a_lost_or_short_piece_is_found_even_without_a_hash() {
    let storage = MemoryStorage::over(Memory::default());
    let files = [file(None)];
    let download = download(&storage, &files);
    put(&download, 0, b"abcd");
    put(&download, 1, b"efgh");
    assert_eq!(block_on(download.check(&files[0], &mut |_| {})), Ok(None), "a piece is missing");
    for (piece, bytes) in [(0, b"abcd".as_slice()), (1, b"efgh"), (2, b"i")] {
        put(&download, piece, bytes);
    }
    assert_eq!(block_on(download.check(&files[0], &mut |_| {})), Ok(None), "a piece is short");
}

#[test]
fn a_file_begun_anew_forgets_its_pieces() {
    let storage = MemoryStorage::over(Memory::default());
    let files = [file(None)];
    let download = download(&storage, &files);
    block_on(download.begin("checkpoint.gguf", Some("\"v1\""))).unwrap();
    put(&download, 0, b"abcd");
    block_on(download.begin("checkpoint.gguf", None)).unwrap();
    assert_eq!(block_on(download.arrived("checkpoint.gguf")).unwrap(), Arrived::default());
    assert!(!storage.backend.all_keys().iter().any(|(table, _)| *table == Table::Chunks));
}

#[test]
fn other_files_under_the_same_key_are_another_download() {
    let storage = MemoryStorage::over(Memory::default());
    put(&download(&storage, &[file(None)]), 0, b"abcd");
    let files = [PlannedFile { bytes: 11, ..file(None) }];
    let other = download(&storage, &files);
    assert_eq!(block_on(other.done_bytes()), Ok(0));
    assert_eq!(rows(&storage), 1);
}

#[test]
fn a_discarded_download_leaves_nothing_and_takes_no_more_pieces() {
    let storage = MemoryStorage::over(Memory::default());
    let download = download(&storage, &[file(None)]);
    put(&download, 0, b"abcd");
    block_on(storage.discard_download("m")).unwrap();
    assert_eq!(rows(&storage), 0);
    let late = block_on(download.put("checkpoint.gguf", 1, b"efgh"));
    assert!(matches!(late, Err(StorageError::Missing { .. })), "{late:?}");
    assert_eq!(rows(&storage), 0);
}

#[test]
fn a_full_database_keeps_what_has_arrived() {
    let storage = MemoryStorage::over(Memory::with_capacity_bytes(300));
    let files = [PlannedFile { bytes: 1000, ..file(None) }];
    let download = block_on(storage.download_in_pieces("m", &files, 1.0, 100)).unwrap();
    put(&download, 0, &[7; 100]);
    assert_eq!(block_on(download.put("checkpoint.gguf", 1, &[7; 100])), Err(StorageError::Full));
    assert_eq!(block_on(download.done_bytes()), Ok(100));
}

#[test]
fn files_of_our_own_are_part_of_the_model() {
    let storage = MemoryStorage::over(Memory::default());
    let files = [PlannedFile { bytes: 4, ..file(None) }];
    let download = download(&storage, &files);
    put(&download, 0, b"abcd");
    block_on(download.check(&files[0], &mut |_| {})).unwrap().unwrap();
    let own = block_on(download.add("checkpoint.json", b"{}")).unwrap();
    let model = block_on(download.publish("A model")).unwrap();
    assert_eq!(model.bytes, 6);
    let file = block_on(storage.model_file(&model.folder, "checkpoint.json")).unwrap().unwrap();
    assert_eq!((block_on(file.read(0, 2)).unwrap(), file.record()), (b"{}".to_vec(), &own));
}
