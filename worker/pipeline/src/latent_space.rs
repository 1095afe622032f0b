//! The scale of latents: as the autoencoder makes them, and as the denoiser was trained on them.

use serde::Deserialize;

/// How a model's `vae/config.json` relates the two, under diffusers' names.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(crate) struct LatentSpace {
    scaling_factor: Option<f64>,
    shift_factor: Option<f64>,
    latents_mean: Option<Vec<f64>>,
    latents_std: Option<Vec<f64>>,
}

impl LatentSpace {
    /// Fills in the scale that the class has by default.
    pub(crate) fn with_default_scale(self, scale: f64) -> Self {
        Self { scaling_factor: self.scaling_factor.or(Some(scale)), ..self }
    }

    /// The reason why this cannot be the space of latents of `channels` channels, if there is one.
    pub(crate) fn fault(&self, channels: usize) -> Option<String> {
        let finite = |value: &f64| value.is_finite();
        for (name, values) in [("latents_mean", &self.latents_mean), ("latents_std", &self.latents_std)] {
            if values.as_ref().is_some_and(|values| values.len() != channels || !values.iter().all(finite)) {
                return Some(format!("vae/config.json: {name} must be {channels} finite numbers"));
            }
        }
        if self.latents_mean.is_some() != self.latents_std.is_some() {
            return Some("vae/config.json has only one of latents_mean and latents_std".to_owned());
        }
        let divisors = self.scaling_factor.iter().chain(self.latents_std.iter().flatten());
        if divisors.into_iter().any(|divisor| !divisor.is_normal()) {
            return Some("vae/config.json scales latents by zero".to_owned());
        }
        None
    }

    /// Scale by which a picture's latents are multiplied, apart from each channel's own.
    pub(crate) fn scale(&self) -> f64 {
        self.scaling_factor.unwrap_or(1.0)
    }

    /// From the autoencoder's latents `[c, h, w]` to the denoiser's.
    pub(crate) fn to_denoiser(&self, latents: &[f32], channels: usize) -> Vec<f32> {
        self.per_channel(latents, channels, |value, mean, std| (value - mean) / std * self.scale())
    }

    /// From the denoiser's latents `[c, h, w]` to the autoencoder's.
    pub(crate) fn to_autoencoder(&self, latents: &[f32], channels: usize) -> Vec<f32> {
        self.per_channel(latents, channels, |value, mean, std| value / self.scale() * std + mean)
    }

    fn per_channel(&self, latents: &[f32], channels: usize, map: impl Fn(f64, f64, f64) -> f64) -> Vec<f32> {
        let area = (latents.len() / channels.max(1)).max(1);
        let of_channel = |values: &Option<Vec<f64>>, channel: usize, otherwise: f64| {
            values.as_ref().and_then(|values| values.get(channel)).copied().unwrap_or(otherwise)
        };
        let shift = self.shift_factor.unwrap_or(0.0);
        let planes = latents.chunks(area).enumerate();
        planes
            .flat_map(|(channel, plane)| {
                let mean = of_channel(&self.latents_mean, channel, shift);
                let std = of_channel(&self.latents_std, channel, 1.0);
                plane.iter().map(move |&value| (f64::from(value), mean, std))
            })
            .map(|(value, mean, std)| map(value, mean, std) as f32)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scale_and_shift() {
        let space = LatentSpace { shift_factor: Some(1.0), ..LatentSpace::default() }.with_default_scale(0.5);
        assert_eq!(space.to_denoiser(&[3.0, 5.0], 1), [1.0, 2.0]);
        assert_eq!(space.to_autoencoder(&[1.0, 2.0], 1), [3.0, 5.0]);
    }

    #[test]
    fn mean_and_deviation_of_each_channel() {
        let space = LatentSpace {
            latents_mean: Some(vec![1.0, -1.0]),
            latents_std: Some(vec![2.0, 4.0]),
            ..LatentSpace::default()
        };
        assert_eq!(space.fault(2), None);
        assert_eq!(space.to_denoiser(&[3.0, 5.0, 3.0, 7.0], 2), [1.0, 2.0, 1.0, 2.0]);
        assert_eq!(space.to_autoencoder(&[1.0, 2.0, 1.0, 2.0], 2), [3.0, 5.0, 3.0, 7.0]);
    }

    #[test]
    fn faults_are_found() {
        let short = LatentSpace { latents_mean: Some(vec![0.0]), ..LatentSpace::default() };
        assert!(short.fault(4).unwrap().contains("latents_mean"));
        assert!(LatentSpace::default().with_default_scale(0.0).fault(4).is_some());
    }
}
