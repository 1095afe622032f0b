use image::{Rgb, RgbImage};

use super::*;

/// A photo of 451 x 300 pixels.
const PHOTO: &[u8] = include_bytes!("../../../tests/data/cat.png");

fn photo() -> RgbImage {
    image::load_from_memory(PHOTO).unwrap().into_rgb8()
}

fn draw(picture: &RgbImage, options: Options) -> String {
    trace(picture.as_raw(), picture.width(), picture.height(), options).unwrap()
}

fn paths(drawing: &str) -> usize {
    drawing.matches("<path ").count()
}

#[test]
fn areas_become_paths_of_their_colours() {
    let picture = RgbImage::from_fn(64, 48, |x, y| match x.abs_diff(32).pow(2) + y.abs_diff(24).pow(2) {
        0..225 => Rgb([200, 30, 40]),
        _ => Rgb([250, 248, 244]),
    });
    let drawing = draw(&picture, Options::default());
    assert_eq!(paths(&drawing), 2);
    assert!(drawing.contains("width=\"64\" height=\"48\" viewBox=\"0 0 64 48\""), "{drawing}");
    let (ground, disc) = (drawing.find("#faf8f4"), drawing.find("#c81e28"));
    assert!(ground.is_some() && disc > ground, "the disc lies over the ground: {drawing}");
}

#[test]
fn the_same_picture_is_drawn_the_same() {
    let photo = photo();
    assert_eq!(draw(&photo, Options::default()), draw(&photo, Options::default()));
}

#[test]
fn there_are_no_more_colours_than_were_asked_for() {
    let photo = photo();
    for (colors, most) in [(Colors::Few, 8), (Colors::Some, 24), (Colors::Many, 64)] {
        let drawing = draw(&photo, Options { colors, detail: Detail::Medium });
        let fills = drawing.split("fill=\"").skip(1).filter_map(|rest| rest.get(..7));
        let count = fills.collect::<std::collections::BTreeSet<_>>().len();
        assert!(count <= most && count * 2 > most, "{count} colours of {most}");
    }
}

#[test]
fn less_detail_makes_a_smaller_drawing() {
    let photo = photo();
    let of = |colors, detail| draw(&photo, Options { colors, detail });
    let details = [Detail::Coarse, Detail::Medium, Detail::Fine];
    let counts = details.map(|detail| paths(&of(Colors::Some, detail)));
    assert!(counts[0] * 3 / 2 < counts[1] && counts[1] * 3 / 2 < counts[2], "{counts:?}");
    assert!(of(Colors::Few, Detail::Medium).len() < of(Colors::Many, Detail::Medium).len());
}

#[test]
fn what_is_written_is_what_is_taken_back() {
    for drawing in [draw(&photo(), Options::default()), draw(&RgbImage::new(1, 1), Options::default())] {
        assert_eq!(
            gallery::check_drawing(&drawing).map(|size| size.0 > 0),
            Some(true),
            "{}",
            &drawing[..300]
        );
    }
}

#[test]
fn odd_pictures_are_drawn_or_refused_and_never_end_the_worker() {
    for (width, height) in [(1, 1), (1, 300), (300, 1), (2, 2), (17, 3)] {
        let noise = RgbImage::from_fn(width, height, |x, y| {
            Rgb([(x * 97 + y * 31) as u8, (x * y * 57) as u8, (x * 11 + y * 201) as u8])
        });
        for colors in [Colors::Few, Colors::Some, Colors::Many] {
            for detail in [Detail::Coarse, Detail::Medium, Detail::Fine] {
                assert!(draw(&noise, Options { colors, detail }).ends_with("</svg>\n"));
            }
        }
    }
    assert_eq!(trace(&[0; 11], 2, 2, Options::default()), None);
    assert_eq!(trace(&[], 0, 0, Options::default()), None);
}
