//! The program as a person runs it.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use safetensors::SafeTensors;

fn golden(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    root.join(path).to_str().unwrap().to_owned()
}

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn generate(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palimpsest")).arg("generate").args(args).output().unwrap()
}

fn floats(path: &Path, name: &str) -> (Vec<usize>, Vec<f32>) {
    let bytes = fs::read(path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let tensor = file.tensor(name).unwrap();
    let values = tensor.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    (tensor.shape().to_vec(), values)
}

#[test]
fn recorded_noise_gives_the_reference_latents() {
    let (out, latents) = (scratch("replay.png"), scratch("replay.safetensors"));
    let recorded = golden("sd1/golden/img2img_euler_0.3.safetensors");
    let run = generate(&[
        "--model",
        &golden("sd1"),
        "--source",
        &golden("sd1/golden/source.png"),
        "--noise",
        &recorded,
        "--prompt",
        "Oil painting in the style of Rembrandt, dramatic lighting, rich colors",
        "--negative-prompt",
        "blurry, low quality",
        "--strength",
        "0.3",
        "--steps",
        "10",
        "--guidance",
        "7.5",
        "--sampler",
        "euler",
        "--device",
        "cpu",
        "--latents",
        latents.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ]);
    assert!(run.status.success(), "{run:?}");
    assert!(String::from_utf8_lossy(&run.stdout).starts_with("device: CPU"), "{run:?}");

    let (shape, got) = floats(&latents, "latents");
    assert_eq!(shape, [1, 4, 16, 16]);
    let expected = floats(Path::new(&recorded), "latents").1;
    let error: f32 = got.iter().zip(&expected).map(|(got, expected)| (got - expected).powi(2)).sum();
    let power: f32 = expected.iter().map(|expected| expected.powi(2)).sum();
    assert!(error <= 1e-6 * power, "relative error {}", error / power);
    let (shape, decoded) = floats(&latents, "decoded");
    assert_eq!(shape, [1, 3, 128, 128]);

    let picture = image::open(&out).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (128, 128));
    let red = ((decoded[0] * 0.5 + 0.5) * 255.0).round().clamp(0.0, 255.0);
    assert_eq!(f32::from(picture.get_pixel(0, 0).0[0]), red);
}

#[test]
fn loras_are_added_at_their_scales() {
    let latents = scratch("lora.safetensors");
    let recorded = golden("sd1-lora/golden/img2img_a_0.7_b_0.4.safetensors");
    // A file of which the model knows one module of two.
    let half = scratch("half.safetensors");
    let known = golden("sd1-lora/malformed/sound.safetensors");
    write_with_unknown_module(&known, &half);
    let run = generate(&[
        "--model",
        &golden("sd1"),
        "--source",
        &golden("sd1/golden/source.png"),
        "--noise",
        &recorded,
        "--prompt",
        "Oil painting in the style of Rembrandt, dramatic lighting, rich colors",
        "--negative-prompt",
        "blurry, low quality",
        "--steps",
        "10",
        "--guidance",
        "7.5",
        "--sampler",
        "euler",
        "--device",
        "cpu",
        "--lora",
        &(golden("sd1-lora/a_kohya.safetensors") + ":0.7"),
        "--lora",
        &(golden("sd1-lora/b_kohya.safetensors") + ":0.4"),
        "--lora",
        &format!("{}:0", half.display()),
        "--latents",
        latents.to_str().unwrap(),
        "--out",
        scratch("lora.png").to_str().unwrap(),
    ]);
    assert!(run.status.success(), "{run:?}");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(told.contains("lacks 1 of its modules: no_such_module"), "{told}");
    let (got, expected) = (floats(&latents, "latents").1, floats(Path::new(&recorded), "latents").1);
    let error: f32 = got.iter().zip(&expected).map(|(got, expected)| (got - expected).powi(2)).sum();
    let power: f32 = expected.iter().map(|expected| expected.powi(2)).sum();
    assert!(error <= 1e-6 * power, "relative error {}", error / power);
}

