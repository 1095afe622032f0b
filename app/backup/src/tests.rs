use packs::{Blob, MemoryBlob};
use pollster::block_on;

use super::*;

fn blob(bytes: &[u8]) -> MemoryBlob {
    MemoryBlob::from_bytes(bytes).unwrap()
}

fn row(table: &str, key: &str, text: &str) -> Row {
    Row { table: table.to_owned(), key: vec![key.to_owned()], text: text.to_owned() }
}

fn item(key: [&str; 2], media_type: &str) -> Item {
    Item {
        table: "picture_blobs".to_owned(),
        key: key.map(str::to_owned).to_vec(),
        media_type: media_type.to_owned(),
    }
}

fn sound() -> Backup<MemoryBlob> {
    Backup {
        created: "2026-11-27T06:00:00Z".to_owned(),
        app: "a test".to_owned(),
        rows: vec![row("pictures", "a/b", "{\"id\":\"a/b\"}"), row("settings", "theme", "\"dark\"")],
        files: vec![
            (item(["a/b", "png"], "image/png"), blob(&[7; 700])),
            (item(["a/b", "latents"], ""), blob(&[])),
            (item(["a/b", "source"], "image/jpeg"), blob(&vec![9; (1 << 20) + 1])),
        ],
    }
}

fn written() -> Vec<u8> {
    block_on(write(&sound(), &mut |_| {})).unwrap().bytes().to_vec()
}

fn read_bytes(bytes: &[u8]) -> Result<Backup<MemoryBlob>, BackupError> {
    block_on(read(&blob(bytes), &mut |_| {}))
}

#[test]
fn what_is_written_is_read() {
    let bytes = written();
    assert_eq!(bytes.len() % 512, 0);
    assert_eq!(read_bytes(&bytes), Ok(sound()));
    let empty = Backup { rows: Vec::new(), files: Vec::new(), ..sound() };
    let file = block_on(write(&empty, &mut |_| {})).unwrap();
    assert_eq!(block_on(read(&file, &mut |_| {})), Ok(empty));
}

#[test]
fn progress_ends_at_the_end() {
    let (mut hashed, mut seen) = (0, 0);
    let file = block_on(write(&sound(), &mut |bytes| hashed = bytes)).unwrap();
    assert_eq!(hashed, 700 + (1 << 20) + 1);
    block_on(read(&file, &mut |bytes| seen = bytes)).unwrap();
    assert!(seen > hashed && seen < file.len_bytes());
}

/// Any archiver reads it.
#[test]
fn tar_lists_it() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let listing =
        Command::new("tar").arg("-tvf").arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    // Without the program there is nothing to compare with.
    let Ok(mut listing) = listing else { return };
    listing.stdin.take().unwrap().write_all(&written()).unwrap();
    let told = String::from_utf8(listing.wait_with_output().unwrap().stdout).unwrap();
    let names: Vec<&str> = told.lines().filter_map(|line| line.split_whitespace().last()).collect();
    let expected = [
        "palimpsest-backup.json",
        "palimpsest-backup.sha256",
        "rows.json",
        "picture_blobs/000000.png",
        "picture_blobs/000001.bin",
        "picture_blobs/000002.jpg",
    ];
    assert_eq!(names, expected);
}

#[test]
fn a_cut_backup_is_refused() {
    let bytes = written();
    for length in (0..bytes.len()).step_by(509).chain([bytes.len() - 1]) {
        assert!(read_bytes(&bytes[..length]).is_err(), "cut to {length}");
    }
    assert!(read_bytes(&[bytes.as_slice(), &[0; 512]].concat()).is_err(), "with something hung on");
}

/// Every byte that says or carries something is looked at; what archivers alone read (owner, time) is not.
#[test]
fn a_changed_backup_is_refused() {
    let mut small = sound();
    small.files[2].1 = blob(&[9; 3000]);
    let bytes = block_on(write(&small, &mut |_| {})).unwrap().bytes().to_vec();
    let contents = bytes.len() - 1024;
    for at in (0..contents).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 4;
        match read_bytes(&changed) {
            Ok(read) => {
                assert_eq!((read, bytes[at]), (small.clone(), 0), "byte {at}: only padding may differ");
            }
            Err(error) => assert!(error.to_string().ends_with('.'), "{error}"),
        }
    }
}

