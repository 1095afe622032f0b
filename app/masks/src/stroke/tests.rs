use super::*;
use crate::{
    brush::Tool,
    geometry::Size,
    test_support::{Numbers, noise},
};

const SIZE: Size = Size { width_px: 200, height_px: 150 };

fn brush(size_px: f64, hardness: f64, opacity: f64) -> Brush {
    Brush { tool: Tool::Brush, size_px, hardness, opacity }
}

fn at(x: f64, y: f64) -> Sample {
    Sample { place: Point::new(x, y), pressure: 1.0 }
}

/// Paints one stroke through these samples.
fn paint(mask: &mut Mask, brush: Brush, samples: &[Sample]) -> Stroke {
    let (mut stroke, _) = Stroke::begin(mask, brush, samples[0]);
    for sample in &samples[1..] {
        stroke.extend(mask, *sample);
    }
    stroke
}

fn value(mask: &Mask, x: u32, y: u32) -> u8 {
    mask.span(y, x, 1)[0]
}

#[test]
fn a_dab_is_a_disc() {
    let mut mask = Mask::black(SIZE);
    // Across the corner of four tiles.
    paint(&mut mask, brush(40.0, 1.0, 1.0), &[at(64.0, 64.0)]);
    for y in 0..150 {
        for x in 0..200 {
            let distance = (f64::from(x) + 0.5 - 64.0).hypot(f64::from(y) + 0.5 - 64.0);
            let value = value(&mask, x, y);
            assert!(distance > 19.5 || value == 255, "{value} at {x}, {y}, inside");
            assert!(distance < 20.5 || value == 0, "{value} at {x}, {y}, outside");
        }
    }
}

/// However a straight way is cut into samples, it covers the same.
#[test]
fn samples_in_between_change_nothing() {
    for (hardness, opacity) in [(1.0, 1.0), (0.2, 0.6)] {
        let (mut one, mut many) = (Mask::black(SIZE), Mask::black(SIZE));
        paint(&mut one, brush(30.0, hardness, opacity), &[at(20.0, 20.0), at(180.0, 100.0)]);
        let samples: Vec<Sample> =
            (0..=64).map(|i| f64::from(i) / 64.0).map(|t| at(20.0 + 160.0 * t, 20.0 + 80.0 * t)).collect();
        paint(&mut many, brush(30.0, hardness, opacity), &samples);
        let apart = one.values().iter().zip(many.values()).map(|(a, b)| a.abs_diff(*b)).max();
        assert!(apart <= Some(1), "{apart:?} apart");
    }
}

#[test]
fn a_stroke_that_crosses_itself_is_no_darker_but_two_are() {
    let soft = brush(20.0, 1.0, 0.5);
    let mut mask = Mask::black(SIZE);
    paint(
        &mut mask,
        soft,
        &[at(50.0, 50.0), at(150.0, 50.0), at(50.0, 50.0), at(100.0, 20.0), at(100.0, 90.0)],
    );
    assert_eq!(value(&mask, 100, 50), 128);
    assert_eq!(value(&mask, 60, 50), 128);
    paint(&mut mask, soft, &[at(100.0, 50.0)]);
    assert_eq!((value(&mask, 100, 50), value(&mask, 60, 50)), (192, 128));
}

#[test]
fn the_eraser_takes_away_what_the_brush_gave() {
    let mut mask = Mask::black(SIZE);
    let way = [at(30.0, 30.0), at(170.0, 120.0)];
    paint(&mut mask, brush(25.0, 0.8, 1.0), &way);
    assert!(!mask.is_black());
    paint(&mut mask, Brush { tool: Tool::Eraser, size_px: 60.0, hardness: 1.0, opacity: 1.0 }, &way);
    assert!(mask.is_black());
}

#[test]
fn pressure_makes_a_stroke_wider() {
    let mut mask = Mask::black(SIZE);
    let light = Sample { pressure: 0.2, ..at(20.0, 75.0) };
    paint(&mut mask, brush(50.0, 1.0, 1.0), &[light, at(180.0, 75.0)]);
    let width_at = |x| (0..150).filter(|&y| value(&mask, x, y) >= 128).count();
    let widths = [20, 60, 100, 140, 180].map(width_at);
    assert!(widths.is_sorted_by(|a, b| a < b), "{widths:?}");
    assert!(widths[0].abs_diff(10) <= 1 && widths[4].abs_diff(50) <= 1, "{widths:?}");
}

#[test]
fn nothing_changes_outside_of_what_is_reported() {
    let mut numbers = Numbers::new(5);
    for seed in 0..40 {
        let before = noise(SIZE, seed);
        let mut mask = before.clone();
        let brush = numbers.brush();
        let (mut stroke, mut changed) = Stroke::begin(&mut mask, brush, numbers.place(SIZE));
        for _ in 0..6 {
            let more = stroke.extend(&mut mask, numbers.place(SIZE));
            changed = changed.map_or(more, |changed| Some(more.map_or(changed, |more| changed.union(more))));
        }
        let inside = |x, y| {
            changed.is_some_and(|r| (r.x..r.x + r.width).contains(&x) && (r.y..r.y + r.height).contains(&y))
        };
        for (y, x) in (0..SIZE.height_px).flat_map(|y| (0..SIZE.width_px).map(move |x| (y, x))) {
            assert!(inside(x, y) || value(&mask, x, y) == value(&before, x, y), "at {x}, {y}");
        }
        stroke.abandon(&mut mask);
        assert_eq!(mask, before, "an abandoned stroke must leave nothing behind");
    }
}

#[test]
fn a_stroke_beside_the_mask_is_nothing() {
    let mut mask = Mask::black(SIZE);
    let stroke = paint(&mut mask, brush(30.0, 1.0, 1.0), &[at(-100.0, -100.0), at(-50.0, 500.0)]);
    assert!(mask.is_black());
    assert_eq!(stroke.replaced(&mask), []);
}
