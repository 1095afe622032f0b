//! Generation settings: presets follow the model, the seed can be kept, pictures come several at a time and are saved in
//! the format that was asked for.

use serde_json::json;
use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{choose, control, control_in, press, slide, value, write, write_all};
use tests::page::{LATER, Page};
use tests::rows::query;
use tests::temporary::Folder;

fn small(page: &Page) -> Outcome {
    let boxes = [("Prompt", "a red apple"), ("Quality steps", "1"), ("Width", "64"), ("Height", "64")];
    write_all(page.session(), &boxes)
}

fn number(page: &Page, name: &str) -> Outcome<f64> {
    Ok(value(page.session(), name)?.parse()?)
}

fn is_pressed(page: &Page, name: &str) -> Outcome<bool> {
    let button = control(page.session(), name)?;
    Ok(page.session().run("return arguments[0].ariaPressed;", &[button.to_json()])? == "true")
}

#[test]
fn presets_lie_around_the_models_own_settings() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let own = number(&page, "Quality steps")?;
    press(page.session(), "Best results")?;
    assert!(number(&page, "Quality steps")? > own && is_pressed(&page, "Best results")?);
    write(page.session(), "Guidance scale", "29")?;
    assert!(!is_pressed(&page, "Best results")?, "other settings are no preset");
    press(page.session(), "Quick test")?;
    assert!(number(&page, "Quality steps")? < own && number(&page, "Guidance scale")? < 29.0);
    Ok(())
}

#[test]
fn aspect_presets_give_a_size_that_the_model_takes() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let native = number(&page, "Width")?;
    assert_eq!(value(page.session(), "Aspect preset")?, "1:1");
    choose(page.session(), "Aspect preset", "16:9")?;
    let (width, height) = (number(&page, "Width")?, number(&page, "Height")?);
    assert!(
        width > native && height < native && (width / height - 16.0 / 9.0).abs() < 0.2,
        "{width} x {height}"
    );
    press(page.session(), "Swap width and height")?;
    assert_eq!((number(&page, "Width")?, number(&page, "Height")?), (height, width));
    assert_eq!(value(page.session(), "Aspect preset")?, "9:16");
    write(page.session(), "Width", "100")?;
    assert_eq!(value(page.session(), "Aspect preset")?, "");
    write(page.session(), "Prompt", "a red apple")?;
    press(page.session(), "Generate")?;
    assert!(page.sentence_at("size")?.contains("the nearest is"), "a size is explained, not changed");
    assert_eq!(value(page.session(), "Width")?, "100");
    Ok(())
}

#[test]
fn several_images_have_seeds_one_after_another_and_the_last_can_be_kept() -> Outcome {
    let page = Page::open(Graphics::None)?;
    small(&page)?;
    write(page.session(), "Seed", "41")?;
    write(page.session(), "Images", "0")?;
    press(page.session(), "Generate")?;
    assert!(page.sentence_at("images")?.contains("1 to 64"));
    write(page.session(), "Images", "2")?;
    press(page.session(), "Generate")?;
    page.wait("two pictures", LATER, || Ok((page.picture_ids()?.len() == 2).then_some(())))?;
    let seeds = query(page.session(), SEEDS, &[])?;
    assert_eq!(seeds, json!([41, 42]));
    assert!(is_pressed(&page, "Lock seed")?);
    press(page.session(), "Lock seed")?;
    assert_eq!(value(page.session(), "Seed")?, "", "another seed for each picture");
    press(page.session(), "Lock seed")?;
    assert_eq!(value(page.session(), "Seed")?, "42", "the lock keeps the last picture's");
    press(page.session(), "Random seed")?;
    assert_ne!(value(page.session(), "Seed")?, "42");
    Ok(())
}

#[test]
fn a_picture_is_saved_in_the_format_asked_for() -> Outcome {
    let page = Page::open(Graphics::None)?;
    small(&page)?;
    let picture = page.generate(LATER)?;
    let (folder, mut files) = (Folder::new("downloads")?, Vec::new());
    for (format, ending, magic) in
        [("PNG", ".png", &b"\x89PNG"[..]), ("JPEG", ".jpg", b"\xff\xd8\xff"), ("WebP", ".webp", b"RIFF")]
    {
        choose(page.session(), "Output format", format)?;
        if format != "PNG" {
            slide(page.session(), "Output quality", 60.0)?;
        }
        page.session().click(&control_in(page.session(), "Download", &page.card(&picture.id)?)?)?;
        let (name, bytes) = page.download()?;
        assert!(name.ends_with(ending), "{name}");
        assert!(bytes.starts_with(magic), "{format} begins with {:?}", bytes.get(..8));
        let settings = gallery::read_settings(&bytes)?.ok_or("the file carries no settings")?;
        assert_eq!((settings.prompt.as_str(), settings.width), ("a red apple", 64), "{format}");
        let decoded = image::load_from_memory(&bytes)?;
        assert_eq!((decoded.width(), decoded.height()), (64, 64), "{format}");
        let file = folder.path().join(format!("picture{ending}"));
        std::fs::write(&file, &bytes)?;
        files.push(file);
    }
    // Each of them brings its settings back.
    for file in files {
        write(page.session(), "Prompt", "something else")?;
        page.take_source(&file)?;
        press(page.session(), "Reuse the settings in this file")?;
        assert_eq!(value(page.session(), "Prompt")?, "a red apple", "{}", file.display());
    }
    Ok(())
}

/// The seeds of all records, in order.
const SEEDS: &str = r#"
    const rows = await done(database.transaction("pictures").objectStore("pictures").getAll());
    return rows.map(row => JSON.parse(JSON.parse(row).metadata).settings.seed).sort((a, b) => a - b);
"#;
