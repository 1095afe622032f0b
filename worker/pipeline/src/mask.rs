//! Repainting part of a picture with a model that knows nothing of masks.
//!
//! After each step, the latents outside the mask are set to the source's, noised to the level of the next step with
//! the same noise every time; at the end they are the source's own (diffusers' `StableDiffusionInpaintPipeline`
//! with a 4-channel UNet). The decoder still touches every pixel, so the picture is laid over the source at the end.

use image::{GrayImage, RgbImage};
use sampling::Sampler;

use crate::picture;

/// Brightness from which a pixel counts as white when latents are masked: a half, rounded up.
const WHITE: u8 = 128;

/// What a masked run keeps of its source.
pub(crate) struct Repaint {
    /// The mask at the picture's size.
    mask: GrayImage,
    /// The source at the picture's size.
    source: RgbImage,
    /// For each place in the latents' plane, whether it is repainted.
    repainted: Vec<bool>,
    /// The source's latents `[c, h, w]`, at the denoiser's scale.
    latents: Vec<f32>,
    /// The noise that the run began with.
    noise: Vec<f32>,
}

impl Repaint {
    /// `latent_size`: height and width of the latents.
    pub(crate) fn new(
        mask: &GrayImage,
        source: RgbImage,
        [height, width]: [usize; 2],
        latents: Vec<f32>,
        noise: Vec<f32>,
    ) -> Self {
        let mask = picture::resized_mask(mask, source.width(), source.height());
        // A latent takes the mask's value at the top left of the pixels that it stands for.
        let at = |index: usize, cells: usize, pixels: u32| (index * pixels as usize / cells) as u32;
        let repainted = (0..height * width)
            .map(|cell| {
                let (y, x) = (at(cell / width, height, mask.height()), at(cell % width, width, mask.width()));
                mask.get_pixel_checked(x, y).is_some_and(|pixel| pixel.0[0] >= WHITE)
            })
            .collect();
        Self { mask, source, repainted, latents, noise }
    }

    /// Puts the source back outside the mask, after step `i`.
    pub(crate) fn restore(&self, sampler: &dyn Sampler, i: usize, sample: &mut [f32]) {
        let next = i + 1;
        let noised = (next < sampler.steps()).then(|| sampler.add_noise(next, &self.latents, &self.noise));
        let source = noised.as_ref().unwrap_or(&self.latents);
        for ((value, &source), &repainted) in sample.iter_mut().zip(source).zip(self.repainted.iter().cycle())
        {
            if !repainted {
                *value = source;
            }
        }
    }

    /// Lays a decoded picture over the source: as it is where the mask is black, mixed where it is grey.
    pub(crate) fn composite(&self, rgba: &mut [u8]) {
        let pixels = rgba.as_chunks_mut::<4>().0.iter_mut();
        for ((pixel, source), mask) in pixels.zip(self.source.pixels()).zip(self.mask.pixels()) {
            for (byte, &source) in pixel.iter_mut().zip(&source.0) {
                *byte = mix(source, *byte, mask.0[0]);
            }
        }
    }
}

/// `below` at opacity 0, `above` at 255, exactly.
fn mix(below: u8, above: u8, opacity: u8) -> u8 {
    let (below, above, opacity) = (u32::from(below), u32::from(above), u32::from(opacity));
    ((below * (255 - opacity) + above * opacity + 127) / 255) as u8
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    #[test]
    fn black_keeps_the_source_to_the_byte() {
        let mask = GrayImage::from_fn(16, 8, |x, _| Luma([if x < 8 { 0 } else { 255 }]));
        let source = RgbImage::from_pixel(16, 8, Rgb([10, 20, 30]));
        let repaint = Repaint::new(&mask, source, [1, 2], vec![1.0, 2.0], vec![0.0; 2]);
        assert_eq!(repaint.repainted, [false, true]);
        let mut rgba = [200, 210, 220, 255].repeat(16 * 8);
        repaint.composite(&mut rgba);
        assert_eq!(rgba[..4], [10, 20, 30, 255]);
        assert_eq!(rgba[4 * 15..4 * 16], [200, 210, 220, 255]);
    }

    #[test]
    fn mixing_is_exact_at_both_ends() {
        for value in [0, 1, 127, 254, 255] {
            assert_eq!((mix(value, 99, 0), mix(99, value, 255)), (value, value));
        }
    }
}
