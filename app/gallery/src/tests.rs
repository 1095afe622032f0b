use super::*;

pub(crate) fn settings() -> Settings {
    Settings {
        mode: Mode::ImageToImage,
        model: "builtin".to_owned(),
        model_hash: "0123456789abcdef".to_owned(),
        prompt: "a red apple, shiny\non a table".to_owned(),
        negative_prompt: "blurry: no, thanks".to_owned(),
        prompt_syntax: "weighted".to_owned(),
        loras: vec![UsedLora { name: "Brush".to_owned(), hash: "ab".to_owned(), scale: 0.5 }],
        seed: u64::MAX,
        steps: 20,
        guidance_scale: 3.5,
        prompt_strength: 0.55,
        strength_rule: "all-steps".to_owned(),
        source_fit: "crop".to_owned(),
        sampler: "ddim".to_owned(),
        width: 3,
        height: 2,
        generated_size: None,
        mask_feather: None,
        inpaint_area: None,
        inpaint_padding: None,
        svg: None,
        executed_steps: 11,
        start_sigma: 0.7,
        other: UnknownFields::new(),
    }
}

pub(crate) fn record(id: &str, created_millis: f64) -> Record {
    Record {
        id: id.to_owned(),
        created_millis,
        parent: None,
        variant_of: None,
        favorite: false,
        collections: Vec::new(),
        settings: settings(),
        device: "cpu".to_owned(),
        duration_millis: 1234.5,
        sheet: None,
        in_sheet: None,
        other: UnknownFields::new(),
    }
}

fn gradient(alpha: u8) -> Vec<u8> {
    (0..6u8).flat_map(|i| [i * 40, 255 - i, i, alpha]).collect()
}

fn pixels_of(png: &[u8]) -> (png::ColorType, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    (reader.info().color_type, pixels)
}

#[test]
fn a_png_gives_its_settings_and_pixels_back() {
    let png = encode_png(&gradient(255), 3, 2, &settings()).unwrap();
    assert_eq!(read_settings(&png).unwrap(), Some(settings()));
    let (color, pixels) = pixels_of(&png);
    assert_eq!(color, png::ColorType::Rgb);
    let rgb: Vec<u8> = gradient(255).chunks(4).flat_map(|p| p[..3].to_vec()).collect();
    assert_eq!(pixels, rgb);
}

#[test]
fn transparency_survives() {
    let png = encode_png(&gradient(128), 3, 2, &settings()).unwrap();
    assert_eq!(pixels_of(&png), (png::ColorType::Rgba, gradient(128)));
}

#[test]
fn the_same_settings_give_the_same_bytes() {
    let twice = [(); 2].map(|()| encode_png(&gradient(255), 3, 2, &settings()).unwrap());
    assert_eq!(twice[0], twice[1]);
    let other = Settings { seed: 1, ..settings() };
    assert_ne!(twice[0], encode_png(&gradient(255), 3, 2, &other).unwrap());
}

#[test]
fn a_wrong_number_of_pixels_is_refused() {
    let error = encode_png(&gradient(255), 3, 3, &settings()).unwrap_err();
    assert!(matches!(error, GalleryError::PixelCount { expected: 36, got: 24, .. }), "{error}");
}

#[test]
fn a_cut_png_is_an_error_not_a_panic() {
    let png = encode_png(&gradient(255), 3, 2, &settings()).unwrap();
    for cut in 0..40 {
        assert!(read_settings(&png[..cut]).is_err(), "a PNG cut at {cut} was taken");
    }
}

#[test]
fn parameters_are_written_as_other_tools_write_them() {
    let plain = Settings {
        prompt: "a red apple".to_owned(),
        negative_prompt: "blurry".to_owned(),
        loras: Vec::new(),
        seed: 1,
        ..settings()
    };
    assert_eq!(
        write_parameters(&plain),
        "a red apple\nNegative prompt: blurry\nSteps: 20, Sampler: DDIM, CFG scale: 3.5, Seed: 1, Size: 3x2, \
         Model hash: 0123456789, Model: builtin, Denoising strength: 0.55"
    );
}

