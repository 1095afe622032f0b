use pollster::block_on;

use super::*;

/// `echo -n {} | sha256sum`
const EMPTY_OBJECT: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

fn blob(bytes: &[u8]) -> MemoryBlob {
    MemoryBlob::from_bytes(bytes).unwrap()
}

fn numbers(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i * 7 % 251) as u8).collect()
}

fn picture(id: &str, created_millis: f64, png: &[u8]) -> NewPicture<MemoryBlob> {
    let metadata = format!("{{\"id\":\"{id}\"}}");
    let entry = PictureEntry { id: id.to_owned(), created_millis, metadata, deleted_millis: None };
    NewPicture {
        entry,
        png: blob(png),
        latents: Some(blob(b"latents")),
        source: None,
        mask: None,
        thumbnail: None,
        drawing: None,
    }
}

/// Stores one model of two files in chunks of ten bytes.
fn import(
    storage: &MemoryStorage,
    id: &str,
    now_millis: f64,
    unet: &[u8],
) -> Result<ModelRecord, StorageError> {
    block_on(async {
        let mut import = storage.import_model_in_chunks(id, now_millis, 10).await?;
        import.add("unet/weights", &blob(unet), now_millis, &mut |_| {}).await?;
        import.add("model_index.json", &blob(b"{}"), now_millis, &mut |_| {}).await?;
        import.publish("A model").await
    })
}

fn rows(storage: &MemoryStorage, table: Table) -> usize {
    storage.backend.all_keys().iter().filter(|(of, _)| *of == table).count()
}

#[test]
fn a_range_is_read_across_chunks() {
    let storage = MemoryStorage::over(Memory::default());
    let bytes = numbers(35);
    let model = import(&storage, "m", 1.0, &bytes).unwrap();
    let file = block_on(storage.model_file(&model.folder, "unet/weights")).unwrap().unwrap();
    assert_eq!(file.record().chunks, 4);
    for start in 0..=bytes.len() {
        for end in start..=bytes.len() {
            let part = block_on(file.read(start as u64, end as u64)).unwrap();
            assert_eq!(part, bytes[start..end], "bytes {start}..{end}");
        }
    }
    assert!(matches!(block_on(file.read(30, 36)), Err(StorageError::Damaged { .. })));
}

#[test]
fn the_hash_is_that_of_the_whole_file() {
    let storage = MemoryStorage::over(Memory::default());
    let model = import(&storage, "m", 1.0, b"abcdefghijklmnopqrstuvwxyz").unwrap();
    let file = block_on(storage.model_file(&model.folder, "unet/weights")).unwrap().unwrap();
    // echo -n abcdefghijklmnopqrstuvwxyz | sha256sum
    let expected = "71c480df93d6ae2f1efad1447c66c9525e316218cf51fc8d9ed832f2daf18b73";
    assert_eq!(file.record().sha256, expected);
    assert_eq!(model.bytes, 28);
    assert_eq!(
        model.hash,
        folder_hash([("model_index.json", EMPTY_OBJECT), ("unet/weights", expected)].into_iter())
    );
}

#[test]
fn progress_tells_every_byte_once() {
    let storage = MemoryStorage::over(Memory::default());
    let mut told = Vec::new();
    block_on(async {
        let mut import = storage.import_model_in_chunks("m", 1.0, 10).await.unwrap();
        import.add("f", &blob(&numbers(25)), 1.0, &mut |bytes| told.push(bytes)).await.unwrap();
    });
    assert_eq!(told, [10, 10, 5]);
}

#[test]
fn a_file_in_pieces_is_the_same_as_the_whole() {
    let storage = MemoryStorage::over(Memory::default());
    let bytes = numbers(35);
    let whole = import(&storage, "whole", 1.0, &bytes).unwrap();
    for piece in [1, 7, 10, 11, 35, 100] {
        let record = block_on(async {
            let mut import = storage.import_model_in_chunks("pieces", 2.0, 10).await.unwrap();
            let mut writer = import.writer("unet/weights", 2.0).await.unwrap();
            for piece in bytes.chunks(piece) {
                writer.append(piece).await.unwrap();
            }
            let record = import.keep(writer).await.unwrap();
            import.add("model_index.json", &blob(b"{}"), 2.0, &mut |_| {}).await.unwrap();
            assert_eq!(import.publish("In pieces").await.unwrap().hash, whole.hash, "pieces of {piece}");
            record
        });
        assert_eq!((record.bytes, record.chunks), (35, 4));
    }
}

