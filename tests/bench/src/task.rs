//! A case, loaded and ready to run.

use std::rc::Rc;

use kernels::Device;
use models::{ClipText, ClipTextConfig, Taesd, TaesdConfig, Taps, UNet, UNetConfig, Vae, VaeConfig, layout};
use serde::Deserialize;
use weights::{Folder, MemoryFolder, MemorySource, Tensors, require_json};

use crate::{BenchError, Entry, operator::Operator, stored};

/// The weights of a network in a diffusers folder, without the file's ending.
pub(crate) const STEM: &str = "diffusion_pytorch_model";
pub(crate) const CONFIG: &str = "config.json";

/// A case on a device.
pub struct Task {
    entry: Entry,
    device: Device,
    work: Work,
}

enum Work {
    UNet(Box<UNet>),
    Decoder(Box<Vae>),
    TinyDecoder(Box<Taesd>),
    TextEncoder(Box<ClipText>),
    Operator(Operator),
}

#[derive(Deserialize)]
struct Class {
    /// Transformers calls it otherwise.
    #[serde(rename = "_class_name", alias = "model_type")]
    name: String,
}

impl Task {
    /// Loads a case from its weight files: those of a diffusers folder under their names in it, or one file.
    ///
    /// # Errors
    /// [`BenchError::Unsupported`] when the case is not one that this crate can run, and what loading it brings.
    pub async fn load(
        entry: Entry,
        device: &Device,
        files: Vec<(String, Vec<u8>)>,
    ) -> Result<Self, BenchError> {
        entry.output()?;
        if entry.weights.as_deref().is_some_and(|weights| weights.ends_with('/')) {
            let mut folder = MemoryFolder::default();
            files.into_iter().for_each(|(path, bytes)| folder.insert(path, bytes));
            let tensors = stored::network(&entry, Tensors::open_in(&folder, STEM).await?).await?;
            return Self::network(entry, device, &folder, &tensors).await;
        }
        let tensors = match files.into_iter().next() {
            Some((name, bytes)) => Some(Tensors::open_named(&name, Rc::new(MemorySource::new(bytes))).await?),
            None => None,
        };
        Self::operator(entry, device, tensors.as_ref()).await
    }

    /// Loads a network by the configuration in `folder`.
    ///
    /// # Errors
    /// [`BenchError::Unsupported`] when the configuration is of another network, and what loading it brings.
    pub(crate) async fn network(
        entry: Entry,
        device: &Device,
        folder: &dyn Folder,
        tensors: &Tensors,
    ) -> Result<Self, BenchError> {
        let class: Class = require_json(folder, CONFIG).await?;
        let work = match class.name.as_str() {
            "UNet2DConditionModel" => {
                let config = UNetConfig::load(folder, CONFIG).await?;
                Work::UNet(Box::new(UNet::load(device, tensors, &config).await?))
            }
            "AutoencoderKL" => {
                let config = VaeConfig::load(folder, CONFIG).await?;
                Work::Decoder(Box::new(Vae::load(device, tensors, &config).await?))
            }
            "AutoencoderTiny" => {
                let config = TaesdConfig::load(folder, CONFIG).await?;
                Work::TinyDecoder(Box::new(Taesd::load(device, tensors, &config).await?))
            }
            "clip_text_model" => {
                let config = ClipTextConfig::load(folder, CONFIG).await?;
                Work::TextEncoder(Box::new(ClipText::load(device, tensors, &config).await?))
            }
            other => return Err(entry.unsupported(format!("there is no network {other} here"))),
        };
        Ok(Self { entry, device: device.clone(), work })
    }

    /// Loads a single operator with its weights, if it has any.
    ///
    /// # Errors
    /// [`BenchError::Unsupported`] when it is not known, and what loading it brings.
    pub(crate) async fn operator(
        entry: Entry,
        device: &Device,
        tensors: Option<&Tensors>,
    ) -> Result<Self, BenchError> {
        let work = Work::Operator(Operator::load(&entry, device, tensors).await?);
        Ok(Self { entry, device: device.clone(), work })
    }

    /// What it runs.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// One run: arrays in the order and layout of the entry's inputs to its output.
    ///
    /// # Errors
    /// [`BenchError::Unsupported`] when the inputs are not as many as announced, and the device's own errors.
    pub async fn run(&self, inputs: &[&[f32]]) -> Result<Vec<f32>, BenchError> {
        if inputs.len() != self.entry.inputs.len() {
            return Err(self.entry.unsupported(format!("it was given {} inputs", inputs.len())));
        }
        match &self.work {
            Work::UNet(unet) => self.denoise(unet, inputs).await,
            Work::Decoder(vae) => {
                let latents = self.picture(inputs, self.entry.input_of_rank(4)?)?;
                Ok(layout::download(&vae.decode(&latents).await?).await?.1)
            }
            Work::TinyDecoder(taesd) => {
                let latents = self.picture(inputs, self.entry.input_of_rank(4)?)?;
                Ok(layout::download(&taesd.decode(&latents).await?).await?.1)
            }
            Work::TextEncoder(clip) => {
                let tokens = self.entry.dims(0).last().copied().unwrap_or(1);
                let prompts = inputs[0].chunks(tokens).map(|ids| ids.iter().map(|&id| id as u32).collect());
                Ok(clip.forward(&prompts.collect::<Vec<_>>(), 0).await?.to_vec().await?)
            }
            Work::Operator(operator) => operator.run(&self.entry, &self.device, inputs).await,
        }
    }

    /// One pass of a UNet, with what it makes of the prompt: in a picture that is computed once for all steps, but
    /// here the prompt is an input of each run.
    async fn denoise(&self, unet: &UNet, inputs: &[&[f32]]) -> Result<Vec<f32>, BenchError> {
        let entry = &self.entry;
        let sample = self.picture(inputs, entry.input_of_rank(4)?)?;
        let prompt = entry.input_of_rank(3)?;
        let time = entry.input_of_rank(1).or_else(|_| entry.input_of_rank(0))?;
        let samples = sample.shape().first().copied().unwrap_or(1);
        // One timestep counts for all samples.
        let timesteps: Vec<f64> =
            inputs[time].iter().cycle().take(samples).map(|&timestep| f64::from(timestep)).collect();
        let context = unet.context(&self.device.tensor(entry.dims(prompt), inputs[prompt])?).await?;
        let output = unet.forward(&sample, &timesteps, &context, &Taps::none()).await?;
        Ok(layout::download(&output).await?.1)
    }

    fn picture(&self, inputs: &[&[f32]], input: usize) -> Result<kernels::Tensor, BenchError> {
        match *self.entry.dims(input) {
            [n, c, h, w] => Ok(layout::upload(&self.device, [n, c, h, w], inputs[input])?),
            _ => Err(self.entry.unsupported("a picture has four axes")),
        }
    }
}
