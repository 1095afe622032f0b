//! The distribution that the encoder makes of a picture.

/// Bounds of the logarithm of the variance, as in training.
const LOGVAR_RANGE: [f32; 2] = [-30.0, 20.0];

/// A normal distribution for each latent; all values are `[n, c, h, w]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// `[n, c, h, w]`
    pub shape: [usize; 4],
    /// The means.
    pub mean: Vec<f32>,
    /// Logarithms of the variances.
    pub logvar: Vec<f32>,
}

impl Moments {
    /// Splits `[n, 2c, h, w]` into means and logarithms of variances.
    pub(crate) fn new([n, channels, h, w]: [usize; 4], values: &[f32]) -> Self {
        let half = channels / 2 * h * w;
        let [low, high] = LOGVAR_RANGE;
        let (mut mean, mut logvar) = (Vec::with_capacity(n * half), Vec::with_capacity(n * half));
        for sample in values.chunks_exact((2 * half).max(1)) {
            let (means, logvars) = sample.split_at(half);
            mean.extend_from_slice(means);
            logvar.extend(logvars.iter().map(|value| value.clamp(low, high)));
        }
        Self { shape: [n, channels / 2, h, w], mean, logvar }
    }

    /// Number of latents.
    pub fn len(&self) -> usize {
        self.mean.len()
    }

    /// True when there are no latents.
    pub fn is_empty(&self) -> bool {
        self.mean.is_empty()
    }

    /// `mean + exp(logvar / 2) noise`, with as many draws as there are latents.
    pub fn sample(&self, noise: &[f32]) -> Vec<f32> {
        let moments = self.mean.iter().zip(&self.logvar);
        moments.zip(noise).map(|((mean, logvar), noise)| mean + (0.5 * logvar).exp() * noise).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_split_by_channel_and_clamped() {
        let moments = Moments::new([2, 2, 1, 1], &[1.0, 0.0, 2.0, -99.0]);
        assert_eq!(moments, Moments { shape: [2, 1, 1, 1], mean: vec![1.0, 2.0], logvar: vec![0.0, -30.0] });
        assert_eq!(moments.sample(&[3.0, 0.0]), [4.0, 2.0]);
    }
}
