//! A file larger than 32 bits can count, which is made up as it is read.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::{cell::Cell, collections::BTreeMap, ops::Range, rc::Rc};

use blocks::BlockType;
use pollster::block_on;
use weights::{ByteSource, DType, GgufTensor, GgufWriter, LocalBoxFuture, Tensors, WeightsError};

/// A header, and behind it bytes that follow from their place.
struct Sparse {
    header: Vec<u8>,
    len_bytes: u64,
    reads: Cell<usize>,
    largest: Cell<u64>,
}

fn made_up(at: u64) -> u8 {
    // A finite half is found every 18 bytes only if no byte is large.
    (at % 61) as u8
}

impl ByteSource for Sparse {
    fn len_bytes(&self) -> u64 {
        self.len_bytes
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        self.reads.set(self.reads.get() + 1);
        self.largest.set(self.largest.get().max(range.end - range.start));
        let bytes = range.map(|at| match usize::try_from(at).ok().and_then(|at| self.header.get(at)) {
            Some(&byte) => byte,
            None => made_up(at),
        });
        let bytes = bytes.collect();
        Box::pin(async { Ok(bytes) })
    }
}

#[test]
fn tensors_beyond_four_gigabytes_are_read_by_their_own_ranges() {
    let tensor = |name: &str, shape: &[usize], dtype| GgufTensor {
        name: name.to_owned(),
        shape: shape.to_vec(),
        dtype,
    };
    let small = [3_usize, 64];
    let q8_0 = DType::Block(BlockType::Q8_0);
    let tensors = [
        tensor("first", &small, q8_0),
        // 5 GB, 17 MB and a little.
        tensor("vast", &[1 << 17, 10_240], DType::F32),
        tensor("middle", &[4096, 2048], DType::F16),
        tensor("last", &small, q8_0),
    ];
    let mut header = Vec::new();
    block_on(GgufWriter::start(&mut header, &BTreeMap::new(), &tensors)).unwrap();
    let bytes: u64 = tensors.iter().map(|tensor| tensor.bytes().unwrap().next_multiple_of(32)).sum();
    let len_bytes = header.len() as u64 + bytes;
    assert!(len_bytes > 5 << 30);
    let start = header.len() as u64;
    let source = Rc::new(Sparse { header, len_bytes, reads: Cell::new(0), largest: Cell::new(0) });
    let opened = block_on(Tensors::open(source.clone())).unwrap();
    assert!(source.reads.get() <= 2 && source.largest.get() <= 1 << 16, "{} reads", source.reads.get());

    let last = block_on(opened.read("last")).unwrap();
    let at = opened.get("last").unwrap().range.start;
    assert!(at > 5 << 30 && (at - start).is_multiple_of(32));
    assert!(last.bytes.iter().zip(at..).all(|(&byte, at)| byte == made_up(at)));
    assert_eq!(last.to_f32().unwrap().len(), 192);
    assert!(source.largest.get() <= 1 << 16);

    block_on(opened.read("middle")).unwrap();
    assert_eq!(source.largest.get(), 4096 * 2048 * 2, "the largest read is the largest tensor that was read");
}
