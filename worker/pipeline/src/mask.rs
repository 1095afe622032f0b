//! Repainting part of a picture.
//!
//! With a model that knows nothing of masks: after each step, the latents outside the mask are set to the source's,
//! noised to the level of the next step with the same noise every time; at the end they are the source's own
//! (diffusers' `StableDiffusionInpaintPipeline` with a 4-channel UNet). Models that do are in [`inpaint`].
//!
//! [`inpaint`]: crate::inpaint

use image::{GrayImage, RgbImage};
use sampling::Sampler;

use crate::picture;

/// Brightness from which a pixel counts as white: a half, rounded up.
pub(crate) const WHITE: u8 = 128;

/// For each place in the latents' plane of `height` and `width`, whether it is repainted.
pub(crate) fn repainted(mask: &GrayImage, [height, width]: [usize; 2]) -> Vec<bool> {
    // A latent takes the mask's value at the top left of the pixels that it stands for.
    let at = |index: usize, cells: usize, pixels: u32| (index * pixels as usize / cells) as u32;
    (0..height * width)
        .map(|cell| {
            let (y, x) = (at(cell / width, height, mask.height()), at(cell % width, width, mask.width()));
            mask.get_pixel_checked(x, y).is_some_and(|pixel| pixel.0[0] >= WHITE)
        })
        .collect()
}

/// The source `[3, h, w]` in -1..1, with zeros, which are grey, where the mask of the same size is white.
pub(crate) fn masked_planes(source: &RgbImage, mask: &GrayImage) -> Vec<f32> {
    let mut planes = picture::to_planes(source);
    for (value, pixel) in planes.iter_mut().zip(mask.as_raw().iter().cycle()) {
        if *pixel >= WHITE {
            *value = 0.0;
        }
    }
    planes
}

/// What a masked run keeps of its source.
pub(crate) struct Repaint {
    /// See [`repainted`].
    repainted: Vec<bool>,
    /// The source's latents `[c, h, w]`, at the denoiser's scale.
    latents: Vec<f32>,
    /// The noise that the run began with.
    noise: Vec<f32>,
}

impl Repaint {
    /// `latent_size`: height and width of the latents.
    pub(crate) fn new(mask: &GrayImage, latent_size: [usize; 2], latents: Vec<f32>, noise: Vec<f32>) -> Self {
        Self { repainted: repainted(mask, latent_size), latents, noise }
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
}

#[cfg(test)]
mod tests {
    use image::{Luma, Rgb};

    use super::*;

    fn half_white() -> GrayImage {
        GrayImage::from_fn(16, 8, |x, _| Luma([if x < 8 { 127 } else { 128 }]))
    }

    #[test]
    fn latents_are_masked_by_their_first_pixel() {
        assert_eq!(repainted(&half_white(), [1, 2]), [false, true]);
        assert_eq!(repainted(&half_white(), [2, 4]), [false, false, true, true, false, false, true, true]);
    }

    #[test]
    fn the_masked_picture_is_grey_where_the_mask_is_white() {
        let planes = masked_planes(&RgbImage::from_pixel(16, 8, Rgb([255, 0, 255])), &half_white());
        assert_eq!((planes[7], planes[8], planes[16]), (1.0, 0.0, 1.0));
        assert_eq!((planes[128], planes[2 * 128 + 15]), (-1.0, 0.0));
    }
}
