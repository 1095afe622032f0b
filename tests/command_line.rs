//! Bad input to the command line tool: one line on stderr, exit code 2, no panic, no picture.

use std::fs;

use tests::bad_files::write_all;
use tests::command_line::palimpsest;
use tests::temporary::Folder;
use tests::{Outcome, repository};

/// Runs `generate` with these arguments and an output file; returns the line of complaint.
fn complaint(what: &str, arguments: &[&str]) -> Outcome<String> {
    let folder = Folder::new("cli")?;
    let picture = folder.path().join("picture.png");
    let out = picture.display().to_string();
    let output = palimpsest(&[&["generate", "--device", "cpu"], arguments, &["--out", &out]].concat())?;
    let stderr = String::from_utf8(output.stderr)?;
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(output.status.code(), Some(2), "{what}: {stderr}");
    assert_eq!(lines.len(), 1, "{what} must be answered in one line: {stderr}");
    assert!(!stderr.contains("panicked"), "{what}: {stderr}");
    assert!(!picture.exists(), "{what}: a picture was written all the same");
    println!("{what}: {}", lines[0]);
    Ok(lines[0].to_owned())
}

fn checkpoint() -> String {
    repository::tiny_checkpoint().display().to_string()
}

#[test]
fn bad_sources_are_refused() -> Outcome {
    let folder = Folder::new("bad-files")?;
    for file in write_all(folder.path())? {
        let source = file.path.display().to_string();
        complaint(file.what, &["--model", &checkpoint(), "--prompt", "a red apple", "--source", &source])?;
    }
    complaint(
        "a source that is not there",
        &["--model", &checkpoint(), "--prompt", "a red apple", "--source", "/nowhere/cat.png"],
    )?;
    Ok(())
}

#[test]
fn settings_that_leave_nothing_to_do_are_refused() -> Outcome {
    let photo = repository::photo().display().to_string();
    let model = checkpoint();
    let run = |what: &str, more: &[&str]| {
        complaint(what, &[&["--model", &model, "--prompt", "a red apple", "--source", &photo], more].concat())
    };
    let sentence =
        run("strength 0.1 of 5 steps", &["--strength-rule", "steps", "--strength", "0.1", "--steps", "5"])?;
    assert!(sentence.contains("step"), "it must say what to change: {sentence}");
    run("no steps", &["--steps", "0"])?;
    run("strength 0", &["--strength", "0"])?;
    run("strength 2", &["--strength", "2"])?;
    run("strength that is no number", &["--strength", "NaN"])?;
    run("width 100", &["--width", "100", "--height", "64"])?;
    run("width 0", &["--width", "0", "--height", "64"])?;
    run("guidance that is no number", &["--guidance", "NaN"])?;
    Ok(())
}

#[test]
fn an_empty_prompt_is_refused() -> Outcome {
    complaint("an empty prompt", &["--model", &checkpoint(), "--prompt", ""])?;
    complaint("a blank prompt", &["--model", &checkpoint(), "--prompt", "  "])?;
    Ok(())
}

#[test]
fn models_that_cannot_be_used_are_refused() -> Outcome {
    let folder = Folder::new("model")?;
    let empty = folder.path().join("empty");
    fs::create_dir_all(&empty)?;
    complaint("a model that is not there", &["--model", "/nowhere", "--prompt", "a red apple"])?;
    complaint("an empty folder", &["--model", &empty.display().to_string(), "--prompt", "a red apple"])?;

    let broken = folder.path().join("broken");
    copy(&repository::tiny_checkpoint(), &broken)?;
    let weights = broken.join("unet/diffusion_pytorch_model.safetensors");
    let bytes = fs::read(&weights)?;
    fs::write(&weights, &bytes[..bytes.len() / 2])?;
    complaint("truncated weights", &["--model", &broken.display().to_string(), "--prompt", "a red apple"])?;
    fs::write(broken.join("unet/config.json"), "{")?;
    complaint("a damaged config", &["--model", &broken.display().to_string(), "--prompt", "a red apple"])?;
    Ok(())
}

fn copy(from: &std::path::Path, to: &std::path::Path) -> Outcome {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
