//! One face for both kinds of autoencoder.

use kernels::Device;
use models::{ModelError, Taesd, TaesdConfig, Vae, VaeConfig, layout};
use sampling::NoiseSource;
use serde::Deserialize;
use weights::{Checkpoint, Tensors, require_json};

use crate::{PipelineError, latent_space::LatentSpace};

/// Scale of the large autoencoder's latents where its configuration says nothing, as in diffusers.
const KL_SCALE: f64 = 0.18215;
/// The tiny one's are at the denoiser's scale already.
const TINY_SCALE: f64 = 1.0;

/// An autoencoder's configuration and open weight file.
pub(crate) struct AutoencoderFiles {
    pub(crate) kind: Kind,
    pub(crate) space: LatentSpace,
    pub(crate) tensors: Tensors,
}

/// Which class, and its sizes.
pub(crate) enum Kind {
    Kl(VaeConfig),
    Tiny(TaesdConfig),
}

#[derive(Deserialize)]
struct Class {
    #[serde(rename = "_class_name")]
    name: String,
}

impl AutoencoderFiles {
    /// Opens the autoencoder that diffusers would have in the folder `part`.
    pub(crate) async fn open(checkpoint: &Checkpoint, part: &str) -> Result<Self, PipelineError> {
        let folder = checkpoint.configs();
        let path = format!("{part}/config.json");
        let class: Class = require_json(folder, &path).await?;
        let space: LatentSpace = require_json(folder, &path).await?;
        let (kind, scale) = match class.name.as_str() {
            "AutoencoderKL" => (Kind::Kl(VaeConfig::load(folder, &path).await?), KL_SCALE),
            "AutoencoderTiny" => (Kind::Tiny(TaesdConfig::load(folder, &path).await?), TINY_SCALE),
            other => {
                let reason = format!("{path} is of the class {other}, which is not known");
                return Err(PipelineError::UnknownModel { reason });
            }
        };
        let space = space.with_default_scale(scale);
        let tensors = checkpoint.tensors(part).await?;
        let files = Self { kind, space, tensors };
        match files.space.fault(files.channels()) {
            None => Ok(files),
            Some(reason) => Err(PipelineError::UnknownModel { reason }),
        }
    }

    /// Channels of the latents.
    pub(crate) fn channels(&self) -> usize {
        match &self.kind {
            Kind::Kl(config) => config.latent_channels,
            Kind::Tiny(config) => config.latent_channels,
        }
    }

    /// Pixels per latent, in either direction.
    pub(crate) fn scale_factor(&self) -> usize {
        match &self.kind {
            Kind::Kl(config) => config.scale_factor(),
            Kind::Tiny(config) => config.scale_factor(),
        }
    }

    /// Whether an encoding is a draw from a distribution.
    pub(crate) fn draws_samples(&self) -> bool {
        matches!(self.kind, Kind::Kl(_))
    }

    /// Brings the weights to a device.
    pub(crate) async fn load(&self, device: &Device) -> Result<Autoencoder, ModelError> {
        Ok(match &self.kind {
            Kind::Kl(config) => Autoencoder::Kl(Box::new(Vae::load(device, &self.tensors, config).await?)),
            Kind::Tiny(config) => Autoencoder::Tiny(Taesd::load(device, &self.tensors, config).await?),
        })
    }
}

/// An autoencoder on a device.
pub(crate) enum Autoencoder {
    Kl(Box<Vae>),
    Tiny(Taesd),
}

impl Autoencoder {
    /// Encodes a picture `[3, height, width]` to latents `[c, h, w]` at the autoencoder's own scale. The large one
    /// draws a sample of its distribution.
    pub(crate) async fn encode(
        &self,
        device: &Device,
        picture: &[f32],
        [height, width]: [usize; 2],
        noise: &mut dyn NoiseSource,
    ) -> Result<Vec<f32>, PipelineError> {
        let picture = layout::upload(device, [1, 3, height, width], picture)?;
        match self {
            Self::Kl(vae) => {
                let moments = vae.encode(&picture).await?;
                Ok(moments.sample(&noise.draw(moments.len())?))
            }
            Self::Tiny(taesd) => Ok(layout::download(&taesd.encode(&picture).await?).await?.1),
        }
    }

    /// Decodes latents `[c, h, w]` at the autoencoder's own scale to a picture `[3, height, width]`.
    pub(crate) async fn decode(
        &self,
        device: &Device,
        latents: &[f32],
        [c, h, w]: [usize; 3],
    ) -> Result<Vec<f32>, PipelineError> {
        let latents = layout::upload(device, [1, c, h, w], latents)?;
        let picture = match self {
            Self::Kl(vae) => vae.decode(&latents).await?,
            Self::Tiny(taesd) => taesd.decode(&latents).await?,
        };
        Ok(layout::download(&picture).await?.1)
    }
}
