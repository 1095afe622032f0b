//! Making one picture.

use image::RgbImage;
use kernels::Device;
use sampling::{NoiseSource, Plan};

use crate::{
    Model, Observer, PipelineError, Request, Stage,
    conditioning::{self, encode_prompts},
    denoise::{Denoiser, Guidance, denoise},
    loras,
    mask::Repaint,
    picture,
};

/// A finished picture and how it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Shape of `latents`: `[1, c, h, w]`.
    pub latents_shape: [usize; 4],
    /// The latents before decoding, at the denoiser's scale, in `[n, c, h, w]` order.
    pub latents: Vec<f32>,
    /// What the decoder made of them: `[1, 3, height_px, width_px]`, about -1..1, not clamped.
    pub decoded: Vec<f32>,
    /// The picture: `width_px * height_px * 4` bytes, opaque. With a mask, laid over the source.
    pub rgba8: Vec<u8>,
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
    /// Steps that ran.
    pub executed_steps: usize,
    /// Noise level that denoising began from, in the sampler's own scale.
    pub start_sigma: f64,
}

/// Makes one picture. `noise` is drawn from in the reference's order: a sample of the encoded source (only with
/// the large autoencoder), the noise to start with, then what the sampler asks for.
///
/// # Errors
/// [`PipelineError::Cancelled`] soon after the device's token is set; otherwise what is wrong with the request, the
/// model or the device. The request is checked before anything is loaded.
pub async fn generate(
    model: &mut Model,
    device: &Device,
    request: &Request,
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Output, PipelineError> {
    let (size, mut plan) = prepare(model, request)?;
    let guidance = guidance(model, request);
    let prompts = encode_prompts(model, device, request, guidance, observer).await?;

    let source = prepared_source(request);
    let encoded = match &source {
        Some(source) if request.mask.is_some() || !plan.starts_from_noise() => {
            Some(encode_source(model, device, request, source, noise, observer).await?)
        }
        _ => None,
    };
    let first_noise = noise.draw(size.latents())?;
    let start = start(&plan, request, encoded.as_deref(), &first_noise)?;
    let repaint = match (&request.mask, source, encoded) {
        (Some(mask), Some(source), Some(encoded)) => {
            let [_, h, w] = size.shape;
            Some(Repaint::new(mask, source, [h, w], encoded, first_noise))
        }
        _ => None,
    };

    // The denoiser's weights are given back before the decoder's are asked for.
    let latents = {
        observer.stage(Stage::Loading);
        let unet = model.unet(device, &request.loras).await?;
        observer.stage(Stage::Denoising);
        let denoiser = Denoiser::new(device, &unet, &prompts, guidance, size.shape).await?;
        let space = &model.autoencoder_files(request.decoder)?.space;
        denoise(&denoiser, &mut plan, start, repaint.as_ref(), space, noise, observer).await?
    };

    let decoded = decode(model, device, request, size, &latents, observer).await?;
    let mut rgba8 = picture::to_rgba(&decoded, (size.width_px * size.height_px) as usize);
    if let Some(repaint) = &repaint {
        repaint.composite(&mut rgba8);
    }
    let [c, h, w] = size.shape;
    Ok(Output {
        latents_shape: [1, c, h, w],
        latents,
        decoded,
        rgba8,
        width_px: size.width_px,
        height_px: size.height_px,
        executed_steps: plan.executed_steps(),
        start_sigma: plan.start_sigma(),
    })
}

impl Model {
    /// Whether a request can be tried: everything about it that can be known before weights are loaded.
    ///
    /// # Errors
    /// What is wrong with the request, as [`generate`] would say it.
    pub fn check(&self, request: &Request) -> Result<(), PipelineError> {
        prepare(self, request).map(|_| ())
    }
}

/// Checks a request and works out what it asks for.
fn prepare(model: &Model, request: &Request) -> Result<(Size, Plan), PipelineError> {
    let size = Size::of(model, request)?;
    conditioning::check(model, request)?;
    loras::check(model, request)?;
    Ok((size, plan(model, request, size)?))
}

/// The size of the picture and of its latents.
#[derive(Clone, Copy)]
struct Size {
    width_px: u32,
    height_px: u32,
    /// `[c, h, w]`
    shape: [usize; 3],
}

impl Size {
    /// Checks everything in a request that needs no schedule, and works out its size.
    fn of(model: &Model, request: &Request) -> Result<Self, PipelineError> {
        let &Request { width_px, height_px, guidance_scale, .. } = request;
        if request.prompt.trim().is_empty() {
            return Err(PipelineError::EmptyPrompt);
        }
        if !(0.0..=100.0).contains(&guidance_scale) {
            return Err(PipelineError::Guidance { value: guidance_scale });
        }
        if request.mask.is_some() && request.source.is_none() {
            return Err(PipelineError::MaskWithoutSource);
        }
        model.profile().check_size(width_px, height_px)?;
        let factor = model.autoencoder_files(request.decoder)?.scale_factor();
        let [h, w] = [height_px, width_px].map(|side| side as usize / factor);
        Ok(Self { width_px, height_px, shape: [model.latent_channels, h, w] })
    }

    /// Number of latents.
    fn latents(self) -> usize {
        self.shape.iter().product()
    }
}

fn plan(model: &Model, request: &Request, size: Size) -> Result<Plan, PipelineError> {
    // Models whose schedule depends on the size count patches of 2x2 latents.
    let [_, h, w] = size.shape;
    let config = model.scheduler.for_image_tokens(h.div_ceil(2) * w.div_ceil(2));
    let &Request { sampler, steps, strength, strength_rule, .. } = request;
    Ok(match request.source {
        Some(_) => Plan::image_to_image(sampler, &config, steps, strength_rule, strength)?,
        None => Plan::text_to_image(sampler, &config, steps)?,
    })
}

/// What the request's guidance scale means for this model.
fn guidance(model: &Model, request: &Request) -> Guidance {
    if model.takes_guidance() {
        Guidance::Input(request.guidance_scale)
    } else if request.is_guided() {
        Guidance::Halves(request.guidance_scale)
    } else {
        Guidance::Off
    }
}

/// The latents before the first step.
fn start(
    plan: &Plan,
    request: &Request,
    encoded: Option<&[f32]>,
    noise: &[f32],
) -> Result<Vec<f32>, PipelineError> {
    // Inpainting at full strength forgets the source inside the mask, where img2img keeps a trace of it.
    if request.mask.is_some() && request.strength >= 1.0 {
        let scale = plan.sampler().init_noise_sigma();
        return Ok(noise.iter().map(|&value| (f64::from(value) * scale) as f32).collect());
    }
    Ok(plan.start(encoded, noise)?)
}

/// The source at the request's size.
fn prepared_source(request: &Request) -> Option<RgbImage> {
    let source = request.source.as_ref()?;
    Some(picture::resized(source, request.width_px, request.height_px))
}

/// Latents `[c, h, w]` of the source, at the denoiser's scale.
async fn encode_source(
    model: &mut Model,
    device: &Device,
    request: &Request,
    source: &RgbImage,
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Vec<f32>, PipelineError> {
    observer.stage(Stage::Loading);
    let autoencoder = model.autoencoder(device, request.decoder).await?;
    observer.stage(Stage::EncodingSource);
    let size = [source.height(), source.width()].map(|side| side as usize);
    let latents = autoencoder.encode(device, &picture::to_planes(source), size, noise).await?;
    let space = &model.autoencoder_files(request.decoder)?.space;
    Ok(space.to_denoiser(&latents, model.latent_channels))
}

/// The picture `[3, height, width]` of latents at the denoiser's scale.
async fn decode(
    model: &mut Model,
    device: &Device,
    request: &Request,
    size: Size,
    latents: &[f32],
    observer: &mut dyn Observer,
) -> Result<Vec<f32>, PipelineError> {
    observer.stage(Stage::Loading);
    let autoencoder = model.autoencoder(device, request.decoder).await?;
    observer.stage(Stage::Decoding);
    let space = &model.autoencoder_files(request.decoder)?.space;
    let latents = space.to_autoencoder(latents, model.latent_channels);
    autoencoder.decode(device, &latents, size.shape).await
}
