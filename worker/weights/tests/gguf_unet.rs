//! Whole UNets in GGUF files, as two other programs name and store them, in place of a folder's own.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{collections::BTreeMap, fs, path::PathBuf, rc::Rc};

use pollster::block_on;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use weights::{Checkpoint, DirFolder, Family, MemorySource, OverlayFolder, Part, Survey, Tensors, read_json};

/// Files with what stands before their tensors' names, and how many block types are in them.
const FILES: [(&str, &str, usize); 2] =
    [("unet_q8_0_sdcpp", "model.diffusion_model.", 1), ("unet_mixed_comfy", "", 8)];

fn golden(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(path)
}

fn json_of(path: &str) -> BTreeMap<String, Value> {
    serde_json::from_slice(&fs::read(golden(path)).unwrap()).unwrap()
}

fn file(name: &str) -> Rc<MemorySource> {
    Rc::new(MemorySource::new(fs::read(golden(&format!("sd1-gguf/{name}.gguf"))).unwrap()))
}

fn open(name: &str) -> Checkpoint {
    let mut folder = OverlayFolder::new(Some(Rc::new(DirFolder::new(golden("sd1")))));
    folder.insert("unet.gguf", file(name));
    block_on(Checkpoint::open(Rc::new(folder))).unwrap()
}

/// Of the numbers as little-endian float32.
fn digest(values: &[f32]) -> String {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_tensor_decodes_to_the_references_numbers() {
    for (name, _, block_types) in FILES {
        let unet = block_on(open(name).tensors("unet")).unwrap();
        let expected = json_of(&format!("sd1-gguf/golden/{name}.json"));
        assert!(unet.names().eq(expected.keys()), "{name}: other tensors");
        let mut blocks = BTreeMap::<String, usize>::new();
        for (tensor, expected) in &expected {
            let raw = block_on(unet.read(tensor)).unwrap();
            assert_eq!(json!(raw.shape), expected["shape"], "{name}: {tensor}");
            assert_eq!(json!(digest(&raw.to_f32().unwrap())), expected["sha256_f32"], "{name}: {tensor}");
            *blocks.entry(raw.dtype.to_string()).or_default() += 1;
        }
        println!("{name}: {blocks:?}");
        let types = blocks.keys().filter(|dtype| dtype.starts_with('Q')).count();
        assert_eq!(types, block_types, "{name}: {blocks:?}");
    }
}

#[test]
fn names_are_those_of_the_references_table() {
    let names: BTreeMap<String, String> =
        serde_json::from_value(json_of("sd1-gguf/names.json")["names"].clone()).unwrap();
    for (name, prefix, _) in FILES {
        let survey = Survey::of(&block_on(Tensors::open(file(name))).unwrap());
        assert_eq!(survey.family, Family::StableDiffusion1);
        let got = survey.parts[&Part::Unet].views.iter().map(|(to, view)| {
            assert!(view.rows.is_none(), "{name}: {to}");
            (to.clone(), view.of.strip_prefix(prefix).unwrap().to_owned())
        });
        assert_eq!(got.collect::<BTreeMap<_, _>>(), names, "{name}");
        assert!(survey.unknown.is_empty() && survey.unused.is_empty(), "{name}");
    }
}

#[test]
fn configurations_are_the_folders() {
    for (name, ..) in FILES {
        let read = |folder| block_on(read_json::<Value>(folder, "unet/config.json")).unwrap().unwrap();
        let (got, expected) = (read(open(name).configs()), read(&DirFolder::new(golden("sd1"))));
        for (field, value) in got.as_object().unwrap() {
            assert_eq!(value, &expected[field], "{name}: {field}");
        }
    }
}
