use pollster::block_on;

use crate::{
    BlobHandle, Key, Memory, MemoryBlob, MemoryStorage, NewPicture, PictureEntry, PicturePart, QueueEntry,
    QueuePart, SourceEntry, SourceLimits, SourcePart, StorageError, Table, Write,
};

const LIMITS: SourceLimits = SourceLimits { most: 2, most_bytes: 1000 };

fn blob(bytes: &[u8]) -> MemoryBlob {
    MemoryBlob::from_bytes(bytes).unwrap()
}

fn bytes_of(file: Option<MemoryBlob>) -> Vec<u8> {
    file.map(|file| block_on(file.read(0, file.len_bytes())).unwrap()).unwrap_or_default()
}

fn picture(id: &str, source: Option<&[u8]>) -> NewPicture<MemoryBlob> {
    let metadata = "{}".to_owned();
    let entry = PictureEntry { id: id.to_owned(), created_millis: 1.0, metadata, deleted_millis: None };
    let (png, source) = (blob(b"png"), source.map(blob));
    NewPicture { entry, png, latents: None, source, mask: None, thumbnail: None, drawing: None }
}

fn put(storage: &MemoryStorage, id: &str, source: Option<&[u8]>) -> Result<(), StorageError> {
    block_on(storage.insert_picture(picture(id, source)))
}

fn put_recent(storage: &MemoryStorage, id: &str, used_millis: f64, file: &[u8]) {
    let metadata = "{}".to_owned();
    let entry = SourceEntry { id: id.to_owned(), used_millis, bytes: file.len() as u64, metadata };
    block_on(storage.insert_source(&entry, blob(file), blob(b"small"), LIMITS)).unwrap();
}

fn put_batch(storage: &MemoryStorage, batch: &str, file: &[u8]) {
    let entry = QueueEntry { batch: batch.to_owned(), name: "0".to_owned(), json: "{}".to_owned() };
    block_on(storage.enqueue(vec![entry], vec![(QueuePart::Source, blob(file))])).unwrap();
}

fn source_of(storage: &MemoryStorage, id: &str) -> Vec<u8> {
    bytes_of(block_on(storage.picture_part(id, PicturePart::Source)).unwrap())
}

fn delete(storage: &MemoryStorage, ids: &[String]) {
    block_on(storage.delete_pictures(ids)).unwrap();
}

/// How many files there are, and how many rows about their uses.
fn rows(storage: &MemoryStorage) -> (usize, usize) {
    let keys = storage.backend.all_keys();
    let of = |table: Table| keys.iter().filter(|(there, _)| *there == table).count();
    (of(Table::Originals), of(Table::OriginalUses))
}

#[test]
fn a_file_is_stored_once_and_goes_with_its_last_use() {
    let storage = MemoryStorage::over(Memory::default());
    for number in 0..10 {
        put(&storage, &format!("p{number}"), Some(b"photo")).unwrap();
    }
    put_recent(&storage, "recent", 1.0, b"photo");
    put_batch(&storage, "batch", b"photo");
    assert_eq!(rows(&storage), (1, 24));
    for number in 0..10 {
        delete(&storage, &[format!("p{number}")]);
    }
    let recent = || bytes_of(block_on(storage.source_part("recent", SourcePart::File)).unwrap());
    assert_eq!((recent().as_slice(), rows(&storage)), (b"photo".as_slice(), (1, 4)));
    block_on(storage.delete_source("recent")).unwrap();
    assert_eq!(bytes_of(block_on(storage.queue_file("batch", QueuePart::Source)).unwrap()), b"photo");
    block_on(storage.dequeue("batch", "0")).unwrap();
    assert_eq!(storage.backend.all_keys(), [], "nobody uses it any longer");
}

#[test]
fn many_deleted_pictures_leave_what_others_use() {
    let storage = MemoryStorage::over(Memory::default());
    let ids: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
    for (number, id) in ids.iter().enumerate() {
        put(&storage, id, Some(if number % 2 == 0 { b"a photo" } else { b"another" })).unwrap();
    }
    assert_eq!(rows(&storage), (2, 80));
    // All of the first file's, and all but one of the other's.
    delete(&storage, &ids[..39]);
    assert_eq!((rows(&storage), source_of(&storage, "p39").as_slice()), ((1, 2), b"another".as_slice()));
}

#[test]
fn a_use_of_another_file_ends_the_one_before() {
    let storage = MemoryStorage::over(Memory::default());
    put(&storage, "a", Some(b"first")).unwrap();
    put(&storage, "b", Some(b"first")).unwrap();
    put(&storage, "a", Some(b"second")).unwrap();
    assert_eq!((source_of(&storage, "a"), source_of(&storage, "b")), (b"second".to_vec(), b"first".to_vec()));
    put(&storage, "b", Some(b"second")).unwrap();
    assert_eq!(rows(&storage), (1, 4));
    put(&storage, "a", None).unwrap();
    put(&storage, "b", None).unwrap();
    assert_eq!(rows(&storage), (0, 0));
}

/// What a record claims to be its hash decides nothing: a backup may say anything.
#[test]
fn a_file_is_known_by_its_bytes_alone() {
    let storage = MemoryStorage::over(Memory::default());
    put(&storage, "a", Some(b"photo")).unwrap();
    let hash = storage.backend.all_keys().into_iter().find(|(table, _)| *table == Table::Originals);
    put_recent(&storage, hash.unwrap().1.name(), 1.0, b"forged");
    assert_eq!((source_of(&storage, "a").as_slice(), rows(&storage)), (b"photo".as_slice(), (2, 4)));
}

