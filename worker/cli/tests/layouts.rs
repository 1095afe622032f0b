//! The same model from a folder, from single files of both formats, and with a part from another file.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../weights/tests/support/mod.rs"]
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use safetensors::SafeTensors;
use support::{file, golden, single};

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn palimpsest(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palimpsest")).args(args).output().unwrap()
}

/// The latents that a model makes in two steps without guidance.
fn latents(name: &str, model: &[&str]) -> Vec<f32> {
    let [out, latents] =
        ["png", "safetensors"].map(|ending| scratch(&format!("layouts_made_{name}.{ending}")));
    let fixed = [
        "--prompt",
        "a tree",
        "--seed",
        "3",
        "--steps",
        "2",
        "--guidance",
        "1",
        "--width",
        "32",
        "--height",
        "32",
        "--device",
        "cpu",
        "--latents",
        latents.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    let run = palimpsest(&[&["generate"], model, &fixed].concat());
    assert!(run.status.success(), "{name}: {run:?}");
    let bytes = fs::read(&latents).unwrap();
    let view = SafeTensors::deserialize(&bytes).unwrap();
    let view = view.tensor("latents").unwrap();
    view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()
}

#[test]
fn every_layout_makes_the_same_latents() {
    let folder = golden().join("sd1");
    let [whole, halves] =
        ["whole.safetensors", "halves.gguf"].map(|name| scratch(&format!("layouts_{name}")));
    fs::write(&whole, file(&single(), &[])).unwrap();
    let [folder, whole, halves] = [&folder, &whole, &halves].map(|path| path.to_str().unwrap());
    let run = palimpsest(&["quantize", whole, "--type", "f16", halves]);
    assert!(run.status.success(), "{run:?}");

    let expected = latents("folder", &["--model", folder]);
    assert_eq!(latents("whole", &["--model", whole]), expected);
    assert_eq!(latents("halves", &["--model", halves]), expected);

    let unet = golden().join("sd1-gguf/unet_q8_0_sdcpp.gguf");
    for (name, base) in [("unet_folder", folder), ("unet_whole", whole)] {
        let got = latents(name, &["--model", base, "--unet", unet.to_str().unwrap()]);
        let error: f32 = got.iter().zip(&expected).map(|(got, expected)| (got - expected).powi(2)).sum();
        let power: f32 = expected.iter().map(|expected| expected.powi(2)).sum();
        assert!(error > 0.0 && error < 1e-2 * power, "{name}: relative error {}", error / power);
    }
}

#[test]
fn failures_name_the_persons_own_file() {
    let sd1 = golden().join("sd1");
    let other = Path::new(env!("CARGO_MANIFEST_DIR")).join("../weights/tests");
    let settings = scratch("layouts_stated.safetensors");
    fs::write(&settings, file(&single(), &[])).unwrap();
    fs::write(scratch("layouts_stated.checkpoint.json"), "{").unwrap();
    let lora = golden().join("sd1-lora/a_kohya.safetensors");
    let pickle = other.join("not_models/pickle_renamed.safetensors");
    let [sd1, settings, lora, pickle] = [&sd1, &settings, &lora, &pickle].map(|path| path.to_str().unwrap());
    let cases: [(&[&str], &str); 6] = [
        (&["--model", pickle], "pickle_renamed.safetensors is a pickle"),
        (&["--model", lora], "a_kohya.safetensors is a LoRA"),
        (&["--model", sd1, "--unet", lora], "a_kohya.safetensors is a LoRA"),
        (&["--model", sd1, "--vae", pickle], "pickle_renamed.safetensors is a pickle"),
        (&["--model", settings], "layouts_stated.checkpoint.json is not the JSON"),
        (&["--model", sd1, "--unet", "/nowhere/a.gguf"], "/nowhere/a.gguf"),
    ];
    for (model, expected) in cases {
        let run = palimpsest(&[&["generate", "--prompt", "x", "--out", "a.png"], model].concat());
        let message = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{model:?}: {message}");
        assert!(message.starts_with("error: ") && message.lines().count() == 1, "{model:?}: {message}");
        assert!(message.contains(expected), "{model:?}: {message}");
        assert!(!message.contains("checkpoint.safetensors"), "{model:?}: {message}");
    }
}
