//! A pack of 500 MB goes through a heap of some megabytes, out and in again.

use std::cell::{Cell, RefCell};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use gallery::{Settings, encode_png};
use packs::{
    Blob, BlobError, Entry, LoadedPack, Origin, Pack, PictureInfo, PictureKey, Role, read, write_pack,
};
use peak_alloc::PeakAlloc;
use pollster::block_on;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const ENTRIES: usize = 8;
const PICTURE_BYTES: u64 = 62 << 20;
/// Some chunks, some pieces, and room for what is small.
const MOST_HEAP_BYTES: usize = 16 << 20;

thread_local! {
    /// Where new bytes are laid down.
    static DISK: RefCell<Option<Rc<File>>> = const { RefCell::new(None) };
    static DISK_BYTES: Cell<u64> = const { Cell::new(0) };
}

/// Files outside of the heap, as a browser has them.
#[derive(Clone)]
enum Outside {
    /// A PNG with noise after its end, made up as it is read.
    MadeUp { head: Rc<[u8]>, seed: u64 },
    /// Ranges of the disk, each with its length.
    OnDisk(Rc<[(u64, u64)]>),
}

impl Blob for Outside {
    fn from_bytes(bytes: &[u8]) -> Result<Self, BlobError> {
        let start = DISK_BYTES.with(|end| end.replace(end.get() + bytes.len() as u64));
        DISK.with_borrow(|disk| match disk {
            Some(disk) => (&**disk).write_all(bytes).map_err(|error| BlobError(error.to_string())),
            None => Err(BlobError("no disk".to_owned())),
        })?;
        Ok(Self::OnDisk([(start, bytes.len() as u64)].into()))
    }

    fn join(parts: &[Self], _: &str) -> Result<Self, BlobError> {
        let ranges = parts.iter().flat_map(|part| match part {
            Self::OnDisk(ranges) => ranges.to_vec(),
            Self::MadeUp { .. } => Vec::new(),
        });
        Ok(Self::OnDisk(ranges.collect()))
    }

    fn slice(&self, _: u64, _: u64, _: &str) -> Result<Self, BlobError> {
        Err(BlobError("packs are read in pieces".to_owned()))
    }

    fn len_bytes(&self) -> u64 {
        match self {
            Self::MadeUp { .. } => PICTURE_BYTES,
            Self::OnDisk(ranges) => ranges.iter().map(|(_, bytes)| bytes).sum(),
        }
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, BlobError> {
        match self {
            Self::MadeUp { head, seed } => Ok((start..end)
                .map(|at| match head.get(at as usize) {
                    Some(byte) => *byte,
                    None => ((at ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8,
                })
                .collect()),
            Self::OnDisk(ranges) => on_disk(ranges, start, end),
        }
    }
}

fn on_disk(ranges: &[(u64, u64)], start: u64, end: u64) -> Result<Vec<u8>, BlobError> {
    let (mut bytes, mut before) = (Vec::new(), 0);
    for (place, length) in ranges {
        let (from, to) = (start.max(before), end.min(before + length));
        if from < to {
            let mut part = vec![0; (to - from) as usize];
            DISK.with_borrow(|disk| {
                disk.as_ref().map(|disk| disk.read_exact_at(&mut part, place + from - before))
            });
            bytes.extend(part);
        }
        before += length;
    }
    Ok(bytes)
}

#[test]
fn half_a_gigabyte_goes_through_a_small_heap() {
    let path = std::env::temp_dir().join(format!("palimpsest-pack-{}", std::process::id()));
    let disk = File::options().create(true).truncate(true).read(true).write(true).open(&path).unwrap();
    // Its name goes at once, and it with the last handle.
    std::fs::remove_file(&path).unwrap();
    DISK.set(Some(Rc::new(disk)));

    let settings = Settings { width: 1, height: 1, ..Settings::default() };
    let head: Rc<[u8]> = encode_png(&[1, 2, 3, 255], 1, 1, &settings).unwrap().into();
    let mut loaded = LoadedPack { pack: Pack::default(), pictures: Vec::new() };
    loaded.pack.created = "2026-11-27T00:00:00Z".to_owned();
    for index in 0..ENTRIES {
        let picture = Outside::MadeUp { head: Rc::clone(&head), seed: index as u64 };
        let mut entry = Entry::of(index.to_string(), loaded.pack.created.clone(), &settings).unwrap();
        entry.image = Some(block_on(PictureInfo::of(&picture, index + 1, Role::Image)).unwrap());
        loaded.pack.entries.push(entry);
        loaded.pictures.push((PictureKey { entry: index, role: Role::Image }, picture));
    }

    HEAP.reset_peak_usage();
    let file = block_on(write_pack(&loaded, &mut |_| {})).unwrap();
    let (writing, file_bytes) = (HEAP.peak_usage(), file.len_bytes());
    assert!(file_bytes > 500 << 20, "{file_bytes}");
    HEAP.reset_peak_usage();
    let origin = Origin { name: "large.pack.json".to_owned(), modified_millis: 0.0 };
    let again = block_on(read(&file, &origin, &mut |_| {})).unwrap();
    let reading = HEAP.peak_usage();
    println!("{} MB: peak heap {writing} bytes writing, {reading} bytes reading", file_bytes >> 20);
    assert_eq!(again.pack, loaded.pack);
    assert!(writing < MOST_HEAP_BYTES && reading < MOST_HEAP_BYTES, "{writing} {reading}");
}
