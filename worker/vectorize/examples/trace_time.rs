//! How long a picture takes to be drawn in each way, and how large the drawing is.
//!
//! `cargo run --release -p vectorize --example trace_time -- PICTURE SIDE_PX [FOLDER]` writes the drawings into the folder.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use image::imageops::FilterType;
use vectorize::{Colors, Detail, Options, trace};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [picture, side_px, folder @ ..] = arguments.as_slice() else {
        return Err("PICTURE SIDE_PX [FOLDER]".into());
    };
    let side_px: u32 = side_px.parse()?;
    let picture = image::open(picture)?.resize_exact(side_px, side_px, FilterType::CatmullRom).to_rgb8();
    for colors in [Colors::Few, Colors::Some, Colors::Many] {
        for detail in [Detail::Coarse, Detail::Medium, Detail::Fine] {
            let begun = Instant::now();
            let drawing =
                trace(picture.as_raw(), side_px, side_px, Options { colors, detail }).ok_or("no picture")?;
            let (millis, paths) = (begun.elapsed().as_millis(), drawing.matches("<path ").count());
            println!("{colors:?} {detail:?}: {millis} ms, {paths} paths, {} bytes", drawing.len());
            if let Some(folder) = folder.first() {
                fs::write(Path::new(folder).join(format!("{colors:?}-{detail:?}.svg")), drawing)?;
            }
        }
    }
    Ok(())
}
