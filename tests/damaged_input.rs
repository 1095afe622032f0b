//! Outside data in every state of damage is refused with an error, and never with a panic. These are the functions that
//! `cargo xtask fuzz` runs for longer, over damage that is the same every time.

#[expect(unreachable_pub, reason = "the fuzz targets reach it from outside its crate")]
#[path = "fuzz/src/entry.rs"]
mod entry;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use tests::{Outcome, repository};

/// Damaged copies of each seed, beside all of its truncations.
const COPIES: usize = 300;

/// Seeds that are longer are left to the fuzzer.
const MOST_SEED_BYTES: usize = 8192;

/// Prompts in which much is open, nested, escaped or odd.
const PROMPTS: [&str; 6] = [
    "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
    r"\(literal\] \\ (a:-1.5) BREAK [[b:2] BREAK(c:.)",
    "cafe\u{301} (\u{1112}\u{1161}\u{11ab}:1.1), हिन्दी <|endoftext|> it's (x² : +2. )",
    "(a:99999999999999999999999999999999999999999)(b:0.00000000000000000000000000000001)",
    ", very, very, very, very, very, very, very, very, very, very, very, very, very, very, very, BREAK BREAK",
    "🏠(🏠:1.2)[\u{1F3F4}\u{E0067}\u{E0062}] \u{3000}İ ﬁ ǅ ẞ",
];

#[test]
fn damaged_weight_files_are_refused() -> Outcome {
    let folders = ["sound", "broken", "gguf_sound", "gguf_broken"];
    let seeds = seeds(&folders.map(|folder| format!("worker/weights/tests/{folder}")))?;
    assert!(seeds.len() > 60, "only {} seeds", seeds.len());
    survives(seeds, entry::weights);
    Ok(())
}

#[test]
fn damaged_loras_are_refused() -> Outcome {
    survives(seeds(&["tests/fuzz/seeds", "tests/golden/sd1-lora/malformed"])?, entry::lora);
    Ok(())
}

#[test]
fn damaged_models_are_refused() -> Outcome {
    survives(seeds(&["tests/fuzz/seeds", "worker/weights/tests/gguf_sound"])?, entry::checkpoint);
    Ok(())
}

/// The files of some folders, but for the longest, of which every truncation would take minutes.
fn seeds(folders: &[impl AsRef<Path>]) -> Outcome<Vec<Vec<u8>>> {
    let mut seeds = Vec::new();
    for folder in folders {
        for file in fs::read_dir(repository::root().join(folder))? {
            seeds.push(fs::read(file?.path())?);
        }
    }
    seeds.retain(|seed| seed.len() <= MOST_SEED_BYTES);
    Ok(seeds)
}

#[test]
fn damaged_prompts_are_read() {
    let long = "a red (tree:1.2), ".repeat(60);
    let seeds = PROMPTS.into_iter().chain([long.as_str()]);
    survives(seeds.map(|prompt| prompt.as_bytes().to_vec()).collect(), entry::prompt);
}

/// Runs an entry over every seed, every truncation of it, and copies with random damage.
fn survives(seeds: Vec<Vec<u8>>, run: fn(&[u8])) {
    let mut random = Random(1);
    for seed in seeds {
        for length in 0..=seed.len() {
            check(&seed[..length], run);
        }
        for _ in 0..COPIES {
            let mut copy = seed.clone();
            for _ in 0..1 + random.below(4) {
                random.damage(&mut copy);
            }
            check(&copy, run);
        }
    }
}

/// Shows the bytes that an entry fails for.
fn check(bytes: &[u8], run: fn(&[u8])) {
    let outcome = catch_unwind(AssertUnwindSafe(|| run(bytes)));
    assert!(outcome.is_ok(), "it fails for {}", bytes.escape_ascii());
}

/// Numbers that are the same in every run (Marsaglia's xorshift64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Flips a bit, or sets, removes or repeats a byte.
    fn damage(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            bytes.push(self.next() as u8);
        }
        let at = self.below(bytes.len());
        match self.below(5) {
            0 | 1 => bytes[at] ^= 1 << self.below(8),
            2 => bytes[at] = [0, 0x7f, 0xff, b'9', b'('][self.below(5)],
            3 => {
                bytes.remove(at);
            }
            _ => bytes.insert(at, bytes[at]),
        }
    }
}
