//! Importing a checkpoint of 4.3 GB within the memory of a browser tab.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::rc::Rc;

use checkpoints::{Numbers, stable_diffusion_1_5_in_one_file};
use peak_alloc::PeakAlloc;
use pollster::block_on;
use protocol::Precision;
use storage::{BlobHandle, Memory, Storage, StorageError};
use weights::ByteSource;
use worker::import::{Watch, import};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const MOST_HEAP_BYTES: usize = 300 << 20;

/// Bytes that take no memory while they are all zero.
#[derive(Clone)]
enum SparseBlob {
    Zeros(u64),
    Bytes(Rc<[u8]>),
    File(Rc<dyn ByteSource>),
}

impl BlobHandle for SparseBlob {
    fn from_bytes(bytes: &[u8]) -> Result<Self, StorageError> {
        match bytes.iter().all(|&byte| byte == 0) {
            true => Ok(Self::Zeros(bytes.len() as u64)),
            false => Ok(Self::Bytes(bytes.into())),
        }
    }

    fn len_bytes(&self) -> u64 {
        match self {
            Self::Zeros(bytes) => *bytes,
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(file) => file.len_bytes(),
        }
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, StorageError> {
        match self {
            Self::Zeros(_) => Ok(vec![0; (end - start) as usize]),
            Self::Bytes(bytes) => Ok(bytes[start as usize..end as usize].to_vec()),
            Self::File(file) => Ok(file.read(start..end).await.unwrap()),
        }
    }
}

struct Unwatched;

impl Watch for Unwatched {
    fn progress(&mut self, _: u64, _: u64) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// One test, so that the heap is its own.
#[test]
fn four_gigabytes_are_imported_within_300_megabytes() {
    let file = stable_diffusion_1_5_in_one_file(Numbers::ZeroF32);
    assert!(file.len_bytes() > 4_260_000_000);
    for precision in [Precision::AsItIs, Precision::Half] {
        let storage = Storage::over(Memory::<SparseBlob>::default());
        let files = vec![("v1-5.safetensors".to_owned(), SparseBlob::File(file.clone()))];
        HEAP.reset_peak_usage();
        let record = block_on(import(&storage, "SD 1.5", files, precision, &mut Unwatched)).unwrap();
        let peak = HEAP.peak_usage();
        println!("{precision:?}: {} bytes stored, {peak} bytes of heap at the most", record.bytes);
        assert!(peak < MOST_HEAP_BYTES, "{precision:?}: {peak} bytes of heap");
        let half = precision == Precision::Half;
        assert!(record.bytes > if half { 2_130_000_000 } else { 4_260_000_000 });
    }
}
