//! The tiny autoencoder (TAESD, diffusers' `AutoencoderTiny`): a distilled stand-in for the large one, made of
//! 3x3 convolutions and ReLU alone.
//!
//! Pictures are in -1..1; latents are already at the scale that the denoiser sees, unless the configuration's
//! `scaling_factor` says otherwise. There is no distribution: a picture has one encoding.

mod block;
mod config;

use kernels::{
    Device, KernelError, Tensor,
    ops::{self, Activation, Epilogue},
};
use weights::{Folder, Tensors};

use crate::{
    ModelError,
    layers::{Conv2d, Cut, Strips, size_of},
    loader::Loader,
};
use block::Block;
pub use config::TaesdConfig;

/// Latents beyond this are squeezed before decoding: `tanh(z / 3) * 3`. It is 3 whatever the configuration's
/// `latent_magnitude`, which is about storing latents in 8 bits.
const LATENT_LIMIT: f32 = 3.0;

/// The tiny autoencoder on a device.
pub struct Taesd {
    device: Device,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    /// The encoder's and the decoder's, and how often the picture is halved.
    widths: [usize; 2],
    halvings: u32,
    largest_tensor_bytes: u64,
}

/// One entry of the networks' flat lists of layers.
enum Layer {
    Conv(Conv2d),
    Block(Box<Block>),
    Relu,
    Double,
}

impl Taesd {
    /// Loads the autoencoder from a part's folder, for example `vae` or `taesd`.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn open(device: &Device, folder: &dyn Folder, part: &str) -> Result<Self, ModelError> {
        let config = TaesdConfig::load(folder, &format!("{part}/config.json")).await?;
        let tensors = Tensors::open_in(folder, &format!("{part}/diffusion_pytorch_model")).await?;
        Self::load(device, &tensors, &config).await
    }

    /// Loads the autoencoder from open tensors.
    ///
    /// # Errors
    /// Any [`ModelError`] about the configuration and the weights.
    pub async fn load(device: &Device, tensors: &Tensors, config: &TaesdConfig) -> Result<Self, ModelError> {
        config.check()?;
        let at = Loader::new(device, tensors);
        Ok(Self {
            device: device.clone(),
            encoder: load_encoder(&at.at("encoder.layers"), config).await?,
            decoder: load_decoder(&at.at("decoder.layers"), config).await?,
            widths: [config.encoder_width(), config.decoder_width()],
            halvings: u32::try_from(config.num_decoder_blocks.len().saturating_sub(1)).unwrap_or(u32::MAX),
            largest_tensor_bytes: device.largest_tensor_bytes(),
        })
    }

    /// As for the large autoencoder: see [`Vae::with_largest_tensor_bytes`](crate::Vae::with_largest_tensor_bytes).
    #[must_use]
    pub fn with_largest_tensor_bytes(self, largest_tensor_bytes: u64) -> Self {
        Self { largest_tensor_bytes, ..self }
    }

    /// Encodes pictures `[n, h, w, 3]` in -1..1 to latents `[n, h/8, w/8, latent_channels]`.
    ///
    /// # Errors
    /// [`ModelError::Kernel`] when the shape does not fit, the device fails or the work is cancelled.
    pub async fn encode(&self, pictures: &Tensor) -> Result<Tensor, ModelError> {
        let unit = ops::scale_shift(pictures, 0.5, 0.5)?;
        let [width, _] = self.widths;
        let multiple = 1_usize.checked_shl(self.halvings).unwrap_or(usize::MAX);
        let cut = self.cut(&unit, width as u64, multiple)?;
        self.run(&self.encoder, Strips::new(unit, cut)?).await
    }

    /// Decodes latents `[n, h, w, latent_channels]` to pictures `[n, 8h, 8w, 3]`, about -1..1, not clamped.
    ///
    /// # Errors
    /// [`ModelError::Kernel`] when the shape does not fit, the device fails or the work is cancelled.
    pub async fn decode(&self, latents: &Tensor) -> Result<Tensor, ModelError> {
        let limited = ops::tanh_clamp(latents, LATENT_LIMIT)?;
        let [_, width] = self.widths;
        let pixels = 4_u64.saturating_pow(self.halvings);
        let cut = self.cut(&limited, pixels.saturating_mul(width as u64), 1)?;
        let unit = self.run(&self.decoder, Strips::new(limited, cut)?).await?;
        Ok(ops::scale_shift(&unit, 2.0, -1.0)?)
    }

    /// How to cut an input, for each place of which the largest activation has `values`.
    fn cut(&self, x: &Tensor, values: u64, multiple: usize) -> Result<Option<Cut>, KernelError> {
        let [_, width] = size_of(x)?;
        let bytes_per_row = values.saturating_mul(4).saturating_mul(width as u64);
        Ok(Cut::of(x.shape(), bytes_per_row, multiple, self.largest_tensor_bytes))
    }

    async fn run(&self, layers: &[Layer], mut hidden: Strips) -> Result<Tensor, ModelError> {
        for layer in layers {
            hidden = layer.forward(hidden).await?;
            self.device.checkpoint().await?;
        }
        Ok(hidden.join()?)
    }
}

