use image::{Luma, Rgb, Rgba};
use sampling::{NoiseSource, Philox, SamplerKind, StrengthRule};

use super::*;
use crate::{DecoderChoice, PromptSyntax};

/// A photo with odd sides, every pixel of it different.
fn photo(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, (x * 7 + y * 13) as u8]))
}

fn request(source: RgbImage, mask: GrayImage, size: (u32, u32)) -> Request {
    Request {
        prompt: "a tree".to_owned(),
        negative_prompt: String::new(),
        prompt_syntax: PromptSyntax::Plain,
        source: Some(source),
        mask: Some(mask),
        source_fit: SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: 0.5,
        strength_rule: StrengthRule::Steps,
        steps: 2,
        guidance_scale: 2.0,
        sampler: SamplerKind::Euler,
        width_px: size.0,
        height_px: size.1,
        decoder: DecoderChoice::Vae,
        loras: Vec::new(),
    }
}

/// A few white rectangles at random places, some of them grey.
fn random_mask(width: u32, height: u32, seed: u64) -> GrayImage {
    let mut noise = Philox::new(seed);
    let mut mask = GrayImage::new(width, height);
    for index in 0..3 {
        let draw = noise.draw(4).unwrap();
        let part = |at: usize, of: u32| ((draw[at].abs() / 4.0).min(0.99) * of as f32) as u32;
        let (left, top) = (part(0, width), part(1, height));
        for y in top..(top + 1 + part(2, height / 3)).min(height) {
            for x in left..(left + 1 + part(3, width / 3)).min(width) {
                mask.put_pixel(x, y, Luma([if index == 2 { 90 } else { 255 }]));
            }
        }
    }
    mask
}

/// Generated pixels that are nowhere the source's.
fn generated(size: (u32, u32)) -> RgbaImage {
    RgbaImage::from_pixel(size.0, size.1, Rgba([255, 255, 255, 255]))
}

#[test]
fn outside_the_feathered_mask_every_byte_is_the_sources() {
    let (photo, areas) = (photo(101, 67), [InpaintArea::Whole, InpaintArea::Masked { padding_px: 5 }]);
    for seed in 0..20 {
        for (feather, inpaint_area) in [0, 1, 9].into_iter().flat_map(|px| areas.map(|area| (px, area))) {
            let mask = random_mask(101, 67, seed);
            let request = Request {
                mask_feather_px: feather,
                inpaint_area,
                ..request(photo.clone(), mask.clone(), (104, 64))
            };
            let canvas = Canvas::new(&request, 8).unwrap();
            assert_eq!(canvas.source.as_ref().unwrap().dimensions(), (104, 64));
            assert_eq!(canvas.mask.as_ref().unwrap().dimensions(), (104, 64));
            let result = canvas.finish(generated((104, 64)));
            assert_eq!(result.dimensions(), photo.dimensions());
            let opacity = feathered(mask, feather);
            let mut kept = 0;
            for ((before, after), opacity) in photo.pixels().zip(result.pixels()).zip(opacity.pixels()) {
                if opacity.0[0] == 0 {
                    assert_eq!(before.0, after.0[..3], "seed {seed}, feather {feather}");
                    kept += 1;
                } else if opacity.0[0] == 255 {
                    assert_eq!(after.0, [255; 4]);
                }
            }
            assert!(kept > 0, "nothing was kept");
        }
    }
}

#[test]
fn the_result_is_as_large_as_asked_unless_the_model_rounded() {
    let size = |asked, area| {
        let mask = GrayImage::from_pixel(11, 5, Luma([255]));
        let request = Request { inpaint_area: area, ..request(photo(101, 67), mask, asked) };
        let canvas = Canvas::new(&request, 8).unwrap();
        canvas.finish(generated(asked)).dimensions()
    };
    assert_eq!(size((104, 64), InpaintArea::Whole), (101, 67));
    assert_eq!(size((96, 64), InpaintArea::Whole), (101, 67));
    assert_eq!(size((64, 64), InpaintArea::Whole), (64, 64));
    assert_eq!(size((64, 64), InpaintArea::Masked { padding_px: 0 }), (101, 67));
}

/// Outside the mask a cropped or padded source keeps the bytes that it was fitted to; the ground is generated.
#[test]
fn a_fitted_source_is_kept_outside_its_mask() {
    for fit in [SourceFit::Crop, SourceFit::Pad] {
        let mask = GrayImage::from_fn(101, 67, |x, _| Luma([if x < 50 { 0 } else { 255 }]));
        let request = Request { source_fit: fit, ..request(photo(101, 67), mask, (64, 64)) };
        let canvas = Canvas::new(&request, 8).unwrap();
        let fitted = fit.picture(&photo(101, 67), (64, 64));
        assert_eq!(canvas.source, Some(fitted.clone()));
        let result = canvas.finish(generated((64, 64)));
        assert_eq!(result.dimensions(), (64, 64));
        assert_eq!(result.get_pixel(10, 32).0[..3], fitted.get_pixel(10, 32).0, "{fit:?}");
        assert_eq!(result.get_pixel(60, 32).0, [255; 4], "{fit:?}");
        let corner = result.get_pixel(2, 2).0 == [255; 4];
        assert_eq!(corner, fit == SourceFit::Pad, "only a ground is repainted in the corner");
    }
}

#[test]
fn a_black_mask_has_nothing_to_generate_alone() {
    let black = request(photo(9, 9), GrayImage::new(9, 9), (16, 16));
    assert!(Canvas::new(&black, 8).is_ok());
    let alone = Request { inpaint_area: InpaintArea::Masked { padding_px: 32 }, ..black };
    assert!(matches!(Canvas::new(&alone, 8), Err(PipelineError::EmptyMask)));
}

#[test]
fn mixing_is_exact_at_both_ends() {
    for value in [0, 1, 127, 254, 255] {
        assert_eq!((mix(value, 99, 0), mix(99, value, 255)), (value, value));
    }
}
