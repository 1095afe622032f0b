//! The autoencoder of Stable Diffusion (diffusers' `AutoencoderKL`): pictures to latents an eighth their size,
//! and back ("High-Resolution Image Synthesis with Latent Diffusion Models", Rombach et al. 2022).
//!
//! Pictures are in -1..1; latents are the network's own, before the scale that the denoiser sees them at.

mod config;
mod decoder;
mod encoder;
mod mid;
mod moments;

use kernels::{Device, Tensor};
use weights::{Folder, Tensors};

use crate::{
    ModelError, Taps,
    layers::{Linear, ResnetShape},
    layout,
    loader::Loader,
};
pub use config::VaeConfig;
use decoder::Decoder;
use encoder::Encoder;
pub use moments::Moments;

/// Epsilon of every norm of the autoencoder.
const EPS: f32 = 1e-6;

/// The autoencoder on a device.
pub struct Vae {
    device: Device,
    encoder: Encoder,
    quant_conv: Option<Linear>,
    post_quant_conv: Option<Linear>,
    decoder: Decoder,
    largest_tensor_bytes: u64,
}

impl Vae {
    /// Loads the autoencoder from a part's folder, for example `vae`.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn open(device: &Device, folder: &dyn Folder, part: &str) -> Result<Self, ModelError> {
        let config = VaeConfig::load(folder, &format!("{part}/config.json")).await?;
        let tensors = Tensors::open_in(folder, &format!("{part}/diffusion_pytorch_model")).await?;
        Self::load(device, &tensors, &config).await
    }

    /// Loads the autoencoder from open tensors.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn load(device: &Device, tensors: &Tensors, config: &VaeConfig) -> Result<Self, ModelError> {
        config.check()?;
        let at = Loader::new(device, tensors);
        let latents = config.latent_channels;
        let quant_conv = match config.use_quant_conv {
            true => Some(Linear::load(&at.at("quant_conv"), 2 * latents, 2 * latents).await?),
            false => None,
        };
        let post_quant_conv = match config.use_post_quant_conv {
            true => Some(Linear::load(&at.at("post_quant_conv"), latents, latents).await?),
            false => None,
        };
        Ok(Self {
            device: device.clone(),
            encoder: Encoder::load(&at.at("encoder"), config).await?,
            quant_conv,
            post_quant_conv,
            decoder: Decoder::load(&at.at("decoder"), config).await?,
            largest_tensor_bytes: device.largest_tensor_bytes(),
        })
    }

    /// Works in strips of rows wherever a tensor would take more bytes than this, in place of what the device says
    /// ([`Device::largest_tensor_bytes`]). The result is the same, but for rounding.
    #[must_use]
    pub fn with_largest_tensor_bytes(self, largest_tensor_bytes: u64) -> Self {
        Self { largest_tensor_bytes, ..self }
    }

    /// Encodes pictures `[n, h, w, 3]` in -1..1 to the distribution of their latents.
    ///
    /// # Errors
    /// [`ModelError::Kernel`] when the shape does not fit, the device fails or the work is cancelled.
    pub async fn encode(&self, pictures: &Tensor) -> Result<Moments, ModelError> {
        let hidden = self.encoder.forward(pictures, self.largest_tensor_bytes, &Taps::none()).await?;
        let moments = match &self.quant_conv {
            Some(quant_conv) => quant_conv.forward(&hidden)?,
            None => hidden,
        };
        self.device.checkpoint().await?;
        let (shape, values) = layout::download(&moments).await?;
        Ok(Moments::new(shape, &values))
    }

    /// Decodes latents `[n, h, w, latent_channels]` to pictures `[n, 8h, 8w, 3]`, about -1..1, not clamped.
    ///
    /// # Errors
    /// [`ModelError::Kernel`] when the shape does not fit, the device fails or the work is cancelled.
    pub async fn decode(&self, latents: &Tensor) -> Result<Tensor, ModelError> {
        let latents = match &self.post_quant_conv {
            Some(post_quant_conv) => &post_quant_conv.forward(latents)?,
            None => latents,
        };
        let pictures = self.decoder.forward(latents, self.largest_tensor_bytes, &Taps::none()).await?;
        self.device.checkpoint().await?;
        Ok(pictures)
    }
}

/// Sizes of one residual block, which has no time embedding here.
fn resnet_shape(config: &VaeConfig, inputs: usize, outputs: usize) -> ResnetShape {
    ResnetShape { inputs, outputs, groups: config.norm_num_groups, eps: EPS }
}