/// Copies a LoRA file and adds a module that no model has.
fn write_with_unknown_module(from: &str, to: &Path) {
    let bytes = fs::read(from).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors = file.tensors();
    let (name, down) = tensors.iter().find(|(name, _)| name.ends_with("lora_down.weight")).unwrap().clone();
    let up_name = name.replace("lora_down", "lora_up");
    let up = tensors.iter().find(|(name, _)| *name == up_name).unwrap().1.clone();
    tensors.push(("lora_unet_no_such_module.lora_down.weight".to_owned(), down));
    tensors.push(("lora_unet_no_such_module.lora_up.weight".to_owned(), up));
    fs::write(to, safetensors::serialize(tensors, None).unwrap()).unwrap();
}

#[test]
fn the_builtin_model_needs_no_gpu() {
    let (first, second) = (scratch("apple1.png"), scratch("apple2.png"));
    for out in [&first, &second] {
        let run = generate(&[
            "--model",
            "builtin",
            "--prompt",
            "a red apple",
            "--seed",
            "7",
            "--steps",
            "4",
            "--device",
            "cpu",
            "--out",
            out.to_str().unwrap(),
        ]);
        assert!(run.status.success(), "{run:?}");
        assert!(String::from_utf8_lossy(&run.stdout).contains("4 steps"), "{run:?}");
    }
    assert_eq!(fs::read(first).unwrap(), fs::read(second).unwrap(), "the same seed, other bytes");
}

#[test]
fn a_batch_numbers_its_pictures_and_counts_its_seeds() {
    let (out, single) = (scratch("batch.png"), scratch("single.png"));
    let run = |seed: &str, more: &[&str], out: &Path| {
        let fixed = ["--model", "builtin", "--prompt", "a red apple", "--steps", "1", "--device", "cpu"];
        let run = generate(&[&fixed, more, &["--seed", seed, "--out", out.to_str().unwrap()]].concat());
        assert!(run.status.success(), "{run:?}");
        String::from_utf8(run.stdout).unwrap()
    };
    let said = run("18446744073709551615", &["--count", "2"], &out);
    run("0", &[], &single);
    for (name, seed) in [("batch-1.png", "seed 18446744073709551615"), ("batch-2.png", "seed 0,")] {
        assert!(said.lines().any(|line| line.contains(name) && line.contains(seed)), "{said}");
    }
    assert!(!out.exists());
    let bytes = |path| fs::read(path).unwrap();
    assert_eq!(bytes(scratch("batch-2.png")), bytes(single));
    assert_ne!(bytes(scratch("batch-1.png")), bytes(scratch("batch-2.png")));
}