#[test]
fn recent_sources_that_give_way_leave_their_file_to_pictures() {
    let storage = MemoryStorage::over(Memory::default());
    put(&storage, "a", Some(b"photo")).unwrap();
    put_recent(&storage, "first", 1.0, b"photo");
    for (id, millis) in [("second", 2.0), ("third", 3.0)] {
        put_recent(&storage, id, millis, id.as_bytes());
    }
    assert_eq!(block_on(storage.sources()).unwrap().len(), 2);
    assert_eq!((source_of(&storage, "a").as_slice(), rows(&storage)), (b"photo".as_slice(), (3, 6)));
}

#[test]
fn a_full_disk_leaves_every_use_as_it_was() {
    let storage = MemoryStorage::over(Memory::with_capacity_bytes(900));
    put(&storage, "a", Some(b"photo")).unwrap();
    let before = storage.backend.all_keys();
    assert_eq!(put(&storage, "b", Some(&[1; 800])), Err(StorageError::Full));
    assert_eq!(put(&storage, "a", Some(&[2; 800])), Err(StorageError::Full));
    assert_eq!((storage.backend.all_keys(), source_of(&storage, "a")), (before, b"photo".to_vec()));
}

/// What a database of an earlier version held: each file with each of its users.
fn earlier(storage: &MemoryStorage) {
    for id in ["a", "b", "c"] {
        put(storage, id, None).unwrap();
    }
    put_recent(storage, "recent", 1.0, b"photo");
    put_batch(storage, "batch", b"other");
    let mut changes = vec![Write::Delete(Table::Originals, Key(Vec::new()))];
    changes.push(Write::Delete(Table::OriginalUses, Key(Vec::new())));
    for (table, key, bytes) in [
        (Table::PictureBlobs, ["a", "source"], b"photo"),
        (Table::PictureBlobs, ["b", "source"], b"photo"),
        (Table::PictureBlobs, ["c", "source"], b"other"),
        (Table::PictureBlobs, ["gone", "source"], b"photo"),
        (Table::SourceBlobs, ["recent", "file"], b"photo"),
        (Table::QueueBlobs, ["batch", "source"], b"other"),
        (Table::QueueBlobs, ["batch", "mask"], b"white"),
    ] {
        changes.push(Write::Bytes(table, Key::of(key), blob(bytes)));
    }
    block_on(crate::Backend::write(storage.backend.as_ref(), changes)).unwrap();
}

fn assert_all_there(storage: &MemoryStorage) {
    let told = ["a", "b", "c"].map(|id| source_of(storage, id));
    assert_eq!(told, [b"photo", b"photo", b"other"]);
    assert_eq!(bytes_of(block_on(storage.source_part("recent", SourcePart::File)).unwrap()), b"photo");
    assert_eq!(bytes_of(block_on(storage.queue_file("batch", QueuePart::Source)).unwrap()), b"other");
    assert_eq!(bytes_of(block_on(storage.queue_file("batch", QueuePart::Mask)).unwrap()), b"white");
}

#[test]
fn an_earlier_database_is_gathered() {
    let storage = MemoryStorage::over(Memory::default());
    earlier(&storage);
    assert_all_there(&storage);
    assert_eq!(block_on(storage.gather_originals()), Ok(5));
    assert_all_there(&storage);
    assert_eq!(rows(&storage), (2, 11), "two files, five uses, and that it is done");
    let left: Vec<Key> = storage.backend.all_keys().into_iter().map(|(_, key)| key).collect();
    let lies = |key: [&str; 2]| left.contains(&Key::of(key));
    assert!(!lies(["a", "source"]) && !lies(["recent", "file"]) && !lies(["batch", "source"]));
    assert!(lies(["gone", "source"]) && lies(["batch", "mask"]), "what has no user is left alone");
    assert_eq!(block_on(storage.gather_originals()), Ok(0));
    delete(&storage, &["a", "b", "c"].map(str::to_owned));
    block_on(storage.delete_source("recent")).unwrap();
    block_on(storage.dequeue("batch", "0")).unwrap();
    assert_eq!(rows(&storage), (0, 1));
}

/// A picture that is deleted, or stored anew, before it is its turn.
#[test]
fn an_earlier_database_is_used_before_it_is_gathered() {
    let storage = MemoryStorage::over(Memory::default());
    earlier(&storage);
    delete(&storage, &["a".to_owned()]);
    put_recent(&storage, "recent", 2.0, b"photo");
    put(&storage, "c", Some(b"new")).unwrap();
    assert_eq!(block_on(storage.gather_originals()), Ok(2), "only b and the batch are left");
    assert_eq!((source_of(&storage, "b"), source_of(&storage, "c")), (b"photo".to_vec(), b"new".to_vec()));
    assert_eq!(rows(&storage).0, 3);
}

#[test]
fn gathering_that_a_full_disk_ends_loses_nothing() {
    let full = MemoryStorage::over(Memory::default());
    earlier(&full);
    let room = |extra: u64| {
        let used: u64 = full.backend.used_bytes();
        full.backend.set_capacity_bytes(used + extra);
    };
    room(0);
    assert_eq!(block_on(full.gather_originals()), Err(StorageError::Full));
    assert_all_there(&full);
    room(10_000);
    assert_eq!(block_on(full.gather_originals()), Ok(5));
    assert_all_there(&full);
}