#[test]
fn a_lost_chunk_is_damage_not_silence() {
    let storage = MemoryStorage::over(Memory::default());
    let model = import(&storage, "m", 1.0, &numbers(35)).unwrap();
    let lost = Key::of([&model.folder, "unet/weights", "000002"]);
    block_on(storage.backend.write(vec![Write::Delete(Table::Chunks, lost)])).unwrap();
    let file = block_on(storage.model_file(&model.folder, "unet/weights")).unwrap().unwrap();
    assert!(block_on(file.read(0, 20)).is_ok());
    assert!(matches!(block_on(file.read(15, 25)), Err(StorageError::Damaged { .. })));
}

#[test]
fn a_half_stored_model_never_shows_up_and_is_swept_later() {
    let storage = MemoryStorage::over(Memory::default());
    block_on(async {
        let mut import = storage.import_model_in_chunks("m", 1000.0, 10).await.unwrap();
        import.add("unet/weights", &blob(&numbers(35)), 1000.0, &mut |_| {}).await.unwrap();
        drop(import);
        assert_eq!(storage.models().await.unwrap(), []);
        assert_eq!(storage.sweep_imports(2000.0).await.unwrap(), 0, "another tab may still be at it");
        assert_eq!(rows(&storage, Table::Chunks), 4);
        assert_eq!(storage.sweep_imports(1000.0 + 3_600_000.0).await.unwrap(), 1);
    });
    assert_eq!(storage.backend.all_keys(), []);
}

#[test]
fn a_full_database_leaves_nothing_after_discard() {
    let storage = MemoryStorage::over(Memory::with_capacity_bytes(100));
    block_on(async {
        let mut import = storage.import_model_in_chunks("m", 1.0, 10).await.unwrap();
        let stored = import.add("unet/weights", &blob(&numbers(200)), 1.0, &mut |_| {}).await;
        assert_eq!(stored, Err(StorageError::Full));
        import.discard().await.unwrap();
    });
    assert_eq!(storage.backend.all_keys(), []);
}

#[test]
fn a_new_version_replaces_the_old_one_at_once() {
    let storage = MemoryStorage::over(Memory::default());
    let old = import(&storage, "m", 1.0, &numbers(35)).unwrap();
    let new = import(&storage, "m", 2.0, &numbers(12)).unwrap();
    assert_ne!(old.hash, new.hash);
    assert_eq!(block_on(storage.models()).unwrap(), std::slice::from_ref(&new));
    assert!(block_on(storage.model_file(&old.folder, "unet/weights")).unwrap().is_none());
    assert!(block_on(storage.model_file(&new.folder, "unet/weights")).unwrap().is_some());
    assert_eq!((rows(&storage, Table::Chunks), rows(&storage, Table::Staging)), (3, 0));
}

#[test]
fn imports_of_one_moment_do_not_share_a_folder() {
    let storage = MemoryStorage::over(Memory::default());
    let old = import(&storage, "m", 1.0, &numbers(35)).unwrap();
    block_on(async {
        let first = storage.import_model("m", 1.0).await.unwrap();
        let second = storage.import_model("m", 1.0).await.unwrap();
        assert!(first.folder() != second.folder() && first.folder() != old.folder);
        first.discard().await.unwrap();
        second.discard().await.unwrap();
        assert!(storage.model_file(&old.folder, "unet/weights").await.unwrap().is_some());
    });
    assert_eq!(rows(&storage, Table::Staging), 0);
}

#[test]
fn deleting_a_model_leaves_the_others() {
    let storage = MemoryStorage::over(Memory::default());
    import(&storage, "m", 1.0, &numbers(35)).unwrap();
    let other = import(&storage, "m2", 1.0, &numbers(35)).unwrap();
    block_on(storage.delete_model("m")).unwrap();
    assert_eq!(block_on(storage.models()).unwrap(), [other]);
    assert_eq!(rows(&storage, Table::Files), 2);
    block_on(storage.delete_model("no such model")).unwrap();
}

fn ids(entries: &[PictureEntry]) -> Vec<String> {
    entries.iter().map(|entry| entry.id.clone()).collect()
}