#[test]
fn every_mistake_is_one_line() {
    let sd1 = golden("sd1");
    let source = golden("sd1/golden/source.png");
    let cut = scratch("cut.png");
    fs::write(&cut, &fs::read(&source).unwrap()[..9000]).unwrap();
    let empty = scratch("empty.png");
    fs::write(&empty, b"").unwrap();
    let text = scratch("drawing.svg");
    fs::write(&text, b"<svg xmlns='http://www.w3.org/2000/svg'/>").unwrap();
    let [cut, empty, text] = [cut, empty, text].map(|path| path.to_str().unwrap().to_owned());

    let cases: [(&[&str], &str); 20] = [
        (&["--prompt", ""], "the prompt is empty"),
        (&["--prompt", "x", "--steps", "0"], "at least 1 step"),
        (&["--prompt", "x", "--steps", "many"], "invalid value 'many'"),
        (
            &["--prompt", "x", "--source", &source, "--steps", "5", "--strength", "0.1"],
            "leave no step to run",
        ),
        (&["--prompt", "x", "--source", &source, "--strength", "1.5"], "strength 1.5 is not between 0 and 1"),
        (&["--prompt", "x", "--guidance", "inf"], "guidance scale inf"),
        (&["--prompt", "x", "--width", "100", "--height", "128"], "multiples of 8"),
        (&["--prompt", "x", "--width", "128"], "--height"),
        (&["--prompt", "x", "--source", &empty], "the file is empty"),
        (&["--prompt", "x", "--source", &cut], "cut off"),
        (&["--prompt", "x", "--source", &text], "SVG"),
        (&["--prompt", "x", "--source", "/nowhere/a.png"], "could not be read"),
        (&["--prompt", "x", "--sampler", "flow-euler"], "flow"),
        (&["--prompt", "x", "--sampler", "heun"], "dpmpp-2m-karras"),
        (&["--prompt", "x", "--count", "0"], "invalid value '0'"),
        (&["--prompt", "x", "--count", "2", "--noise", &source], "cannot be used with"),
        (&["--prompt", "x", "--noise", &source], "no recorded noise"),
        (&["--prompt", "x", "--latents", "/nowhere/a.safetensors"], "no such folder"),
        (&["--prompt", "x", "--bogus"], "--bogus"),
        (&[], "--prompt"),
    ];
    for (args, expected) in cases {
        assert_fails(&[&["--model", &sd1, "--out", "a.png"], args].concat(), expected);
    }
    assert_fails(&["--model", "/nowhere", "--prompt", "x", "--out", "a.png"], "no model folder or file");
    assert_fails(&["--model", &sd1, "--prompt", "x", "--out", "a.jpg"], "does not end in .png");
    assert_fails(
        &["--model", "builtin", "--decoder", "taesd", "--prompt", "x", "--out", "a.png"],
        "no taesd",
    );
}

#[test]
fn a_mask_that_cannot_be_is_one_line() {
    let sd1 = golden("sd1");
    let source = golden("sd1/golden/source.png");
    let black = scratch("black.png");
    image::GrayImage::new(5, 7).save(&black).unwrap();
    let black = black.to_str().unwrap().to_owned();
    let cases: [(&[&str], &str); 5] = [
        (&["--prompt", "x", "--mask", &source], "--source"),
        (&["--prompt", "x", "--source", &source, "--mask-feather", "8"], "--mask"),
        (
            &["--prompt", "x", "--source", &source, "--mask", &source, "--mask-feather", "-1"],
            "--mask-feather",
        ),
        (&["--prompt", "x", "--source", &source, "--mask", &source, "--inpaint-area", "half"], "'half'"),
        (
            &["--prompt", "x", "--source", &source, "--mask", &black, "--inpaint-area", "masked"],
            "the mask is all black",
        ),
    ];
    for (args, expected) in cases {
        assert_fails(&[&["--model", &sd1, "--out", "a.png"], args].concat(), expected);
    }
}

#[test]
fn a_lora_that_does_not_fit_is_one_line() {
    let (sd1, source) = (golden("sd1"), golden("sd1/golden/source.png"));
    let bad = |name: &str| golden(&format!("sd1-lora/malformed/{name}.safetensors"));
    for (lora, expected) in [
        (bad("no_up"), "has no up matrix"),
        (bad("unknown_module"), "fits another model"),
        (bad("sound") + ":nan", "scale NaN"),
        (bad("sound") + ":11", "between -10 and 10"),
        ("/nowhere/a.safetensors".to_owned(), "no such file"),
        (source.clone(), "not a sound safetensors file"),
    ] {
        assert_fails(&["--model", &sd1, "--out", "a.png", "--prompt", "x", "--lora", &lora], expected);
    }
}

fn assert_fails(args: &[&str], expected: &str) {
    let run = generate(args);
    let message = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(2), "{args:?}: {message}");
    assert!(message.starts_with("error: ") && message.lines().count() == 1, "{args:?}: {message}");
    assert!(message.contains(expected), "{args:?}: {message}");
}