#[test]
fn loras_are_written_as_other_tools_write_them() {
    let text = write_parameters(&settings());
    assert!(text.starts_with("a red apple, shiny\non a table <lora:Brush:0.5>\nNegative prompt: "), "{text}");
    let read = parse_parameters(&text).unwrap();
    assert_eq!((read.prompt, read.prompt_syntax), (settings().prompt, settings().prompt_syntax));
    assert_eq!(read.loras, [UsedLora { hash: String::new(), ..settings().loras.remove(0) }]);
}

#[test]
fn records_of_earlier_versions_are_read() {
    let now = Settings { prompt_syntax: String::new(), loras: Vec::new(), ..settings() };
    let before = serde_json::to_string(&now).unwrap().replacen("\"prompt_syntax\":\"\",", "", 1);
    assert!(!before.contains("prompt_syntax") && !before.contains("loras"), "{before}");
    assert_eq!(serde_json::from_str::<Settings>(&before).unwrap(), now);
}

#[test]
fn parameters_round_trip_what_they_name() {
    let odd = Settings { model: "my: model, \"two\"".to_owned(), ..settings() };
    let read = parse_parameters(&write_parameters(&odd)).unwrap();
    assert_eq!(
        (read.prompt, read.negative_prompt, read.seed, read.steps, read.model, read.sampler),
        (odd.prompt, odd.negative_prompt, odd.seed, odd.steps, odd.model, odd.sampler)
    );
    assert_eq!(
        (read.guidance_scale, read.prompt_strength, read.width, read.height, read.mode),
        (odd.guidance_scale, odd.prompt_strength, odd.width, odd.height, odd.mode)
    );
}

fn inpainted() -> Settings {
    Settings {
        mode: Mode::Inpaint,
        generated_size: Some((104, 72)),
        mask_feather: Some(4),
        inpaint_area: Some("masked".to_owned()),
        inpaint_padding: Some(32),
        ..settings()
    }
}

