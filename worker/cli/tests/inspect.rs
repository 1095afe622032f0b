//! `palimpsest inspect` as a person runs it: over models in every layout, and over everything that is none.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../weights/tests/support/mod.rs"]
mod support;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;
use support::{file, golden, single};

fn palimpsest(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palimpsest")).args(args).output().unwrap()
}

fn text_of(path: &Path) -> String {
    let run = palimpsest(&["inspect", path.to_str().unwrap()]);
    assert!(run.status.success() && run.stderr.is_empty(), "{run:?}");
    String::from_utf8(run.stdout).unwrap()
}

fn json_of(path: &Path) -> Value {
    let run = palimpsest(&["inspect", path.to_str().unwrap(), "--json"]);
    assert!(run.status.success() && run.stderr.is_empty(), "{run:?}");
    serde_json::from_slice(&run.stdout).unwrap()
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Files in folders beside the crate and in the golden data, sorted.
fn files_in(folders: &[PathBuf]) -> Vec<PathBuf> {
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let mut files: Vec<_> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn of_weights(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../weights/tests").join(folder)
}

#[test]
fn a_folder_is_told_by_its_parts() {
    let report = json_of(&golden().join("sd1"));
    assert_eq!((&report["kind"], &report["fault"]), (&"folder".into(), &Value::Null));
    let files = report["files"].as_array().unwrap();
    let families: Vec<&str> = files.iter().map(|file| file["family"].as_str().unwrap()).collect();
    assert_eq!(families, ["vae", "text-encoder", "sd1", "vae"], "taesd, text_encoder, unet, vae");
    for file in files {
        assert_eq!(file["unknown"], Value::Array(Vec::new()), "{}", file["path"]);
        assert_eq!(file["not_finite"], Value::Array(Vec::new()), "{}", file["path"]);
        for (part, found) in file["parts"].as_object().unwrap() {
            assert_eq!(
                (&found["missing"], &found["odd"]),
                (&Value::Array(Vec::new()), &Value::Null),
                "{part}"
            );
        }
    }
    let strays = report["other_files"].as_array().unwrap();
    assert!(strays.iter().any(|name| name == "golden/text.safetensors"), "{strays:?}");
    let text = text_of(&golden().join("sd1"));
    assert!(text.lines().next().unwrap().ends_with("sd1: a folder that opens"), "{text}");
    assert!(text.contains("weight files that are no part of the model: golden/"), "{text}");
}

#[test]
fn a_folder_of_another_family_does_not_open() {
    let folder = scratch("inspect_sdxl");
    fs::remove_dir_all(&folder).ok();
    for part in ["unet", "vae", "text_encoder", "scheduler"] {
        fs::create_dir_all(folder.join(part)).unwrap();
        for file in files_in(&[golden().join("sd1").join(part)]) {
            fs::copy(&file, folder.join(part).join(file.file_name().unwrap())).unwrap();
        }
    }
    let path = golden().join("sd1/model_index.json");
    let mut index: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    index["text_encoder_2"] = serde_json::json!(["transformers", "CLIPTextModelWithProjection"]);
    fs::write(folder.join("model_index.json"), index.to_string()).unwrap();
    let report = json_of(&folder);
    assert!(report["fault"].as_str().unwrap().contains("second text encoder"), "{}", report["fault"]);
    let text = text_of(&folder);
    assert!(text.lines().next().unwrap().contains(": not a model: "), "{text}");
}

#[test]
fn single_files_are_told_by_their_tensors() {
    let whole = scratch("inspect_single.safetensors");
    fs::write(&whole, file(&single(), &[])).unwrap();
    for (path, kind, family, parts) in [
        (whole, "safetensors", "sd1", ["text_encoder", "unet", "vae"].as_slice()),
        (golden().join("sd1-gguf/unet_q8_0_sdcpp.gguf"), "gguf", "sd1", &["unet"]),
        (golden().join("sd1-gguf/unet_mixed_comfy.gguf"), "gguf", "sd1", &["unet"]),
        (golden().join("sd1-lora/a_kohya.safetensors"), "safetensors", "lora", &[]),
    ] {
        let report = json_of(&path);
        assert_eq!(
            (&report["kind"], &report["family"]),
            (&kind.into(), &family.into()),
            "{}",
            path.display()
        );
        assert_eq!(report["bytes"], fs::metadata(&path).unwrap().len());
        assert_eq!(report["sha256"].as_str().unwrap().len(), 64);
        let found: Vec<&String> = report["parts"].as_object().unwrap().keys().collect();
        assert_eq!(found, parts, "{}", path.display());
        assert_eq!(report["lora"].is_null(), family != "lora");
        assert_eq!(report["unknown"], Value::Array(Vec::new()), "{}", path.display());

        let text = text_of(&path);
        assert!(text.starts_with(&format!("{}: {kind}, ", path.display())), "{text}");
        assert!(text.contains(report["autov2"].as_str().unwrap()), "{text}");
        assert!(
            !text.contains("missing") && !text.contains("odd:") && !text.contains("not finite"),
            "{text}"
        );
        for part in parts {
            assert!(text.contains(&format!("  {part}: ")), "{text}");
        }
    }
}

#[test]
fn a_quantized_model_is_told_by_its_tensors() {
    for (model, name) in [(golden().join("sd1").to_str().unwrap(), "sd1"), ("builtin", "builtin")] {
        let path = scratch(&format!("inspect_{name}.gguf"));
        let run = palimpsest(&["quantize", model, "--type", "q8_0", path.to_str().unwrap()]);
        assert!(run.status.success(), "{run:?}");
        let report = json_of(&path);
        assert_eq!((&report["kind"], &report["family"]), (&"gguf".into(), &"sd1".into()), "{name}");
        for part in ["unet", "vae", "text_encoder"] {
            let found = &report["parts"][part];
            assert_eq!(found["missing"], Value::Array(Vec::new()), "{name}: {part}");
            assert!(found["tensors"].as_u64().unwrap() > 10 && found["odd"].is_null(), "{name}: {part}");
        }
        assert_eq!(report["unknown"], Value::Array(Vec::new()), "{name}");
    }
}

#[test]
fn whatever_it_is_there_is_an_answer() {
    let mut refused = files_in(&["broken", "gguf_broken", "not_models"].map(of_weights));
    let mut odd = files_in(&[golden().join("sd1-lora/malformed")]);
    // Nothing but its name is wrong.
    odd.extend(refused.extract_if(.., |path| path.ends_with("safetensors_renamed.gguf")));
    assert!(refused.len() > 55 && odd.len() >= 7, "{} and {}", refused.len(), odd.len());
    for path in refused.iter().chain(&odd) {
        let name = path.file_name().unwrap().to_str().unwrap();
        for flags in [[].as_slice(), &["--json"]] {
            let run = palimpsest(&[&["inspect", path.to_str().unwrap()], flags].concat());
            let message = String::from_utf8(run.stderr).unwrap();
            match run.status.code() {
                Some(0) => assert!(message.is_empty() && odd.contains(path), "{name} is accepted: {message}"),
                Some(2) => {
                    assert!(
                        message.starts_with("error: ") && message.lines().count() == 1,
                        "{name}: {message}"
                    );
                    assert!(message.contains(name), "{name}: {message}");
                    assert!(run.stdout.is_empty(), "{name}");
                }
                code => panic!("{name}: {code:?}: {message}"),
            }
        }
    }
}

#[test]
fn numbers_that_are_none_are_found() {
    let lora = json_of(&golden().join("sd1-lora/malformed/nan.safetensors"));
    assert_eq!(lora["not_finite"].as_array().unwrap().len(), 1, "{lora}");
    for name in ["nan", "inf"] {
        let path = golden().join(format!("taesd/{name}/diffusion_pytorch_model.safetensors"));
        let report = json_of(&path);
        assert_eq!(report["not_finite"], serde_json::json!(["encoder.layers.1.conv.0.weight"]), "{name}");
        assert_eq!(
            (&report["family"], &report["unknown"]),
            (&"vae".into(), &Value::Array(Vec::new())),
            "{name}"
        );
        assert!(text_of(&path).contains("not finite: encoder.layers.1.conv.0.weight"), "{name}");
    }
}
