//! Packs of small pictures, sound and broken.

mod damage;
mod foreign;
mod refusals;
mod round_trip;
mod words;

use gallery::{Mode, Settings, encode_png};
use pollster::block_on;

use super::*;

fn settings() -> Settings {
    Settings {
        mode: Mode::Inpaint,
        model: "builtin".to_owned(),
        model_hash: "0123456789abcdef".to_owned(),
        prompt: "a red apple, <b>shiny</b>\n\"on\" a \\ table 🍎".to_owned(),
        seed: u64::MAX,
        steps: 8,
        guidance_scale: 0.1 + 0.2,
        prompt_strength: 0.55,
        sampler: "ddim".to_owned(),
        width: 5,
        height: 3,
        ..Settings::default()
    }
}

fn origin(name: &str) -> Origin {
    Origin { name: name.to_owned(), modified_millis: 1_795_739_920_123.0 }
}

/// A picture of this size; `seed` makes it another one.
fn png(width_px: u32, height_px: u32, seed: u8) -> MemoryBlob {
    let rgba: Vec<u8> =
        (0..width_px * height_px).flat_map(|i| [i as u8, seed, (i as u8).wrapping_mul(seed), 255]).collect();
    blob(&encode_png(&rgba, width_px, height_px, &settings()).unwrap())
}

fn blob(bytes: &[u8]) -> MemoryBlob {
    MemoryBlob::from_bytes(bytes).unwrap()
}

const DRAWING: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"5\" height=\"3\" viewBox=\"0 0 5 3\">\n\
    <path fill=\"#c81e28\" transform=\"translate(0 0)\" d=\"M0 0 C1 2 3 4 5 3 Z\"/>\n</svg>\n";

/// A pack of a picture with its source, mask and drawing, and a recipe.
fn sound() -> LoadedPack<MemoryBlob> {
    let date = date_of_millis(1_795_739_920_123.0);
    let mut first = Entry::of("first".to_owned(), date.clone(), &settings()).unwrap();
    first.favorite = true;
    let mut pictures = Vec::new();
    for (role, picture) in
        Role::ALL.into_iter().zip([png(5, 3, 1), png(4, 4, 2), png(4, 4, 3), blob(DRAWING)])
    {
        first.set_info(role, block_on(PictureInfo::of(&picture, 1, role)).unwrap());
        pictures.push((PictureKey { entry: 0, role }, picture));
    }
    let recipe = Entry::of("recipe".to_owned(), date.clone(), &Settings::default()).unwrap();
    let (app, title) = ("Palimpsest 0.1.0".to_owned(), "Apples & <i>pears</i>".to_owned());
    let pack = Pack { created: date, app, title, entries: vec![first, recipe], ..Pack::default() };
    LoadedPack { pack, pictures }
}

fn written(pack: &LoadedPack<MemoryBlob>) -> String {
    let file = block_on(write_pack(pack, &mut |_| {})).unwrap();
    String::from_utf8(file.bytes().to_vec()).unwrap()
}

fn read_text(text: &str) -> Result<LoadedPack<MemoryBlob>, PackError> {
    read_bytes(text.as_bytes())
}

fn read_bytes(bytes: &[u8]) -> Result<LoadedPack<MemoryBlob>, PackError> {
    block_on(read(&blob(bytes), &origin("file"), &mut |_| {}))
}
