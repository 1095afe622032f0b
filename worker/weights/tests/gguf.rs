//! GGUF files: sound and broken ones, files that are no models, and the values of every block type.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::{
    fs,
    path::{Path, PathBuf},
    rc::Rc,
};

use pollster::block_on;
use weights::{DType, MemorySource, MetadataValue, Tensors, WeightsError};

fn open(bytes: impl Into<Rc<[u8]>>) -> Result<Tensors, WeightsError> {
    block_on(Tensors::open(Rc::new(MemorySource::new(bytes))))
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn golden(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/sd1-gguf");
    fs::read(folder.join(name)).unwrap()
}

fn folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(here(name)).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn sound_files_open_and_every_tensor_reads() {
    let files = folder("gguf_sound");
    assert_eq!(files.len(), 6);
    for (name, bytes) in files {
        let tensors = open(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(tensors.names().count(), if name.contains("no_tensors") { 0 } else { 2 }, "{name}");
        for tensor in tensors.names() {
            let raw = block_on(tensors.read(tensor)).unwrap();
            assert_eq!(raw.to_f32().unwrap().len(), raw.shape.iter().product::<usize>(), "{name}: {tensor}");
        }
    }
}

/// As the fuzzer found it: one tensor of no numbers, and not even the padding behind the header.
#[test]
fn a_tensor_of_no_numbers_lies_inside_the_file() {
    let mut file = b"GGUF\x03\0\0\0".to_vec();
    for number in [1_u64, 0, 1] {
        file.extend(number.to_le_bytes());
    }
    // The name, one axis of no length, F32, offset 0.
    file.extend(b"a\x01\0\0\0");
    file.extend([0; 8 + 4 + 8]);
    let length = file.len() as u64;
    let tensors = open(file).unwrap();
    assert_eq!(tensors.get("a").unwrap().range, length..length);
    assert_eq!(block_on(tensors.read("a")).unwrap().to_f32().unwrap(), [0.0_f32; 0]);
}

#[test]
fn broken_files_are_refused_with_the_reason() {
    let reasons = [
        ("alignment_three", "alignment is no power of two"),
        ("alignment_zero", "alignment is no power of two"),
        ("array_length_absurd", "claims 2305843009213693952 elements"),
        ("array_nested_deep", "nested more than 8 deep"),
        ("big_endian", "big-endian"),
        ("dims_200", "200 axes"),
        ("dims_overflow", "too large for any file"),
        ("duplicate_name", "two tensors a"),
        ("key_length_absurd", "a key at byte"),
        ("magic_ggml", "before GGUF"),
        ("metadata_count_absurd", "metadata entries"),
        ("offset_beyond_file", "not inside the"),
        ("offset_unaligned", "offset 7 is no multiple of 32"),
        ("overlapping", "inside the tensor that ends at"),
        ("row_not_whole_blocks", "rows of 33 values are not whole blocks of Q8_0"),
        ("string_length_absurd", "needs 4611686018427387904 bytes"),
        ("tensor_count_absurd", "claims 1152921504606846976 tensors"),
        ("truncated_before_data", "7 are left"),
        ("truncated_data", "not inside the"),
        ("truncated_header", "bytes left"),
        ("truncated_magic", "3 bytes"),
        ("truncated_metadata", "left"),
        ("truncated_tensor_infos", "left"),
        ("type_unknown", "type 999 is unknown"),
        ("value_type_unknown", "metadata type 77"),
        ("version_1", "version 1 of the format is obsolete"),
        ("version_99", "version 99 of the format is unknown"),
    ];
    let files = folder("gguf_broken");
    assert_eq!(files.len(), reasons.len());
    for (name, reason) in reasons {
        let file = format!("{name}.gguf");
        let (_, bytes) = files.iter().find(|(found, _)| *found == file).unwrap();
        let error = open(bytes.as_slice()).err().unwrap_or_else(|| panic!("{name} was accepted")).to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
}

#[test]
fn files_that_are_no_models_are_told_by_their_bytes() {
    let reasons = [
        ("lfs_pointer.safetensors", "Git LFS pointer, which stands for a file of 4265380512 bytes"),
        ("noise.safetensors", "not a sound safetensors file"),
        ("page.safetensors", "a web page"),
        ("pickle.ckpt", "a pickle, a format that can run programs"),
        ("pickle_renamed.safetensors", "a pickle, a format that can run programs"),
        ("text.txt", "plain text"),
        ("zeros.gguf", "nothing but zeros"),
    ];
    for (name, reason) in reasons {
        let error = open(fs::read(here("not_models").join(name)).unwrap()).err().unwrap().to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
    let bare_pickle = open(*b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x08builtins").err().unwrap().to_string();
    assert!(bare_pickle.contains("a pickle, a format that can run programs"), "{bare_pickle}");
    // The name does not matter: this is a safetensors file.
    let renamed = open(fs::read(here("not_models").join("safetensors_renamed.gguf")).unwrap()).unwrap();
    assert!(renamed.names().count() > 0);
}

fn bits(values: &[f32]) -> Vec<u32> {
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn values_equal_the_reference_to_the_bit() {
    let files = ["random_bits", "tensors_q4_k", "tensors_q5_1", "tensors_q6_k", "tensors_q8_0"];
    let mut types = std::collections::BTreeSet::new();
    for file in files {
        let tensors = open(golden(&format!("{file}.gguf"))).unwrap();
        let expected = open(golden(&format!("values/{file}.safetensors"))).unwrap();
        assert!(tensors.names().eq(expected.names()), "{file}");
        for name in tensors.names() {
            let dtype = tensors.get(name).unwrap().dtype;
            if let DType::Unsupported(kind) = dtype {
                let error = block_on(tensors.read(name)).unwrap_err();
                assert_eq!(error, WeightsError::Unsupported { tensor: name.to_owned(), dtype });
                assert!(name.ends_with(kind), "{name} is {kind}");
                continue;
            }
            types.insert(dtype.to_string());
            let (got, expected) =
                (block_on(tensors.read(name)).unwrap(), block_on(expected.read(name)).unwrap());
            assert_eq!(got.shape, expected.shape, "{file}: {name}");
            assert!(
                bits(&got.to_f32().unwrap()) == bits(&expected.to_f32().unwrap()),
                "{file}: {name}, {dtype}"
            );
        }
    }
    let all = [
        "BF16", "F16", "F32", "Q2_K", "Q3_K", "Q4_0", "Q4_1", "Q4_K", "Q5_0", "Q5_1", "Q5_K", "Q6_K", "Q8_0",
    ];
    assert!(types.iter().eq(all), "{types:?}");
}

#[test]
fn metadata_and_original_shapes_are_read() {
    // The beginning of a file of 3.4 MB, whose tensors are not read here.
    let mut bytes = fs::read(here("unet_mixed_comfy.start")).unwrap();
    bytes.resize(3_436_608, 0);
    let tensors = open(bytes).unwrap();
    let value = |key: &str| tensors.metadata().get(key).unwrap_or_else(|| panic!("{key}")).clone();
    use MetadataValue::{Flag, List, Real, Signed, Text, Unsigned};
    let text = |text: &str| Text(text.to_owned());
    let expected = [
        ("general.architecture", text("sd1")),
        ("general.alignment", Unsigned(64)),
        ("test.u8", Unsigned(200)),
        ("test.i8", Signed(-7)),
        ("test.u16", Unsigned(65_000)),
        ("test.i16", Signed(-30_000)),
        ("test.u32", Unsigned(4_000_000_000)),
        ("test.i32", Signed(-5)),
        ("test.u64", Unsigned(1 << 63)),
        ("test.i64", Signed(-(1 << 62))),
        ("test.f32", Real(f64::from(0.1_f32))),
        ("test.f64", Real(0.1)),
        ("test.bool", Flag(true)),
        ("test.string", text("naïve 東京 🦊")),
        ("test.strings", List(vec![text(""), text("a"), text("ß")])),
        ("test.floats", List(vec![Real(0.5), Real(-1.5)])),
    ];
    for (key, expected) in expected {
        assert_eq!(value(key), expected, "{key}");
    }
    assert_eq!(value("general.architecture").text(), Some("sd1"));
    assert_eq!(tensors.names().count(), 684);
    let shape = |name: &str| tensors.get(name).unwrap().shape.clone();
    assert_eq!(shape("input_blocks.1.0.in_layers.2.weight"), [32, 32, 3, 3]);
    assert_eq!(shape("time_embed.0.weight"), [128, 32]);
    assert_eq!(shape("input_blocks.0.0.weight").len(), 4);
}