#[test]
fn pictures_come_newest_first_with_their_parts() {
    let storage = MemoryStorage::over(Memory::default());
    block_on(async {
        for (id, created) in [("a", 10.0), ("c", 30.0), ("b", 30.0)] {
            storage.insert_picture(picture(id, created, id.as_bytes())).await.unwrap();
        }
        let ids = ids(&storage.pictures().await.unwrap().entries);
        assert_eq!(ids, ["c", "b", "a"]);
        let png = storage.picture_part("b", PicturePart::Png).await.unwrap().unwrap();
        assert_eq!(png.read(0, png.len_bytes()).await.unwrap(), b"b");
        assert!(storage.picture_part("b", PicturePart::Thumbnail).await.unwrap().is_none());
        storage.delete_pictures(&["b".to_owned()]).await.unwrap();
        let gone = storage.picture_part("b", PicturePart::Png).await;
        assert!(matches!(gone, Err(StorageError::Missing { .. })));
        assert_eq!(storage.backend.keys(Table::Pictures, &Key(Vec::new())).await.unwrap().len(), 2);
    });
    assert_eq!(rows(&storage, Table::PictureBlobs), 4);
}

#[test]
fn a_picture_is_stored_whole_or_not_at_all() {
    let storage = MemoryStorage::over(Memory::with_capacity_bytes(200));
    block_on(storage.insert_picture(picture("a", 1.0, b"small"))).unwrap();
    let refused = block_on(storage.insert_picture(picture("b", 2.0, &numbers(150))));
    assert_eq!(refused, Err(StorageError::Full));
    assert_eq!(block_on(storage.pictures()).unwrap().entries.len(), 1);
    assert_eq!(rows(&storage, Table::PictureBlobs), 2);
}

#[test]
fn a_deleted_picture_can_be_brought_back_until_its_rows_are_removed() {
    let storage = MemoryStorage::over(Memory::default());
    block_on(async {
        for id in ["a", "b"] {
            storage.insert_picture(picture(id, 1.0, b"png")).await.unwrap();
        }
        let kept = picture("a", 1.0, b"").entry;
        let deleted = PictureEntry { deleted_millis: Some(5.0), ..kept.clone() };
        storage.update_pictures(std::slice::from_ref(&deleted)).await.unwrap();
        let stored = storage.pictures().await.unwrap();
        assert_eq!((ids(&stored.entries), stored.deleted), (vec!["b".to_owned()], vec![deleted]));
        let asked = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(ids(&storage.pictures_of(&asked).await.unwrap()), ["b"]);
        storage.update_pictures(&[kept]).await.unwrap();
        assert_eq!(ids(&storage.pictures().await.unwrap().entries), ["b", "a"]);
        assert!(storage.picture_part("a", PicturePart::Png).await.unwrap().is_some());
        storage.delete_pictures(&asked).await.unwrap();
    });
    assert_eq!(storage.backend.all_keys(), []);
}

#[test]
fn a_change_makes_no_picture() {
    let storage = MemoryStorage::over(Memory::default());
    block_on(async {
        storage.insert_picture(picture("a", 1.0, b"png")).await.unwrap();
        let changed = |id: &str| PictureEntry { metadata: "{}".to_owned(), ..picture(id, 1.0, b"").entry };
        let missing = storage.update_pictures(&[changed("gone"), changed("a")]).await;
        assert_eq!(missing, Err(StorageError::Missing { what: "picture gone".to_owned() }));
        assert_eq!(storage.pictures().await.unwrap().entries, [changed("a")]);
        let part = storage.add_picture_part("gone", PicturePart::Thumbnail, blob(b"small")).await;
        assert!(matches!(part, Err(StorageError::Missing { .. })));
        storage.add_picture_part("a", PicturePart::Thumbnail, blob(b"small")).await.unwrap();
        assert!(storage.picture_part("a", PicturePart::Thumbnail).await.unwrap().is_some());
    });
    assert_eq!(rows(&storage, Table::PictureBlobs), 3);
}

#[test]
fn an_unreadable_picture_hides_no_other() {
    let storage = MemoryStorage::over(Memory::default());
    block_on(async {
        storage.insert_picture(picture("a", 1.0, b"png")).await.unwrap();
        let row = |id, json: &str| Write::Text(Table::Pictures, Key::of([id]), json.to_owned());
        storage.backend.write(vec![row("b", "{}"), row("c", "no JSON")]).await.unwrap();
        let stored = storage.pictures().await.unwrap();
        assert_eq!((ids(&stored.entries), stored.unreadable), (vec!["a".to_owned()], 2));
    });
    assert_eq!(rows(&storage, Table::Pictures), 3, "nothing is deleted because it cannot be read");
}

