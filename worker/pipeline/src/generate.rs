//! Making one picture.

use image::{GrayImage, RgbImage};
use kernels::Device;
use sampling::{NoiseSource, Plan};

use crate::{
    InpaintArea, Model, Observer, PipelineError, Request, Stage,
    canvas::Canvas,
    conditioning::{self, encode_prompts},
    denoise::{Denoiser, Guidance, denoise},
    inpaint, loras,
    mask::Repaint,
    picture, rehearsal,
    source::{self, SourceError},
};

/// A finished picture and how it was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Shape of `latents`: `[1, c, h, w]`.
    pub latents_shape: [usize; 4],
    /// The latents before decoding, at the denoiser's scale, in `[n, c, h, w]` order.
    pub latents: Vec<f32>,
    /// Shape of `decoded`: `[1, 3, h, w]`, of the size that was asked for.
    pub decoded_shape: [usize; 4],
    /// What the decoder made of the latents, about -1..1, not clamped.
    pub decoded: Vec<f32>,
    /// The picture: `width_px * height_px * 4` bytes, opaque. With a mask, laid over the source.
    pub rgba8: Vec<u8>,
    /// Width of the picture in pixels. With a mask it may be the source's own, see [`Request::inpaint_area`].
    pub width_px: u32,
    /// Height of the picture in pixels.
    pub height_px: u32,
    /// Steps that ran.
    pub executed_steps: usize,
    /// Noise level that denoising began from, in the sampler's own scale.
    pub start_sigma: f64,
}

impl Output {
    /// The picture as a PNG file, without the transparency that it does not use.
    ///
    /// # Errors
    /// [`SourceError::Damaged`] when the picture has no pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, SourceError> {
        let opaque =
            self.rgba8.as_chunks::<4>().0.iter().flat_map(|&[red, green, blue, _]| [red, green, blue]);
        let picture = RgbImage::from_raw(self.width_px, self.height_px, opaque.collect());
        source::encode_kept_png(&picture.unwrap_or_default())
    }
}

/// Makes one picture. `noise` is drawn from in the reference's order: a sample of the encoded source, the noise
/// to start with, with a mask a sample of the encoded masked picture, then what the sampler asks for. Samples are drawn
/// only with the large autoencoder; an inpainting model needs none of the source at strength 1, and draws the masked
/// picture's even without a mask.
///
/// # Errors
/// [`PipelineError::Cancelled`] soon after the device's token is set; otherwise what is wrong with the request, the
/// model or the device. The request is checked before anything is loaded.
///
/// When the device has no room for what the model keeps loaded, its parts take turns from then on, and the picture is begun
/// again.
pub async fn generate(
    model: &mut Model,
    device: &Device,
    request: &Request,
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Output, PipelineError> {
    model.check(request)?;
    let canvas = Canvas::new(request, model.profile().multiple_px)?;
    rehearsal::compile(model, device, request, &canvas, observer).await?;
    loop {
        let (size, plan) = prepare(model, request)?;
        let job = Job { request, canvas: &canvas, size, plan };
        match run(model, device, job, noise, observer).await {
            Err(error) if error.is_out_of_memory() && model.take_turns() => noise.restart(),
            done => return done,
        }
    }
}

/// A request that was checked.
pub(crate) struct Job<'a> {
    pub(crate) request: &'a Request,
    pub(crate) canvas: &'a Canvas,
    pub(crate) size: Size,
    pub(crate) plan: Plan,
}

