//! Sound and broken safetensors files, one of each kind of damage, from the folders `sound` and `broken`.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::{path::Path, rc::Rc};

use pollster::block_on;
use weights::{DType, DirFolder, MemoryFolder, MemorySource, Tensors, WeightsError};

fn folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name);
    let entries = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
        .collect()
}

fn open(bytes: Vec<u8>) -> Result<Tensors, WeightsError> {
    block_on(Tensors::open(Rc::new(MemorySource::new(bytes))))
}

#[test]
fn sound_files_open_and_every_tensor_reads() {
    let files = folder("sound");
    assert_eq!(files.len(), 6);
    for (name, bytes) in files {
        let tensors = open(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        for tensor in tensors.names() {
            let raw = block_on(tensors.read(tensor)).unwrap();
            let info = tensors.get(tensor).unwrap();
            assert_eq!(raw.bytes.len() as u64, info.range.end - info.range.start, "{name}: {tensor}");
            assert_eq!(raw.to_f32().unwrap().len(), raw.shape.iter().product::<usize>(), "{name}: {tensor}");
        }
    }
}

#[test]
fn header_order_and_padding_do_not_change_the_numbers() {
    let files = folder("sound");
    let values = |wanted: &str| {
        let (_, bytes) = files.iter().find(|(name, _)| name == wanted).unwrap();
        let tensors = open(bytes.clone()).unwrap();
        tensors
            .names()
            .map(|name| block_on(tensors.read(name)).unwrap().to_f32().unwrap())
            .collect::<Vec<_>>()
    };
    let plain = values("sound.safetensors");
    assert!(plain.iter().flatten().any(|&value| value != 0.0));
    assert_eq!(plain, values("sound_padded.safetensors"));
    assert_eq!(plain, values("sound_unsorted.safetensors"));
}

#[test]
fn broken_files_are_refused_when_opened() {
    let files = folder("broken");
    assert!(files.len() >= 25, "only {} broken files", files.len());
    for (name, bytes) in files {
        match open(bytes) {
            Err(
                WeightsError::BadHeader { .. }
                | WeightsError::BadTensor { .. }
                | WeightsError::NotAModel { .. }
                | WeightsError::Pickle { .. },
            ) => {}
            Err(other) => panic!("{name}: unexpected kind of error: {other}"),
            Ok(_) => panic!("{name} was accepted"),
        }
    }
}

/// Wraps a header (and zeros for data) into a file.
fn container(header: &str, data_bytes: usize) -> Vec<u8> {
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    file.resize(file.len() + data_bytes, 0);
    file
}

#[test]
fn the_damaged_tensor_is_named() {
    let overlap = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                      "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    let error = open(container(overlap, 12)).err().unwrap();
    assert!(matches!(&error, WeightsError::BadTensor { tensor, .. } if tensor == "b"), "{error}");

    let outside = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let error = open(container(outside, 4)).err().unwrap();
    assert!(matches!(&error, WeightsError::BadTensor { tensor, .. } if tensor == "a"), "{error}");

    let shape = r#"{"a":{"dtype":"F16","shape":[3],"data_offsets":[0,8]}}"#;
    let error = open(container(shape, 8)).err().unwrap();
    assert!(error.to_string().contains("shape [3] of F16 does not fill 8 bytes"), "{error}");
}

#[test]
fn a_huge_nesting_is_refused_without_recursing() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(open(container(&deep, 0)), Err(WeightsError::BadHeader { .. })));
}