impl Layer {
    async fn forward(&self, x: Strips) -> Result<Strips, KernelError> {
        match self {
            Self::Conv(conv) => conv.forward_strips(x, None, Epilogue::default(), |x, _| Ok(x.clone())).await,
            Self::Block(block) => block.forward(x).await,
            Self::Relu => x.map(|x| ops::activation(x, Activation::Relu)).await,
            Self::Double => {
                x.map(|x| {
                    let [height, width] = size_of(x)?;
                    ops::upsample_nearest(x, 2 * height, 2 * width)
                })
                .await
            }
        }
    }
}

/// A convolution, then per level: blocks, and between levels a convolution that halves the size.
async fn load_encoder(at: &Loader<'_>, config: &TaesdConfig) -> Result<Vec<Layer>, ModelError> {
    let width = config.encoder_width();
    let mut layers = Vec::new();
    for (level, &blocks) in config.num_encoder_blocks.iter().enumerate() {
        let at_conv = at.at(layers.len());
        let conv = match level {
            0 => Conv2d::load(&at_conv, config.in_channels, width).await?,
            _ => Conv2d::load_without_bias(&at_conv, width, width).await?.halving([1; 4]),
        };
        layers.push(Layer::Conv(conv));
        load_blocks(at, &mut layers, blocks, width).await?;
    }
    let conv = Conv2d::load(&at.at(layers.len()), width, config.latent_channels).await?;
    layers.push(Layer::Conv(conv));
    Ok(layers)
}

/// The encoder's mirror: blocks, then doubling and a convolution, which after the last level makes the picture.
async fn load_decoder(at: &Loader<'_>, config: &TaesdConfig) -> Result<Vec<Layer>, ModelError> {
    let width = config.decoder_width();
    let conv_in = Conv2d::load(&at.at(0), config.latent_channels, width).await?;
    let mut layers = vec![Layer::Conv(conv_in), Layer::Relu];
    let levels = config.num_decoder_blocks.len();
    for (level, &blocks) in config.num_decoder_blocks.iter().enumerate() {
        load_blocks(at, &mut layers, blocks, width).await?;
        if level + 1 == levels {
            let conv_out = Conv2d::load(&at.at(layers.len()), width, config.out_channels).await?;
            layers.push(Layer::Conv(conv_out));
        } else {
            layers.push(Layer::Double);
            let conv = Conv2d::load_without_bias(&at.at(layers.len()), width, width).await?;
            layers.push(Layer::Conv(conv));
        }
    }
    Ok(layers)
}

async fn load_blocks(
    at: &Loader<'_>,
    layers: &mut Vec<Layer>,
    count: usize,
    width: usize,
) -> Result<(), ModelError> {
    for _ in 0..count {
        let block = Block::load(&at.at(layers.len()), width).await?;
        layers.push(Layer::Block(Box::new(block)));
    }
    Ok(())
}

/// An epilogue that ends in a ReLU.
const RELU: Epilogue<'static> = Epilogue {
    bias: None,
    per_sample: None,
    residual: None,
    activation: Activation::Relu,
    residual_before_activation: true,
    gated: false,
    statistics: None,
};