#[test]
fn inpainting_survives_in_json_under_both_of_its_names() {
    let json = serde_json::to_string(&inpainted()).unwrap();
    assert!(json.contains(r#""mode":"inpaint","#) && json.contains(r#""mask_feather":4"#), "{json}");
    assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), inpainted());
    let other = json.replace(r#""inpaint","#, r#""inpainting","#);
    assert_eq!(serde_json::from_str::<Settings>(&other).unwrap(), inpainted());
    let without = serde_json::to_string(&settings()).unwrap();
    assert!(!without.contains("mask") && !without.contains("inpaint"), "{without}");
}

#[test]
fn masks_are_written_as_other_tools_write_them() {
    let text = write_parameters(&inpainted());
    let end = "Denoising strength: 0.55, Mask blur: 4, Inpaint area: Only masked, Masked area padding: 32";
    assert!(text.ends_with(end), "{text}");
    for whole in ["Denoising strength: 0.55, Mask blur: 4", "Mask blur: 4, Denoising strength: 0.55"] {
        let read = parse_parameters(&text.replace(end, whole)).unwrap();
        assert_eq!((read.mode, read.mask_feather, read.inpaint_area), (Mode::Inpaint, Some(4), None));
        assert_eq!(read.prompt_strength, 0.55);
    }
    let read = parse_parameters(&text).unwrap();
    assert_eq!((read.inpaint_area.as_deref(), read.inpaint_padding), (Some("masked"), Some(32)));
    assert!(Mode::Inpaint.has_source() && Mode::ImageToImage.has_source() && !Mode::TextToImage.has_source());
}

#[test]
fn samplers_have_the_names_that_other_tools_use() {
    for (ours, theirs) in [
        ("euler-ancestral", "Euler a"),
        ("dpmpp-2m", "DPM++ 2M"),
        ("dpmpp-2m-karras", "DPM++ 2M Karras"),
        ("unipc", "UniPC"),
        ("lcm", "LCM"),
    ] {
        let text = write_parameters(&Settings { sampler: ours.to_owned(), ..settings() });
        assert!(text.contains(&format!("Sampler: {theirs}, ")), "{text}");
        assert_eq!(parse_parameters(&text).unwrap().sampler, ours);
    }
    let newer = "x\nSteps: 20, Sampler: DPM++ 2M, Schedule type: Karras, Seed: 1";
    assert_eq!(parse_parameters(newer).unwrap().sampler, "dpmpp-2m-karras");
}

#[test]
fn text_without_parameters_is_no_settings() {
    for text in ["", "a red apple", "a: b, c: d", "\n\n", "\"\\", "Steps: \"2"] {
        assert_eq!(parse_parameters(text), None, "{text:?}");
    }
}

#[test]
fn any_script_survives_in_a_png() {
    let prompt = "紅いリンゴ 🍎".to_owned();
    let png = encode_png(&gradient(255), 3, 2, &Settings { prompt: prompt.clone(), ..settings() }).unwrap();
    assert_eq!(read_settings(&png).unwrap().unwrap().prompt, prompt);
}

#[test]
fn the_newest_comes_first() {
    let mut records = [record("a", 1.0), record("c", 3.0), record("b", 3.0), record("d", 2.0)];
    records.sort_by(newest_first);
    assert_eq!(records.map(|record| record.id), ["c", "b", "d", "a"]);
}

#[test]
fn a_record_survives_storage() {
    let kept = Record {
        parent: Some("p".to_owned()),
        variant_of: Some("v".to_owned()),
        favorite: true,
        collections: vec!["Fruit".to_owned()],
        ..record("a", 1.5)
    };
    assert_eq!(Record::from_json(&kept.to_json().unwrap()).unwrap(), kept);
    assert!(Record::from_json("{}").is_err());
}

/// Neither stars nor collections take room in the records of pictures without them, and older records have neither.
#[test]
fn a_plain_record_is_written_as_before() {
    let json = record("a", 1.5).to_json().unwrap();
    for absent in ["favorite", "collections", "parent", "variant_of", "sheet", "other"] {
        assert!(!json.contains(absent), "{json}");
    }
}

#[test]
fn fields_of_later_versions_survive() {
    let json = record("a", 1.5).to_json().unwrap();
    let later = json.replacen('{', r#"{"rating":{"of":5,"given":4},"#, 1).replacen(
        r#""settings":{"#,
        r#""settings":{"clip_skip":2,"big":18446744073709551615,"#,
        1,
    );
    let mut read = Record::from_json(&later).unwrap();
    assert_eq!(read.settings.seed, u64::MAX, "known fields are read to the last digit");
    read.favorite = true;
    let written: serde_json::Value = serde_json::from_str(&read.to_json().unwrap()).unwrap();
    assert_eq!(written["rating"]["given"], 4);
    assert_eq!(
        (&written["settings"]["clip_skip"], written["settings"]["big"].as_u64()),
        (&2.into(), Some(u64::MAX))
    );
    assert_eq!(written["favorite"], true);
    let png = encode_png(&gradient(255), 3, 2, &read.settings).unwrap();
    assert_eq!(read_settings(&png).unwrap(), Some(read.settings));
}

#[test]
fn file_names_are_legal_everywhere() {
    assert_eq!(record("a", 0.0).file_name(), "a-red-apple-shiny-on-a-table-18446744073709551615.png");
    let hostile = Settings { prompt: "../../<b>".to_owned(), seed: 1, ..settings() };
    assert_eq!(Record { settings: hostile, ..record("a", 0.0) }.file_name(), "b-1.png");
    let empty = Settings { prompt: "!!!".to_owned(), seed: 2, ..settings() };
    assert_eq!(Record { settings: empty, ..record("a", 0.0) }.file_name(), "picture-2.png");
}
