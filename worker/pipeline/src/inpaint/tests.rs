//! The denoiser's further channels against the reference's.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../../models/tests/support/mod.rs"]
mod support;

use image::DynamicImage;
use pollster::block_on;
use sampling::{Replay, SamplerKind, StrengthRule};
use support::{Golden, assert_close, checkpoint, golden_root};

use super::*;
use crate::{DecoderChoice, InpaintArea, NoObserver, PromptSyntax, source};

#[test]
fn mask_and_masked_latents_are_the_references() {
    let cases =
        [("inpaint_ddim_0.5", "128x128"), ("inpaint_euler_1.0", "128x128"), ("inpaint_ragged_1.0", "96x128")];
    for (name, size) in cases {
        let golden = Golden::read("sd1-inpaint", name);
        let picture = |what: &str| {
            let path = golden_root().join(format!("sd1-inpaint/golden/{what}_{size}.png"));
            source::decode(&std::fs::read(path).unwrap()).unwrap()
        };
        let (source, mask) = (picture("source"), DynamicImage::from(picture("mask")).into_luma8());
        let request = Request {
            prompt: "anything".to_owned(),
            negative_prompt: String::new(),
            prompt_syntax: PromptSyntax::Plain,
            source_fit: crate::SourceFit::Stretch,
            mask_feather_px: 0,
            inpaint_area: InpaintArea::Whole,
            strength: 1.0,
            strength_rule: StrengthRule::Steps,
            steps: 6,
            guidance_scale: 1.0,
            sampler: SamplerKind::Ddim,
            width_px: source.width(),
            height_px: source.height(),
            decoder: DecoderChoice::Vae,
            source: Some(source),
            mask: Some(mask),
            loras: Vec::new(),
        };
        // The masked picture's sample is the last draw.
        let last = golden.names().into_iter().filter(|name| name.starts_with("noise_")).max().unwrap();
        let mut noise = Replay::new(vec![golden.floats(&last).1]);
        let mut model = block_on(Model::open(checkpoint("sd1-inpaint"))).unwrap();
        let size = Size::of(&model, &request).unwrap();
        let canvas = Canvas::new(&request, 8).unwrap();
        let device = Device::cpu();
        let found =
            block_on(channels(&mut model, &device, &request, size, &canvas, &mut noise, &mut NoObserver));
        let found = found.unwrap();
        let (mask, latents) = found.split_at(size.latents() / 4);
        assert_eq!(mask, golden.floats("mask").1, "{name}");
        assert_close(name, latents, &golden.floats("masked_image_latents").1, 1e-6);
    }
}
