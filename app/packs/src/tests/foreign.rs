//! Pictures with their settings inside, and ZIP files.

use std::io::{Cursor, Write};

use ::zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};
use serde_json::json;

use super::*;

pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn refused(files: &[(&str, &[u8])]) -> String {
    match read_bytes(&zip(files)) {
        Err(PackError::Zip(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// A configuration with every key that the studio writes.
fn configuration() -> serde_json::Value {
    json!({
        "prompt": "a red apple", "negative_prompt": "blurry", "model": "dev", "seed": 42, "version": null,
        "privateLoraName": "me/brush", "lora_scale": 0.7, "extra_lora": "", "extra_lora_scale": 1,
        "guidance_scale": "3.5", "num_inference_steps": 28, "go_fast": true, "output_format": "png",
        "output_quality": 80, "disable_safety_checker": false, "style": "", "isImg2Img": true,
        "prompt_strength": 0.65, "generationType": "inpainting", "aspect_ratio": "1:1",
        "timestamp": "2025-03-02T10:20:30.400Z",
    })
}

#[test]
fn a_zip_of_the_studio_becomes_a_pack() {
    let config = configuration().to_string();
    let (image, source, mask) = (png(6, 4, 1), png(4, 4, 2), png(4, 4, 3));
    let file = zip(&[
        ("generation-2025.png", image.bytes()),
        ("generation-2025.json", config.as_bytes()),
        ("generation-2025-source.png", source.bytes()),
        ("generation-2025-mask.png", mask.bytes()),
    ]);
    let read = read_bytes(&file).unwrap();
    let entry = &read.pack.entries[0];
    let settings = entry.settings(1).unwrap();
    assert_eq!(
        (settings.prompt.as_str(), settings.negative_prompt.as_str(), settings.model.as_str(), settings.mode),
        ("a red apple", "blurry", "dev", Mode::Inpaint)
    );
    assert_eq!((settings.seed, settings.steps, settings.width, settings.height), (42, 28, 6, 4));
    assert_eq!((settings.guidance_scale, settings.prompt_strength), (3.5, 0.65));
    assert_eq!(
        settings.loras.iter().map(|lora| (lora.name.as_str(), lora.scale)).collect::<Vec<_>>(),
        [("me/brush", 0.7)]
    );
    assert_eq!(entry.created, "2025-03-02T10:20:30.400Z");
    assert_eq!(entry.rest["imported"], configuration(), "nothing of the file is lost");
    let pictures: Vec<_> = read.pictures.iter().map(|(_, picture)| picture.clone()).collect();
    assert_eq!(pictures, [image, source, mask]);
    assert_eq!(read_text(&written(&read)).unwrap(), read, "it is a pack like any other");
}

#[test]
fn several_generations_in_one_zip_stay_apart() {
    let (a, b) = (png(6, 4, 1), png(5, 5, 2));
    let read = read_bytes(&zip(&[
        ("a.json", b"{\"prompt\":\"first\",\"seed\":\"7\"}"),
        ("folder/b.json", b"{\"prompt\":\"second\",\"seed\":null}"),
        ("folder/b.png", b.bytes()),
        ("a.png", a.bytes()),
        ("readme.txt", b"hello"),
    ]))
    .unwrap();
    let prompts: Vec<_> = read.pack.entries.iter().map(|entry| entry.settings(1).unwrap()).collect();
    assert_eq!(
        prompts.iter().map(|of| (of.prompt.as_str(), of.seed)).collect::<Vec<_>>(),
        [("first", 7), ("second", 0)]
    );
    assert_eq!(read.pictures.iter().map(|(_, picture)| picture.clone()).collect::<Vec<_>>(), [a, b]);
}

#[test]
fn hostile_zips_are_refused() {
    let picture = png(5, 3, 1);
    for name in
        ["../generation.json", "a/../../generation.json", "/etc/generation.json", "C:\\..\\..\\x.json"]
    {
        let read = read_bytes(&zip(&[(name, b"{}"), ("generation.png", picture.bytes())]));
        // A path that stays inside once its root is taken off is only a name here.
        if name.contains("..") {
            assert!(matches!(read, Err(PackError::Zip(_))), "{name}: {read:?}");
        }
    }
    let bomb = vec![0; (64 << 20) + 1];
    assert!(refused(&[("a.json", b"{}"), ("a.png", &bomb)]).contains("unpacks"));
    let half = vec![0; 60 << 20];
    assert!(refused(&[("a.png", &half), ("b.png", &half), ("c.png", &half)]).contains("unpacks"));
    assert!(refused(&[("a.json", &vec![b' '; (1 << 20) + 1])]).contains("unpacks"));
    assert!(refused(&[("a.png", picture.bytes())]).contains("no generation.json"));
    assert!(refused(&[("a.json", b"{}")]).contains("no picture"));
    assert!(refused(&[("a.json", b"{\"prompt\": ")]).contains("damaged"));
    assert!(refused(&[]).contains("no generation.json"));
    let many: Vec<(String, &[u8])> = (0..1001).map(|i| (format!("{i}.txt"), b"".as_slice())).collect();
    let many: Vec<_> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    assert!(refused(&many).contains("1000 files"));
    let fake = read_bytes(&zip(&[("a.json", b"{}"), ("a.png", b"<svg onload=alert(1)>")]));
    assert!(matches!(fake, Err(PackError::Field { problem: Problem::NotAPicture, .. })), "{fake:?}");
}

#[test]
fn a_png_with_its_settings_is_a_pack() {
    let picture = png(5, 3, 1);
    let read = read_bytes(picture.bytes()).unwrap();
    assert_eq!(read.pack.entries[0].settings(1).unwrap(), settings());
    assert_eq!(read.pictures, [(PictureKey { entry: 0, role: Role::Image }, picture)]);
    assert_eq!(read_text(&written(&read)).unwrap(), read);
}

#[test]
fn a_jpeg_with_its_settings_is_a_pack() {
    // A frame of 4 x 2 pixels in three colours, and the beginning of its data.
    let frame = [0xff, 0xc0, 0, 17, 8, 0, 2, 0, 4, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
    let jpeg = [&[0xff, 0xd8][..], &frame, &[0xff, 0xda, 0, 2, 0xff, 0xd9]].concat();
    assert!(matches!(read_bytes(&jpeg), Err(PackError::NoSettings)));
    let read = read_bytes(&gallery::carry_settings(&jpeg, &settings()).unwrap()).unwrap();
    assert_eq!(read.pack.entries[0].settings(1).unwrap(), settings());
    assert_eq!(read.pack.entries[0].image.as_ref().unwrap().media_type, "image/jpeg");
    assert!(read.pack.app.starts_with("a JPEG"), "{}", read.pack.app);
    assert_eq!(read_text(&written(&read)).unwrap(), read);
}

#[test]
fn a_png_of_another_tool_is_a_pack() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 2, 1);
    encoder.set_color(png::ColorType::Grayscale);
    let text = "a red apple\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Model: v1-5";
    encoder.add_text_chunk("parameters".to_owned(), text.to_owned()).unwrap();
    encoder.write_header().unwrap().write_image_data(&[1, 2]).unwrap();
    let settings = read_bytes(&file).unwrap().pack.entries[0].settings(1).unwrap();
    assert_eq!((settings.steps, settings.seed, settings.sampler.as_str()), (20, 5, "euler-ancestral"));
    assert_eq!((settings.model.as_str(), settings.width, settings.height), ("v1-5", 2, 1));
}

#[test]
fn a_png_without_settings_is_told_so() {
    let mut file = Vec::new();
    let encoder = png::Encoder::new(&mut file, 2, 1);
    encoder.write_header().unwrap().write_image_data(&[0]).ok();
    assert!(matches!(read_bytes(&file), Err(PackError::NoSettings)));
}
