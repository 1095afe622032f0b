//! `palimpsest quantize` as a person runs it.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use weights::{DirFolder, Folder, Tensors, bundled_configs};

fn golden(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    root.join(path).to_str().unwrap().to_owned()
}

/// An empty folder.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn quantize(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palimpsest")).arg("quantize").args(args).output().unwrap()
}

fn open(folder: &Path, file: &str) -> Tensors {
    let source = pollster::block_on(DirFolder::new(folder).open(file)).unwrap().unwrap();
    pollster::block_on(Tensors::open(source)).unwrap()
}

#[test]
fn a_folder_becomes_one_file() {
    let folder = scratch("quantized");
    let mut sizes = Vec::new();
    for (name, block) in [("f16", "F16"), ("q8_0", "Q8_0"), ("Q4_K", "Q4_K")] {
        let out = folder.join(format!("{name}.gguf"));
        let run = quantize(&[&golden("sd1"), "--type", name, out.to_str().unwrap()]);
        assert!(run.status.success(), "{run:?}");
        let line = String::from_utf8(run.stdout).unwrap();
        let bytes = fs::metadata(&out).unwrap().len();
        assert!(line.lines().count() == 1 && line.contains(&format!(": {bytes} bytes from ")), "{line}");
        assert!(line.contains(&format!(" {block}")), "{line}");
        let model = open(&folder, &format!("{name}.gguf"));
        for part in ["unet.", "text_encoder.", "vae."] {
            assert!(model.part(part).names().count() > 10, "{name}: {part}");
        }
        assert!(bundled_configs(&model).is_some(), "{name}");
        sizes.push(bytes);
    }
    assert!(sizes.is_sorted_by(|a, b| a > b), "{sizes:?}");
    // Nothing is left beside them, and what was there is replaced.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 3);
    let again = folder.join("f16.gguf");
    assert!(quantize(&[&golden("sd1/unet"), "--type", "q8_0", again.to_str().unwrap()]).status.success());
    assert!(fs::metadata(&again).unwrap().len() < sizes[0]);
    assert!(open(&folder, "f16.gguf").get("conv_in.weight").is_some(), "one part has plain names");
}

#[test]
fn a_failure_is_one_line_and_leaves_nothing() {
    let folder = scratch("failed");
    let out = folder.join("a.gguf");
    let out = out.to_str().unwrap();
    let broken = scratch("broken_model");
    let values = [0.5_f32, f32::NAN, 0.5, 0.5].map(f32::to_le_bytes).concat();
    let header = br#"{"a.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}"#;
    let file = [(header.len() as u64).to_le_bytes().as_slice(), header, &values].concat();
    fs::write(broken.join("model.safetensors"), file).unwrap();
    let pickle = scratch("pickle_model");
    fs::write(pickle.join("model.safetensors"), b"PK\x03\x04 archive/data.pkl").unwrap();
    let [broken, pickle] = [broken, pickle].map(|path| path.to_str().unwrap().to_owned());
    let sd1 = golden("sd1");
    let nan = golden("taesd/nan");
    let cases: [(&[&str], &str); 9] = [
        (&[&broken, "--type", "q8_0", out], "tensor a.weight holds a number that is not finite"),
        (
            &[&nan, "--type", "q8_0", out],
            "tensor encoder.layers.1.conv.0.weight holds a number that is not finite",
        ),
        (&[&pickle, "--type", "q8_0", out], "a pickle, a format that can run programs"),
        (&[&sd1, "--type", "q9", out], "it is one of f16, q4_0"),
        (&[&sd1, out], "--type"),
        (&[&sd1, "--type", "f16", "a.safetensors"], "does not end in .gguf"),
        (&[&sd1, "--type", "f16", "/nowhere/a.gguf"], "no such folder"),
        (&["/nowhere", "--type", "f16", out], "no model folder"),
        (&[&golden("samplers"), "--type", "f16", out], "the model has no file"),
    ];
    for (args, expected) in cases {
        let run = quantize(args);
        let message = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.starts_with("error: ") && message.lines().count() == 1, "{args:?}: {message}");
        assert!(message.contains(expected), "{args:?}: {message}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_run_with_smaller_weights_is_a_run_with_the_smaller_model() {
    let folder = scratch("quantized_run");
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let run = |options: &[&str], latents: &str| {
        let (out, latents) = (path("out.png"), path(latents));
        let fixed = ["generate", "--prompt", "a tree", "--seed", "3", "--device", "cpu", "--steps", "2"];
        let size = ["--width", "32", "--height", "32", "--out", &out, "--latents", &latents];
        let args = [&fixed[..], &size, options].concat();
        let run = Command::new(env!("CARGO_BIN_EXE_palimpsest")).args(args).output().unwrap();
        assert!(run.status.success(), "{run:?}");
        (fs::read(&latents).unwrap(), String::from_utf8(run.stdout).unwrap())
    };
    let (smaller, sd1) = (path("q8.gguf"), golden("sd1"));
    assert!(quantize(&[&sd1, "--type", "q8_0", &smaller]).status.success());
    let (at_once, said) = run(&["--model", &sd1, "--quantize", "q8_0"], "a.safetensors");
    assert!(said.lines().any(|line| line.starts_with("weights: ")), "{said}");
    let (from_file, _) = run(&["--model", &smaller], "b.safetensors");
    let (whole, _) = run(&["--model", &sd1], "c.safetensors");
    assert!(at_once == from_file && at_once != whole);
}
