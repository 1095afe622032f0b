//! Every length and every flipped bit of small sound files: an answer or a typed error, never a panic, and never a
//! read outside the file.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::{fs, ops::Range, path::Path, rc::Rc};

use pollster::block_on;
use weights::{ByteSource, LocalBoxFuture, MemorySource, Tensors, WeightsError};

/// Panics where a reader asks for what is not there.
struct Strict(MemorySource);

impl ByteSource for Strict {
    fn len_bytes(&self) -> u64 {
        self.0.len_bytes()
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        assert!(range.start <= range.end && range.end <= self.len_bytes(), "bytes {range:?}");
        self.0.read(range)
    }
}

/// Opens the file and reads all that it claims to have. Whether it could be opened.
fn survives(bytes: &[u8]) -> bool {
    let Ok(tensors) = block_on(Tensors::open(Rc::new(Strict(MemorySource::new(bytes))))) else {
        return false;
    };
    for name in tensors.names() {
        if let Ok(raw) = block_on(tensors.read(name)) {
            assert!(raw.bytes.len() <= bytes.len());
            raw.to_f32().ok();
        }
    }
    true
}

fn files() -> [(Vec<u8>, usize); 4] {
    let read = |name: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)).unwrap();
    // With how many bytes of each are no padding at the end.
    [
        (read("gguf_sound/sound.gguf"), 464),
        (read("gguf_sound/sound_unpadded_end.gguf"), 464),
        (read("sound/sound.safetensors"), read("sound/sound.safetensors").len()),
        (read("sound/sound_padded.safetensors"), read("sound/sound_padded.safetensors").len()),
    ]
}

#[test]
fn no_length_is_accepted_but_the_whole() {
    for (file, least) in files() {
        assert!(survives(&file));
        for length in 0..file.len() {
            assert_eq!(survives(&file[..length]), length >= least, "{length} of {} bytes", file.len());
        }
    }
}

#[test]
fn every_flipped_bit_gives_an_answer() {
    for (file, _) in files() {
        let mut accepted = 0;
        for bit in 0..file.len() * 8 {
            let mut damaged = file.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            accepted += usize::from(survives(&damaged));
        }
        assert!(accepted > 0 && accepted < file.len() * 8, "{accepted}");
    }
}

#[test]
fn every_byte_at_its_extremes_gives_an_answer() {
    for (file, _) in files() {
        for at in 0..file.len().saturating_sub(8) {
            for value in [0, u64::MAX, 1 << 63, u64::from(u32::MAX), 1 << 32] {
                let mut damaged = file.clone();
                damaged[at..at + 8].copy_from_slice(&value.to_le_bytes());
                survives(&damaged);
            }
        }
    }
}
