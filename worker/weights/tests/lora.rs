//! LoRA files against weights that the reference merged, and damaged ones.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{path::PathBuf, rc::Rc};

use pollster::block_on;
use weights::{
    DirFolder, Folder, MemorySource, Tensors, WeightsError,
    lora::{Lora, LoraError, LoraPart, ModuleShapes, module_shapes},
};

const LIMIT: f64 = 1e-9;
const LAYOUTS_OF_A: [&str; 4] = ["a_kohya", "a_peft", "a_peft_folded", "a_diffusers_folded"];

fn golden_root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden")
}

fn open(path: &str) -> Result<Lora, LoraError> {
    let bytes = std::fs::read(golden_root().join("sd1-lora").join(format!("{path}.safetensors"))).unwrap();
    open_bytes(bytes)
}

fn open_bytes(bytes: Vec<u8>) -> Result<Lora, LoraError> {
    block_on(Lora::open("the file", Rc::new(MemorySource::new(bytes))))
}

/// The golden model's weights, by part.
fn model() -> [(LoraPart, Tensors); 2] {
    let folder: &dyn Folder = &DirFolder::new(golden_root().join("sd1"));
    let open = |stem| block_on(Tensors::open_in(folder, stem)).unwrap();
    [
        (LoraPart::UNet, open("unet/diffusion_pytorch_model")),
        (LoraPart::TextEncoder, open("text_encoder/model")),
    ]
}

fn shapes() -> (ModuleShapes, ModuleShapes) {
    let [(_, unet), (_, text)] = model();
    (module_shapes(LoraPart::UNet, &unet), module_shapes(LoraPart::TextEncoder, &text))
}

/// `scale * alpha / rank * up down`, added to a weight in f32 as the reference does it.
fn merge(lora: &Lora, part: LoraPart, module: &str, modules: &ModuleShapes, scale: f64, weight: &mut [f32]) {
    let fit = lora.fit(part, modules).unwrap();
    for (_, entry) in fit.used.iter().filter(|(name, _)| name == module) {
        let down = block_on(lora.down(entry)).unwrap().to_f32().unwrap();
        let up = block_on(lora.up(entry)).unwrap().to_f32().unwrap();
        let width = down.len() / entry.rank;
        for (row, up) in weight.chunks_exact_mut(width).zip(up.chunks_exact(entry.rank)) {
            for (up, down) in up.iter().zip(down.chunks_exact(width)) {
                for (value, down) in row.iter_mut().zip(down) {
                    *value += (f64::from(*up) * f64::from(*down) * scale * entry.factor) as f32;
                }
            }
        }
    }
}

fn check_weights(golden: &str, loras: &[(&Lora, f64)]) {
    let path = golden_root().join(format!("sd1-lora/golden/weights_{golden}.safetensors"));
    let expected = Tensors::open(Rc::new(MemorySource::new(std::fs::read(path).unwrap())));
    let expected = block_on(expected).unwrap();
    let model = model();
    assert_eq!(expected.names().count(), 10);
    for name in expected.names() {
        let (folder, tensor) = name.split_once('/').unwrap();
        let (part, tensors) = if folder == "unet" { &model[0] } else { &model[1] };
        let modules = module_shapes(*part, tensors);
        let mut weight = block_on(tensors.read(tensor)).unwrap().to_f32().unwrap();
        for (lora, scale) in loras {
            let module = tensor.strip_suffix(".weight").unwrap();
            merge(lora, *part, module, &modules, *scale, &mut weight);
        }
        let expected = block_on(expected.read(name)).unwrap().to_f32().unwrap();
        let error = measure::nmse(&weight, &expected).unwrap();
        assert!(error <= LIMIT, "{golden} {name}: nmse {error:.2e}");
    }
}

#[test]
fn merged_weights_are_the_references_in_every_layout() {
    for layout in LAYOUTS_OF_A {
        let a = open(layout).unwrap();
        check_weights("a_0.5", &[(&a, 0.5)]);
        check_weights("a_1", &[(&a, 1.0)]);
    }
    let (a, b) = (open("a_kohya").unwrap(), open("b_kohya").unwrap());
    check_weights("b_1", &[(&b, 1.0)]);
    check_weights("a_0.7_b_0.4", &[(&a, 0.7), (&b, 0.4)]);
}

#[test]
fn every_module_of_a_sound_file_is_found() {
    let (unet, text) = shapes();
    for (file, count) in [("a_kohya", 210), ("a_peft", 210), ("a_diffusers_folded", 210), ("b_kohya", 213)] {
        let lora = open(file).unwrap();
        assert_eq!(lora.unused(&unet, &text), Ok(Vec::new()), "{file}");
        assert_eq!(lora.entries().len(), count, "{file}");
    }
}

#[test]
fn damage_is_named() {
    let (unet, text) = shapes();
    let fit = |name: &str| {
        let lora = open(&format!("malformed/{name}"))?;
        lora.unused(&unet, &text).map(|unused| (lora, unused))
    };
    for name in ["sound", "no_alpha"] {
        let (lora, unused) = fit(name).unwrap();
        assert_eq!((lora.entries().len(), unused), (1, Vec::new()), "{name}");
    }
    assert_eq!(fit("no_alpha").unwrap().0.entries()[0].factor, 1.0);
    let cases = [
        ("no_up", "has no up matrix"),
        ("rank_mismatch", "must be [outputs, 4]"),
        ("wrong_width", "must be [4, 64] for the model's module"),
        ("rank_zero", "rank 1 or more"),
        ("unknown_module", "this one has none of its 1 modules"),
        ("nothing_known", "holds no LoRA"),
    ];
    for (name, expected) in cases {
        let error = fit(name).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    let (lora, _) = fit("nan").unwrap();
    let entry = &lora.entries()[0];
    assert!(block_on(lora.down(entry)).is_ok());
    assert!(
        matches!(block_on(lora.up(entry)), Err(LoraError::NotFinite { tensor }) if tensor.contains("lora_up"))
    );
}

/// Opens and reads all of it; what matters is that it returns.
fn exhaust(bytes: Vec<u8>, (unet, text): &(ModuleShapes, ModuleShapes)) -> Result<(), LoraError> {
    let lora = open_bytes(bytes)?;
    lora.unused(unet, text)?;
    for entry in lora.entries() {
        block_on(lora.down(entry))?;
        block_on(lora.up(entry))?;
    }
    Ok(())
}

#[test]
fn cut_and_flipped_files_never_panic() {
    let shapes = shapes();
    let sound = std::fs::read(golden_root().join("sd1-lora/malformed/sound.safetensors")).unwrap();
    assert_eq!(exhaust(sound.clone(), &shapes), Ok(()));
    for cut in 0..sound.len() {
        let refused = exhaust(sound[..cut].to_vec(), &shapes);
        assert!(
            matches!(
                refused,
                Err(LoraError::Weights(WeightsError::BadHeader { .. } | WeightsError::BadTensor { .. }))
            ),
            "{cut}"
        );
    }
    let header_bytes = 8 + u64::from_le_bytes(sound[..8].try_into().unwrap()) as usize;
    for bit in 0..8 * header_bytes {
        let mut flipped = sound.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        exhaust(flipped, &shapes).ok();
    }
}