#[test]
fn others_files_are_no_backups() {
    for foreign in [&b""[..], b"{}", b"PK\x03\x04", &[0; 4096], &written()[512..]] {
        assert_eq!(read_bytes(foreign), Err(BackupError::NotABackup));
    }
}

/// Files in a row, as a backup's writer lays them.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in files {
        bytes.extend(crate::tar::header(name, content.len() as u64).unwrap());
        bytes.extend(*content);
        bytes.extend(vec![0; crate::tar::padding(content.len() as u64)]);
    }
    bytes.extend(crate::tar::END);
    bytes
}

/// A backup of one source in two pictures, with the index as given; `files` are what it names.
fn of_two(version: u64, names: [&str; 2], hashes: [&str; 2], files: &[(&str, &[u8])]) -> Vec<u8> {
    let rows = b"[]";
    let listed = |at: usize| {
        format!(
            r#"{{"name":"{}","table":"picture_blobs","key":["{at}","source"],"media_type":"image/png","bytes":5,"sha256":"{}"}}"#,
            names[at], hashes[at]
        )
    };
    let index = format!(
        r#"{{"format":"palimpsest-backup","version":{version},"created":"then","app":"a test","rows":{{"bytes":2,"sha256":"{}"}},"files":[{},{}]}}"#,
        crate::hash::hash_bytes(rows),
        listed(0),
        listed(1)
    );
    let hash = format!("{}  {}\n", crate::hash::hash_bytes(index.as_bytes()), crate::format::INDEX);
    let head: [(&str, &[u8]); 3] = [
        (crate::format::INDEX, index.as_bytes()),
        (crate::format::INDEX_HASH, hash.as_bytes()),
        (crate::format::ROWS, rows),
    ];
    archive(&[&head, files].concat())
}

fn of_two_read() -> Backup<MemoryBlob> {
    let file = |picture: &str| (item([picture, "source"], "image/png"), blob(b"photo"));
    Backup {
        created: "then".to_owned(),
        app: "a test".to_owned(),
        rows: Vec::new(),
        files: vec![file("0"), file("1")],
    }
}

#[test]
fn what_pictures_share_is_written_once() {
    let written = block_on(write(&of_two_read(), &mut |_| {})).unwrap().bytes().to_vec();
    let photos = written.windows(5).filter(|bytes| bytes == b"photo").count();
    assert_eq!(photos, 1);
    assert_eq!(read_bytes(&written), Ok(of_two_read()));
    // Of another type it is still the same bytes.
    let mut other = of_two_read();
    other.files[1].0.media_type = String::new();
    let written = block_on(write(&other, &mut |_| {})).unwrap();
    assert_eq!(block_on(read(&written, &mut |_| {})), Ok(other));
}

/// The first version wrote each file by itself.
#[test]
fn backups_of_the_first_version_are_read() {
    let hash = crate::hash::hash_bytes(b"photo");
    let names = ["picture_blobs/000000.png", "picture_blobs/000001.png"];
    let files: [(&str, &[u8]); 2] = [(names[0], b"photo"), (names[1], b"photo")];
    assert_eq!(read_bytes(&of_two(1, names, [&hash, &hash], &files)), Ok(of_two_read()));
}

#[test]
fn one_name_is_one_file() {
    let (hash, other) = (crate::hash::hash_bytes(b"photo"), crate::hash::hash_bytes(b"phony"));
    let name = "picture_blobs/000000.png";
    let files: [(&str, &[u8]); 1] = [(name, b"photo")];
    assert_eq!(read_bytes(&of_two(2, [name; 2], [&hash, &hash], &files)), Ok(of_two_read()));
    let damaged = Err(BackupError::Damaged { at: name.to_owned() });
    assert_eq!(read_bytes(&of_two(2, [name; 2], [&hash, &other], &files)), damaged);
}

#[test]
fn a_later_version_is_told() {
    let index = b"{\"format\":\"palimpsest-backup\",\"version\":3,\"of\":\"the future\"}";
    let hash = format!("{}  {}\n", crate::hash::hash_bytes(index), crate::format::INDEX);
    let bytes = archive(&[(crate::format::INDEX, &index[..]), (crate::format::INDEX_HASH, hash.as_bytes())]);
    assert_eq!(read_bytes(&bytes), Err(BackupError::Version(3)));
    assert!(BackupError::Version(3).to_string().contains("version 3, and this page reads versions up to 2;"));
}
