//! The denoising loop.

use kernels::{Device, KernelError, Tensor};
use models::{Context, Taps, UNet, layout};
use sampling::{NoiseSource, Plan};

use crate::{Observer, PipelineError, Preview, latent_space::LatentSpace, mask::Repaint};

/// How strongly the prompt is followed, and by what means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Guidance {
    /// Not at all beyond the prompt itself: one pass.
    Off,
    /// By a second pass for the negative prompt (Ho and Salimans 2022), at this scale.
    Halves(f64),
    /// The model takes the scale as an input: one pass.
    Input(f64),
}

/// The denoiser, told what to draw.
pub(crate) struct Denoiser<'a> {
    device: &'a Device,
    unet: &'a UNet,
    context: Context,
    guidance: Guidance,
    /// Of an inpainting model: what it takes behind the latents, `[.., h, w]`.
    further: Vec<f32>,
    /// `[c, h, w]` of the latents.
    shape: [usize; 3],
}

impl<'a> Denoiser<'a> {
    /// `prompts`: encoded, `[1, t, c]`, or with guidance by halves `[2, t, c]` with the negative one first.
    pub(crate) async fn new(
        device: &'a Device,
        unet: &'a UNet,
        prompts: &Tensor,
        guidance: Guidance,
        shape: [usize; 3],
    ) -> Result<Self, PipelineError> {
        let context = match guidance {
            Guidance::Input(scale) => unet.guided_context(prompts, scale).await?,
            Guidance::Off | Guidance::Halves(_) => unet.context(prompts).await?,
        };
        Ok(Self { device, unet, context, guidance, further: Vec::new(), shape })
    }

    /// Gives the denoiser more channels `[.., h, w]` with every sample, behind the latents.
    pub(crate) fn with_channels(self, further: Vec<f32>) -> Self {
        Self { further, ..self }
    }

    /// What the model predicts for latents `[c, h, w]` at a timestep.
    async fn predict(&self, latents: &[f32], timestep: f64) -> Result<Vec<f32>, PipelineError> {
        let [_, h, w] = self.shape;
        let sample = [latents, &self.further].concat();
        let c = sample.len() / (h * w).max(1);
        let Guidance::Halves(scale) = self.guidance else {
            return self.run(&sample, [1, c, h, w], timestep).await;
        };
        // Both halves in one batch: the weights are read once.
        let both = self.run(&sample.repeat(2), [2, c, h, w], timestep).await?;
        let (negative, positive) = both.split_at(both.len() / 2);
        let guided = negative.iter().zip(positive).map(|(&negative, &positive)| {
            let (negative, positive) = (f64::from(negative), f64::from(positive));
            (negative + scale * (positive - negative)) as f32
        });
        Ok(guided.collect())
    }

    async fn run(&self, sample: &[f32], shape: [usize; 4], timestep: f64) -> Result<Vec<f32>, PipelineError> {
        let sample = layout::upload(self.device, shape, sample)?;
        let timesteps = vec![timestep; shape[0]];
        let output = self.unet.forward(&sample, &timesteps, &self.context, &Taps::none()).await?;
        Ok(layout::download(&output).await?.1)
    }
}

/// Takes every step of a plan from `latents` `[c, h, w]` on. Stops at the first step that leaves no finite numbers:
/// all later ones, and the picture, would be made of them.
pub(crate) async fn denoise(
    denoiser: &Denoiser<'_>,
    plan: &mut Plan,
    mut latents: Vec<f32>,
    repaint: Option<&Repaint>,
    space: &LatentSpace,
    noise: &mut dyn NoiseSource,
    observer: &mut dyn Observer,
) -> Result<Vec<f32>, PipelineError> {
    let (first, steps) = (plan.first_step(), plan.sampler().steps());
    for i in first..steps {
        let sampler = plan.sampler();
        let input = sampler.scale_model_input(i, &latents);
        let prediction = denoiser.predict(&input, sampler.timestep(i)).await?;
        if denoiser.device.is_rehearsal() {
            // All steps are alike.
            break;
        }
        let denoised = sampler.to_denoised(i, &prediction, &latents);
        plan.sampler_mut().step(i, &prediction, &mut latents, noise)?;
        if let Some(repaint) = repaint {
            repaint.restore(plan.sampler(), i, &mut latents);
        }
        if !latents.iter().all(|value| value.is_finite()) {
            return Err(PipelineError::NotFinite { step: i + 1 - first, steps: steps - first });
        }
        let preview = preview_of(&denoised, denoiser.shape, space);
        observer.step(i + 1 - first, steps - first, preview.as_ref());
        if denoiser.device.cancel_token().is_cancelled() {
            return Err(KernelError::Cancelled.into());
        }
    }
    Ok(latents)
}

/// The colours are known for latents at Stable Diffusion's scale, so a model's own statistics are undone.
fn preview_of(latents: &[f32], [c, h, w]: [usize; 3], space: &LatentSpace) -> Option<Preview> {
    let scale = space.scale() as f32;
    let latents: Vec<f32> = space.to_autoencoder(latents, c).iter().map(|value| value * scale).collect();
    Preview::of(&latents, c, h, w)
}