#[test]
fn a_picture_keeps_the_file_and_the_mask_that_it_was_made_from() {
    let storage = MemoryStorage::over(Memory::default());
    let (source, mask) = (Some(blob(b"photo")), Some(blob(b"white")));
    let made = NewPicture { source, mask, ..picture("a", 1.0, b"png") };
    block_on(async {
        storage.insert_picture(made).await.unwrap();
        let source = storage.picture_part("a", PicturePart::Source).await.unwrap().unwrap();
        assert_eq!(source.read(0, 5).await.unwrap(), b"photo");
        let mask = storage.picture_part("a", PicturePart::Mask).await.unwrap().unwrap();
        assert_eq!(mask.read(0, 5).await.unwrap(), b"white");
    });
}

fn pack(id: &str, metadata: &str) -> PackEntry {
    PackEntry { id: id.to_owned(), metadata: metadata.to_owned() }
}

#[test]
fn packs_are_stored_all_or_none() {
    let storage = MemoryStorage::over(Memory::with_capacity_bytes(400));
    let picture = |name: &str, bytes: &[u8]| (name.to_owned(), blob(bytes));
    block_on(async {
        let (a, b) = (pack("a", "first"), pack("b", "second"));
        storage
            .insert_packs(vec![NewPack { entry: a.clone(), pictures: vec![picture("0.image", b"png")] }])
            .await
            .unwrap();
        let too_much = vec![
            NewPack { entry: b.clone(), pictures: Vec::new() },
            NewPack { entry: pack("c", ""), pictures: vec![picture("0.image", &[0; 400])] },
        ];
        assert_eq!(storage.insert_packs(too_much).await, Err(StorageError::Full));
        assert_eq!(storage.packs().await.unwrap(), [a]);
        storage
            .insert_packs(vec![NewPack { entry: b.clone(), pictures: vec![picture("0.mask", b"mask")] }])
            .await
            .unwrap();
        assert_eq!(storage.packs().await.unwrap().len(), 2);
        let mask = storage.pack_picture("b", "0.mask").await.unwrap();
        assert_eq!(mask.read(0, 4).await.unwrap(), b"mask");
        let missing = storage.pack_picture("b", "0.image").await;
        assert!(matches!(missing, Err(StorageError::Missing { .. })));
        storage.delete_pack("a").await.unwrap();
        assert_eq!(storage.packs().await.unwrap(), [b]);
    });
    assert_eq!(rows(&storage, Table::PackBlobs), 1);
}

#[test]
fn a_pack_is_renamed_without_its_pictures() {
    let storage = MemoryStorage::over(Memory::default());
    block_on(async {
        storage
            .insert_packs(vec![NewPack {
                entry: pack("a", "old"),
                pictures: vec![("p".to_owned(), blob(b"png"))],
            }])
            .await
            .unwrap();
        storage.update_pack(&pack("a", "new")).await.unwrap();
        assert_eq!(storage.packs().await.unwrap(), [pack("a", "new")]);
        assert!(storage.pack_picture("a", "p").await.is_ok());
        let gone = storage.update_pack(&pack("b", "")).await;
        assert!(matches!(gone, Err(StorageError::Missing { .. })));
        assert_eq!(storage.packs().await.unwrap().len(), 1, "an update makes no pack");
    });
}

#[test]
fn settings_are_replaced() {
    let storage = MemoryStorage::over(Memory::default());
    assert_eq!(block_on(storage.setting("theme")), Ok(None));
    block_on(storage.set_setting("theme", "\"dark\"".to_owned())).unwrap();
    block_on(storage.set_setting("theme", "\"light\"".to_owned())).unwrap();
    assert_eq!(block_on(storage.setting("theme")), Ok(Some("\"light\"".to_owned())));
}

#[test]
fn exceptions_are_sorted_by_name() {
    let sort = |name, opening| StorageError::from_exception(name, "why", opening);
    assert_eq!(sort("QuotaExceededError", false), StorageError::Full);
    assert_eq!(sort("VersionError", true), StorageError::Blocked);
    assert!(matches!(sort("SecurityError", true), StorageError::Refused { .. }));
    assert!(matches!(sort("InvalidStateError", true), StorageError::Refused { .. }));
    assert!(matches!(sort("UnknownError", true), StorageError::Refused { .. }));
    assert!(matches!(sort("NotReadableError", false), StorageError::Damaged { .. }));
    for closed in ["UnknownError", "InvalidStateError", "AbortError"] {
        assert!(matches!(sort(closed, false), StorageError::Closed { .. }), "{closed}");
    }
    assert!(matches!(sort("AbortError", true), StorageError::Closed { .. }), "it is still being cleared");
    assert!(matches!(sort("DataError", false), StorageError::Failed { .. }));
}
