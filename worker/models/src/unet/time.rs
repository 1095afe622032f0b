//! The timestep's embedding: sinusoids, then two linear layers. A model that takes the guidance scale as an input adds
//! the scale's sinusoids, through a layer of their own, before the first of them.

use kernels::{
    Device, KernelError, Tensor,
    ops::{Activation, Epilogue},
};

use super::{UNetConfig, config};
use crate::{ModelError, Taps, layers::Linear, loader::Loader};

/// Longest period of the sinusoids over 2 pi ("Attention Is All You Need", Vaswani et al. 2017, section 3.5).
const MAX_PERIOD: f64 = 10_000.0;

/// The guidance scale, less the 1 that is no guidance, in units as large as a timestep's (diffusers'
/// `get_guidance_scale_embedding`).
const GUIDANCE_UNITS: f64 = 1000.0;

pub(super) struct TimeEmbedding {
    name: String,
    linear_1: Linear,
    linear_2: Linear,
    channels: usize,
    flip_sin_to_cos: bool,
    freq_shift: f64,
    guidance: Option<GuidanceEmbedding>,
}

struct GuidanceEmbedding {
    cond_proj: Linear,
    channels: usize,
}

impl GuidanceEmbedding {
    async fn load(at: &Loader<'_>, channels: usize, outputs: usize) -> Result<Self, ModelError> {
        // The frequencies of fewer waves are not defined: they fall from 1 to the last in equal steps.
        if channels < 4 {
            let (file, field) = (config::FILE, "time_cond_proj_dim");
            return Err(ModelError::BadSetting {
                file,
                field,
                reason: format!("is {channels}, less than 4"),
            });
        }
        let cond_proj = Linear::load_without_bias(&at.at("cond_proj"), channels, outputs).await?;
        Ok(Self { cond_proj, channels })
    }

    /// `waves` `[samples, outputs]` and what the scale adds to them.
    fn add_to(&self, device: &Device, waves: &Tensor, scale: f64) -> Result<Tensor, KernelError> {
        let samples = waves.shape().first().copied().unwrap_or_default();
        let wave = sinusoids((scale - 1.0) * GUIDANCE_UNITS, self.channels, false, 1.0);
        let condition = device.tensor(&[samples, self.channels], &wave.repeat(samples))?;
        self.cond_proj.add_to(waves, &condition)
    }
}

impl TimeEmbedding {
    pub(super) async fn load(at: &Loader<'_>, config: &UNetConfig) -> Result<Self, ModelError> {
        let channels = config.time_channels();
        let width = config.time_width();
        let guidance = match config.time_cond_proj_dim {
            Some(inputs) => Some(GuidanceEmbedding::load(at, inputs, channels).await?),
            None => None,
        };
        Ok(Self {
            name: at.path().to_owned(),
            linear_1: Linear::load(&at.at("linear_1"), channels, width).await?,
            linear_2: Linear::load(&at.at("linear_2"), width, width).await?,
            channels,
            flip_sin_to_cos: config.flip_sin_to_cos,
            freq_shift: config.freq_shift,
            guidance,
        })
    }

    /// Whether the model takes the guidance scale as an input.
    pub(super) fn takes_guidance(&self) -> bool {
        self.guidance.is_some()
    }

    /// One timestep per sample to `silu(embedding)` `[samples, width]`: every residual block begins with that
    /// SiLU, so it is computed here once. The guidance scale counts where the model takes it.
    pub(super) fn forward(
        &self,
        device: &Device,
        timesteps: &[f64],
        guidance_scale: Option<f64>,
        taps: &Taps,
    ) -> Result<Tensor, KernelError> {
        let waves: Vec<f32> = timesteps
            .iter()
            .flat_map(|&timestep| sinusoids(timestep, self.channels, self.flip_sin_to_cos, self.freq_shift))
            .collect();
        let mut waves = device.tensor(&[timesteps.len(), self.channels], &waves)?;
        if let (Some(guidance), Some(scale)) = (&self.guidance, guidance_scale) {
            waves = guidance.add_to(device, &waves, scale)?;
        }
        let silu = Epilogue { activation: Activation::Silu, ..Epilogue::default() };
        let hidden = self.linear_1.forward_with(&waves, silu)?;
        taps.record_with(&self.name, || self.linear_2.forward(&hidden))?;
        self.linear_2.forward_with(&hidden, silu)
    }
}

/// `[sin(t f_0), .., cos(t f_0), ..]`, or the cosines first, with frequencies `f_i` that fall from 1 towards
/// `1 / MAX_PERIOD`. In `f64`: a timestep of 1000 would cost an `f32` three of its digits.
fn sinusoids(timestep: f64, channels: usize, flip_sin_to_cos: bool, freq_shift: f64) -> Vec<f32> {
    let half = channels / 2;
    let angle = |i: usize| timestep * (-MAX_PERIOD.ln() * i as f64 / (half as f64 - freq_shift)).exp();
    let sines = (0..half).map(|i| angle(i).sin() as f32);
    let cosines = (0..half).map(|i| angle(i).cos() as f32);
    let mut waves: Vec<f32> =
        if flip_sin_to_cos { cosines.chain(sines).collect() } else { sines.chain(cosines).collect() };
    // An odd width has no partner for its last channel.
    waves.resize(channels, 0.0);
    waves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_fall_from_one() {
        let waves = sinusoids(1.0, 4, false, 0.0);
        let expected = [1f64.sin(), 0.01f64.sin(), 1f64.cos(), 0.01f64.cos()].map(|x| x as f32);
        assert_eq!(waves, expected);
    }

    #[test]
    fn flipping_and_shifting() {
        // With a shift of 1 the last frequency is exactly 1 / MAX_PERIOD.
        let waves = sinusoids(10_000.0, 5, true, 1.0);
        let expected = [10_000f64.cos(), 1f64.cos(), 10_000f64.sin(), 1f64.sin(), 0.0].map(|x| x as f32);
        for (wave, expected) in waves.iter().zip(expected) {
            assert!((wave - expected).abs() < 1e-6, "{waves:?}");
        }
    }
}
