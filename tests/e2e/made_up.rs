//! Galleries of made-up pictures.

use std::io::Cursor;

use gallery::{Mode, Record, Settings, UnknownFields};
use image::{ImageFormat, Rgb, RgbImage};
use storage::PictureEntry;
use tests::Outcome;
use tests::chromium::Graphics;
use tests::page::{Page, SOON};
use tests::rows::{PictureRows, put_pictures};

/// When the first of them was made; each later one a second after.
const BEGAN_MILLIS: f64 = 1_700_000_000_000.0;
const SUBJECTS: [&str; 5] =
    ["a red apple", "a green frog", "an orange cat", "a slice of pizza", "a blue boat"];
const COLORS: usize = 12;

/// The key of picture `number`.
pub(crate) fn id(number: usize) -> String {
    format!("{:013}-{number:08x}", BEGAN_MILLIS + number as f64 * 1000.0)
}

/// A record like those that the page makes.
pub(crate) fn record(number: usize) -> Record {
    let settings = Settings {
        mode: if number.is_multiple_of(3) { Mode::ImageToImage } else { Mode::TextToImage },
        model: "builtin".to_owned(),
        prompt: format!("{}, number {number}", SUBJECTS[number % SUBJECTS.len()]),
        seed: number as u64,
        steps: 8,
        guidance_scale: 1.0,
        prompt_strength: 0.6,
        strength_rule: "all-steps".to_owned(),
        sampler: "flow-euler".to_owned(),
        width: 128,
        height: 128,
        ..Settings::default()
    };
    Record {
        id: id(number),
        created_millis: BEGAN_MILLIS + number as f64 * 1000.0,
        parent: None,
        variant_of: None,
        favorite: false,
        collections: Vec::new(),
        settings,
        device: "a made-up device".to_owned(),
        duration_millis: 1234.0,
        sheet: None,
        in_sheet: None,
        other: UnknownFields::new(),
    }
}

/// A record's row.
pub(crate) fn entry(record: &Record) -> Outcome<String> {
    let (id, created_millis) = (record.id.clone(), record.created_millis);
    let entry = PictureEntry { id, created_millis, metadata: record.to_json()?, deleted_millis: None };
    Ok(serde_json::to_string(&entry)?)
}

/// PNGs of one colour each, around a disc.
pub(crate) fn files(side_px: u32) -> Outcome<Vec<Vec<u8>>> {
    let file = |number: usize| {
        let level = |shift: usize| ((number * 67 + shift * 91) % 180 + 50) as u8;
        let middle = f64::from(side_px) / 2.0;
        let picture = RgbImage::from_fn(side_px, side_px, |x, y| {
            let (x, y) = (f64::from(x) - middle, f64::from(y) - middle);
            let inside = x.hypot(y) < middle * 0.7;
            if inside { Rgb([level(0), level(1), level(2)]) } else { Rgb([250, 248, 244]) }
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png)?;
        Ok(bytes.into_inner())
    };
    (0..COLORS).map(file).collect()
}

/// The page with these pictures in its gallery.
pub(crate) fn open_with(records: &[Record]) -> Outcome<Page> {
    let page = Page::open(Graphics::None)?;
    fill(&page, records, 128)?;
    Ok(page)
}

/// Puts pictures into the page's gallery and reloads it.
pub(crate) fn fill(page: &Page, records: &[Record], side_px: u32) -> Outcome {
    let rows = records.iter().enumerate().map(|(number, record)| {
        Ok(PictureRows { id: record.id.clone(), entry: entry(record)?, file: number % COLORS })
    });
    put_pictures(page.session(), &rows.collect::<Outcome<Vec<_>>>()?, &files(side_px)?)?;
    page.reload()?;
    page.wait("the gallery", SOON, || Ok((!page.picture_ids()?.is_empty()).then_some(())))
}
