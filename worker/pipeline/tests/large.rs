//! A model of four gigabytes is opened and made smaller without ever being in memory.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{cell::Cell, ops::Range, rc::Rc};

use checkpoints::{MadeUpFolder, Numbers, stable_diffusion_1_5};
use pipeline::Model;
use pollster::block_on;
use weights::{
    ByteSink, ByteSource, Checkpoint, Folder, LocalBoxFuture, Survey, WeightsError,
    quantize::{Source, Target, quantize},
};

/// Bytes that were read: the most at once, and all together.
#[derive(Default)]
struct Reads {
    largest: Cell<u64>,
    all: Cell<u64>,
}

/// A folder that counts what is read of its files.
struct Counting {
    files: MadeUpFolder,
    reads: Rc<Reads>,
}

impl Folder for Counting {
    fn open(&self, path: &str) -> LocalBoxFuture<'_, Result<Option<Rc<dyn ByteSource>>, WeightsError>> {
        let path = path.to_owned();
        Box::pin(async move {
            let source = self.files.open(&path).await?;
            let counted =
                |source| Rc::new(Counted { source, reads: self.reads.clone() }) as Rc<dyn ByteSource>;
            Ok(source.map(counted))
        })
    }
}

struct Counted {
    source: Rc<dyn ByteSource>,
    reads: Rc<Reads>,
}

impl ByteSource for Counted {
    fn len_bytes(&self) -> u64 {
        self.source.len_bytes()
    }

    fn read(&self, range: Range<u64>) -> LocalBoxFuture<'_, Result<Vec<u8>, WeightsError>> {
        let bytes = range.end.saturating_sub(range.start);
        self.reads.largest.set(self.reads.largest.get().max(bytes));
        self.reads.all.set(self.reads.all.get() + bytes);
        self.source.read(range)
    }
}

/// Takes bytes and keeps none: how many, and the most at once.
#[derive(Default)]
struct CountingSink {
    bytes: u64,
    largest: usize,
}

impl ByteSink for CountingSink {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>> {
        self.bytes += bytes.len() as u64;
        self.largest = self.largest.max(bytes.len());
        Box::pin(async { Ok(()) })
    }
}

#[test]
fn four_gigabytes_are_never_in_memory() {
    let files = stable_diffusion_1_5(Numbers::ZeroF32);
    let all: u64 = files.files().map(|(_, source)| source.len_bytes()).sum();
    assert!(all > 4_200_000_000, "{all}");
    let reads = Rc::new(Reads::default());
    let folder: Rc<dyn Folder> = Rc::new(Counting { files, reads: reads.clone() });

    let model = block_on(Model::open(folder.clone())).unwrap();
    assert_eq!(model.profile().native_px, 512);
    let checkpoint = block_on(Checkpoint::open(folder.clone())).unwrap();
    let mut largest = 0;
    for part in ["unet", "vae", "text_encoder"] {
        let tensors = block_on(checkpoint.tensors(part)).unwrap();
        let sizes = tensors.names().filter_map(|name| tensors.get(name));
        largest = largest.max(sizes.map(|info| info.range.end - info.range.start).max().unwrap());
        let survey = Survey::of(&tensors);
        assert!(survey.parts.values().all(|part| part.missing.is_empty() && part.odd.is_none()), "{part}");
        assert!(survey.parts.len() == 1 && survey.unknown.is_empty(), "{part}: {:?}", survey.unknown);
    }
    println!("to open: {} bytes, {} at once", reads.all.get(), reads.largest.get());
    assert!(reads.all.get() < 2 << 20, "{} bytes to open", reads.all.get());

    let source = block_on(Source::open(folder)).unwrap();
    let mut sink = CountingSink::default();
    let summary = block_on(quantize(&source, Target::F16, &mut sink, &mut |_, _| {})).unwrap();
    println!(
        "to f16: {} bytes read, {} at once; {} written",
        reads.all.get(),
        reads.largest.get(),
        sink.bytes
    );
    assert_eq!(summary.bytes_after, sink.bytes);
    let over = sink.bytes - summary.bytes_before / 2;
    assert!(over < 2 << 20, "halves, and {over} bytes of header and of vectors, which stay as they are");
    assert_eq!(reads.largest.get(), largest, "the largest read is the largest tensor");
    assert!(reads.all.get() < all + (4 << 20), "something was read twice");
    assert!(sink.largest <= 4 << 20, "{} bytes written at once", sink.largest);
}
