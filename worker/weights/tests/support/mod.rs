//! Weight files made in memory, and the golden checkpoint in another layout.
#![allow(dead_code, reason = "each test program uses its own part of this module")]
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{collections::BTreeMap, path::PathBuf};

use pollster::block_on;
use serde_json::{Value, json};
use weights::{DirFolder, RawTensor, Tensors};

/// `tests/golden` of the repository.
pub(crate) fn golden() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

/// A safetensors file. Number formats go by their names in the format.
pub(crate) fn file(tensors: &BTreeMap<String, RawTensor>, metadata: &[(&str, &str)]) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    if !metadata.is_empty() {
        let texts: BTreeMap<_, _> = metadata.iter().copied().collect();
        header.insert("__metadata__".to_owned(), json!(texts));
    }
    for (name, tensor) in tensors {
        let begin = data.len();
        data.extend_from_slice(&tensor.bytes);
        let entry = json!({
            "dtype": tensor.dtype.to_string(), "shape": tensor.shape, "data_offsets": [begin, data.len()],
        });
        header.insert(name.clone(), entry);
    }
    let header = Value::Object(header).to_string();
    [(header.len() as u64).to_le_bytes().as_slice(), header.as_bytes(), &data].concat()
}

/// Files of shapes alone, with zeros of half precision.
pub(crate) fn zeros<'a>(shapes: impl IntoIterator<Item = (&'a str, &'a [usize])>) -> Vec<u8> {
    let tensor = |(name, shape): (&str, &[usize])| {
        let bytes = vec![0; 2 * shape.iter().product::<usize>()];
        let (name, shape, dtype) = (name.to_owned(), shape.to_vec(), weights::DType::F16);
        (name.clone(), RawTensor { name, dtype, shape, bytes, scales: None })
    };
    file(&shapes.into_iter().map(tensor).collect(), &[])
}

/// Every tensor of the golden checkpoint of Stable Diffusion 1, under the names of a published single file.
pub(crate) fn single() -> BTreeMap<String, RawTensor> {
    let names: Value =
        serde_json::from_slice(&std::fs::read(golden().join("single/names.json")).unwrap()).unwrap();
    let folder = DirFolder::new(golden().join("sd1"));
    let parts: BTreeMap<&str, Tensors> = [
        ("unet", "unet/diffusion_pytorch_model"),
        ("vae", "vae/diffusion_pytorch_model"),
        ("text_encoder", "text_encoder/model"),
    ]
    .map(|(part, stem)| (part, block_on(Tensors::open_in(&folder, stem)).unwrap()))
    .into();
    let mut all = BTreeMap::new();
    for (from, to) in names["names"].as_object().unwrap() {
        let (part, name) = from.split_once('/').unwrap();
        let to = to.as_str().unwrap();
        let mut tensor = block_on(parts[part].read(name)).unwrap();
        // Published files have the attention of the autoencoder as 1x1 convolutions.
        if tensor.shape.len() == 2 && to.contains("mid.attn_1.") {
            tensor.shape.extend([1, 1]);
        }
        all.insert(to.to_owned(), tensor);
    }
    for ignored in names["ignored"].as_array().unwrap() {
        let name = ignored.as_str().unwrap().to_owned();
        let (dtype, shape, bytes) = (weights::DType::F32, vec![2], vec![0; 8]);
        all.insert(name.clone(), RawTensor { name, dtype, shape, bytes, scales: None });
    }
    all
}