#[test]
fn shards_are_joined_and_lost_ones_named() {
    let index = br#"{"metadata":{},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"#;
    let part = |name: &str| {
        container(&format!(r#"{{"{name}":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#), 4)
    };
    let mut model = MemoryFolder::default();
    model.insert("unet/m.safetensors.index.json", index.as_slice());
    model.insert("unet/m-1.safetensors", part("a"));
    let lost = block_on(Tensors::open_in(&model, "unet/m")).err().unwrap();
    assert_eq!(lost, WeightsError::MissingFile { file: "unet/m-2.safetensors".to_owned() });

    model.insert("unet/m-2.safetensors", part("c"));
    let wrong = block_on(Tensors::open_in(&model, "unet/m")).err().unwrap();
    assert!(matches!(&wrong, WeightsError::BadTensor { tensor, .. } if tensor == "b"), "{wrong}");

    model.insert("unet/m-2.safetensors", part("b"));
    let tensors = block_on(Tensors::open_in(&model, "unet/m")).unwrap();
    assert_eq!(tensors.names().collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(block_on(tensors.read("b")).unwrap().to_f32().unwrap(), [0.0]);

    let climbing = br#"{"weight_map":{"a":"../../secret.safetensors"}}"#;
    model.insert("unet/m.safetensors.index.json", climbing.as_slice());
    let error = block_on(Tensors::open_in(&model, "unet/m")).err().unwrap();
    assert!(matches!(error, WeightsError::PathOutsideFolder { .. }), "{error}");
}

#[test]
fn a_folder_on_disk_reads_ranges_and_stays_inside() {
    let dir = DirFolder::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"));
    let tensors = block_on(Tensors::open_in(&dir, "sound/sound")).unwrap();
    let (_, bytes) = folder("sound").into_iter().find(|(name, _)| name == "sound.safetensors").unwrap();
    let in_memory = open(bytes).unwrap();
    for name in tensors.names() {
        assert_eq!(block_on(tensors.read(name)), block_on(in_memory.read(name)));
    }
    let missing = block_on(Tensors::open_in(&dir, "sound/none")).err().unwrap();
    assert_eq!(missing, WeightsError::MissingFile { file: "sound/none.safetensors".to_owned() });
    let climbed = block_on(Tensors::open_in(&dir, "../src/lib")).err().unwrap();
    assert!(matches!(climbed, WeightsError::PathOutsideFolder { .. }), "{climbed}");
}

#[test]
fn numbers_widen_exactly_and_int8_takes_its_scales() {
    let header = r#"{"bf":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},
        "h":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},
        "ids":{"dtype":"I64","shape":[1],"data_offsets":[8,16]},
        "q":{"dtype":"I8","shape":[2,3],"data_offsets":[16,22]},
        "q.scale":{"dtype":"F32","shape":[2],"data_offsets":[22,30]},
        "r":{"dtype":"I8","shape":[2],"data_offsets":[30,32]}}"#;
    let mut file = container(header, 0);
    file.extend([0x80, 0x3f, 0x00, 0xc0]); // 1, -2
    file.extend([0x00, 0x3c, 0x01, 0x00]); // 1, the smallest subnormal 2^-24
    file.extend(7_i64.to_le_bytes());
    file.extend([1, 2, 0x80, 0xff, 0, 127]); // 1 2 -128 | -1 0 127
    file.extend(0.5_f32.to_le_bytes());
    file.extend(2.0_f32.to_le_bytes());
    file.extend([1, 1]);
    let tensors = open(file).unwrap();
    let read = |name| block_on(tensors.read(name));
    assert_eq!(read("bf").unwrap().to_f32().unwrap(), [1.0, -2.0]);
    assert_eq!(read("h").unwrap().to_f32().unwrap(), [1.0, 2.0_f32.powi(-24)]);
    assert_eq!(read("q").unwrap().to_f32().unwrap(), [0.5, 1.0, -64.0, -2.0, 0.0, 254.0]);
    assert_eq!(read("q").unwrap().dtype, DType::I8);
    assert!(matches!(read("ids").unwrap().to_f32(), Err(WeightsError::NotWeights { .. })));
    let lost = read("r").err().unwrap();
    assert!(matches!(&lost, WeightsError::MissingTensor { tensor, .. } if tensor == "r.scale"), "{lost}");
}
