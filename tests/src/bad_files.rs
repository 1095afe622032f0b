//! Files that are no pictures, or hostile ones.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use png::{BitDepth, ColorType, Encoder};

use crate::{Outcome, repository};

const BOMB_SIDE_PX: u32 = 20_000;

/// A bad source and what it is.
#[derive(Debug)]
pub struct BadFile {
    /// For messages.
    pub what: &'static str,
    /// The file.
    pub path: PathBuf,
}

/// Writes every bad file into `folder`.
///
/// # Errors
/// When a file cannot be written.
pub fn write_all(folder: &Path) -> Outcome<Vec<BadFile>> {
    let file = |what, name: &str| BadFile { what, path: folder.join(name) };
    let files = [
        file("a text file", "notes.txt"),
        file("a text file named like a picture", "notes.png"),
        file("an empty file", "empty.png"),
        file("an SVG bomb", "bomb.svg"),
        file("an SVG bomb named like a picture", "bomb.png"),
        file("a truncated PNG", "truncated.png"),
        file("a 20000 x 20000 picture", "huge.png"),
    ];
    let photo = fs::read(repository::photo())?;
    let half = photo.get(..photo.len() / 2).unwrap_or_default();
    let contents: [&[u8]; 6] = [b"not a picture\n", b"not a picture\n", b"", SVG_BOMB, SVG_BOMB, half];
    for (file, content) in files.iter().zip(contents) {
        fs::write(&file.path, content)?;
    }
    write_huge(&folder.join("huge.png"))?;
    Ok(files.into())
}

/// Entities that would expand a billion times.
const SVG_BOMB: &[u8] = br#"<?xml version="1.0"?>
<!DOCTYPE svg [
  <!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
  <!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
  <!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">
]>
<svg xmlns="http://www.w3.org/2000/svg" width="100000" height="100000"><text>&g;&g;&g;&g;</text></svg>
"#;

/// A sound picture of 1 bit a pixel: some kilobytes on disk, 1.6 GB as RGBA.
fn write_huge(path: &Path) -> Outcome {
    let mut encoder = Encoder::new(BufWriter::new(File::create(path)?), BOMB_SIDE_PX, BOMB_SIDE_PX);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    let mut writer = encoder.write_header()?;
    let mut stream = writer.stream_writer()?;
    let row = vec![0; BOMB_SIDE_PX.div_ceil(8) as usize];
    for _ in 0..BOMB_SIDE_PX {
        stream.write_all(&row)?;
    }
    stream.finish()?;
    Ok(())
}
