//! Models whose denoiser sees the mask: Stable Diffusion's inpainting checkpoints (diffusers'
//! `StableDiffusionInpaintPipeline` with a 9-channel UNet).
//!
//! Behind the `c` noisy latents such a denoiser takes one channel with the mask, 1 where to repaint, and `c` channels
//! with the latents of the source, grey where the mask is white. Nothing is blended between its steps.
//!
//! Without a mask it repaints everything: the mask is white and the masked picture grey all over.

use kernels::Device;
use sampling::NoiseSource;

use crate::{
    Model, Observer, PipelineError, Request,
    canvas::Canvas,
    generate::{Size, encode_picture},
    mask::{masked_planes, repainted},
};

/// What the denoiser takes besides the noisy latents: `[1 + c, h, w]`, or nothing where it takes only those.
pub(crate) async fn channels(
    model: &mut Model,
    device: &Device,
    request: &Request,
    size: Size,
    canvas: &Canvas,
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Vec<f32>, PipelineError> {
    if !model.sees_masks() {
        // The reference encodes the masked picture for every model. The sample is drawn here too, so that later
        // draws are the reference's.
        if canvas.mask.is_some() && model.autoencoder_files(request.decoder)?.draws_samples() {
            noise.draw(size.latents())?;
        }
        return Ok(Vec::new());
    }
    let [_, h, w] = size.shape;
    let (mut channels, planes) = match (&canvas.source, &canvas.mask) {
        (Some(source), Some(mask)) => {
            let white = repainted(mask, [h, w]).into_iter();
            (white.map(|white| f32::from(u8::from(white))).collect(), masked_planes(source, mask))
        }
        _ => (vec![1.0; h * w], vec![0.0; 3 * size.pixels()]),
    };
    channels.extend(encode_picture(model, device, request, size, &planes, noise, observer).await?);
    Ok(channels)
}

#[cfg(test)]
mod tests;