/// Makes a picture, and compiles kernels where they are first needed.
pub(crate) async fn run(
    model: &mut Model,
    device: &Device,
    Job { request, canvas, size, mut plan }: Job<'_>,
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Output, PipelineError> {
    let guidance = guidance(model, request);
    let prompts = encode_prompts(model, device, request, guidance, observer).await?;

    let encoded = match &canvas.source {
        Some(source) if needs_source(model, request, &plan) => {
            let planes = picture::to_planes(source);
            Some(encode_picture(model, device, request, size, &planes, noise, observer).await?)
        }
        _ => None,
    };
    let first_noise = noise.draw(size.latents())?;
    let start = start(&plan, request, encoded.as_deref(), &first_noise)?;
    let further = inpaint::channels(model, device, request, size, canvas, noise, observer).await?;
    let [c, h, w] = size.shape;
    let repaint = match (&canvas.mask, encoded) {
        (Some(mask), Some(encoded)) if !model.sees_masks() => {
            Some(Repaint::new(mask, [h, w], encoded, first_noise))
        }
        _ => None,
    };

    // The denoiser is let go of before the decoder is asked for, in case that they take turns.
    let latents = {
        observer.stage(Stage::Loading);
        let unet = model.unet(device, &request.loras).await?;
        observer.stage(Stage::Denoising);
        let denoiser = Denoiser::new(device, &unet, &prompts, guidance, size.shape).await?;
        let denoiser = denoiser.with_channels(further);
        let space = &model.autoencoder_files(request.decoder)?.space;
        denoise(&denoiser, &mut plan, start, repaint.as_ref(), space, noise, observer).await?
    };

    let decoded = decode(model, device, request, size, &latents, observer).await?;
    let picture = canvas.finish(picture::to_rgba(&decoded, size.width_px, size.height_px));
    Ok(Output {
        latents_shape: [1, c, h, w],
        latents,
        decoded_shape: [1, 3, size.height_px as usize, size.width_px as usize],
        decoded,
        width_px: picture.width(),
        height_px: picture.height(),
        rgba8: picture.into_raw(),
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
pub(crate) fn prepare(model: &Model, request: &Request) -> Result<(Size, Plan), PipelineError> {
    let size = Size::of(model, request)?;
    conditioning::check(model, request)?;
    loras::check(model, request)?;
    Ok((size, plan(model, request, size)?))
}

/// The size of the generated picture and of its latents.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    width_px: u32,
    height_px: u32,
    /// `[c, h, w]`
    pub(crate) shape: [usize; 3],
}

impl Size {
    /// Checks everything in a request that needs no schedule, and works out its size.
    pub(crate) fn of(model: &Model, request: &Request) -> Result<Self, PipelineError> {
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
        let is_black = |mask: &GrayImage| mask.as_raw().iter().all(|&byte| byte == 0);
        if request.inpaint_area != InpaintArea::Whole && request.mask.as_ref().is_some_and(is_black) {
            return Err(PipelineError::EmptyMask);
        }
        model.profile().check_size(width_px, height_px)?;
        let factor = model.autoencoder_files(request.decoder)?.scale_factor();
        let [h, w] = [height_px, width_px].map(|side| side as usize / factor);
        Ok(Self { width_px, height_px, shape: [model.latent_channels, h, w] })
    }

    /// Number of latents.
    pub(crate) fn latents(self) -> usize {
        self.shape.iter().product()
    }

    /// Number of pixels.
    pub(crate) fn pixels(self) -> usize {
        self.width_px as usize * self.height_px as usize
    }
}

fn plan(model: &Model, request: &Request, size: Size) -> Result<Plan, PipelineError> {
    // Models whose schedule depends on the size count patches of 2x2 latents.
    let [_, h, w] = size.shape;
    let is_inpainting = request.mask.is_some() || model.sees_masks();
    let config = model.scheduler.config(is_inpainting).for_image_tokens(h.div_ceil(2) * w.div_ceil(2));
    let &Request { sampler, steps, strength, strength_rule, .. } = request;
    Ok(match request.source {
        Some(_) => {
            let reach = model.profile().reach(strength_rule, strength);
            Plan::image_to_image(sampler, &config, steps, strength_rule, reach)?
        }
        None => Plan::text_to_image(sampler, &config, steps)?,
    })
}

/// What the request's guidance scale means for this model.
pub(crate) fn guidance(model: &Model, request: &Request) -> Guidance {
    if model.takes_guidance() {
        Guidance::Input(request.guidance_scale)
    } else if request.is_guided() {
        Guidance::Halves(request.guidance_scale)
    } else {
        Guidance::Off
    }
}

/// Whether the source itself is encoded: for its part in the start, or to put it back after each step. An inpainting
/// model at full strength has neither.
pub(crate) fn needs_source(model: &Model, request: &Request, plan: &Plan) -> bool {
    match request.mask {
        Some(_) => !model.sees_masks() || request.strength < 1.0,
        None => !plan.starts_from_noise(),
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

/// Latents `[c, h, w]` of a picture `[3, height, width]` of the generated size, at the denoiser's scale.
pub(crate) async fn encode_picture(
    model: &mut Model,
    device: &Device,
    request: &Request,
    size: Size,
    planes: &[f32],
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Vec<f32>, PipelineError> {
    observer.stage(Stage::Loading);
    let autoencoder = model.autoencoder(device, request.decoder).await?;
    observer.stage(Stage::EncodingSource);
    let sides = [size.height_px, size.width_px].map(|side| side as usize);
    let latents = autoencoder.encode(device, planes, sides, noise).await?;
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
