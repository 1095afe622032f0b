//! An opened checkpoint, and the parts of it that are on a device.

mod encoded;
mod parts;
mod scheduler;
mod tokenizer;

use std::rc::Rc;

use kernels::{Device, Tensor};
use models::{ClipText, ClipTextConfig, LoraUse, UNet, UNetConfig};
use text::ClipTokenizer;
use weights::{Checkpoint, Folder, Manifest, Tensors};

use crate::{
    DecoderChoice, PipelineError, Profile,
    autoencoder::{Autoencoder, AutoencoderFiles},
    rehearsal::Rehearsed,
};
pub(crate) use encoded::PromptKey;
pub(crate) use parts::Parts;
use parts::{Adapted, Part};
use scheduler::Scheduler;

/// A model of at most so many bytes of weights stays loaded as a whole.
const SMALL_BYTES: u64 = 512 << 20;

/// A model in any layout that [`Checkpoint`] takes, ready to load its parts when they are needed.
pub struct Model {
    pub(crate) scheduler: Scheduler,
    pub(crate) latent_channels: usize,
    pub(crate) tokenizer: ClipTokenizer,
    profile: Profile,
    pub(crate) text: (ClipTextConfig, Tensors),
    pub(crate) unet: (UNetConfig, Tensors),
    vae: AutoencoderFiles,
    taesd: Option<AutoencoderFiles>,
    loaded: Parts,
}

impl Model {
    /// Opens a folder: reads its configurations and the headers of its weight files, and no weights.
    ///
    /// # Errors
    /// [`PipelineError::UnknownModel`] and [`PipelineError::Model`], which name the file or setting at fault.
    pub async fn open(folder: Rc<dyn Folder>) -> Result<Self, PipelineError> {
        let checkpoint = Checkpoint::open(folder).await?;
        let folder = checkpoint.configs();
        let manifest = Manifest::read(folder).await?;
        check_manifest(&manifest)?;
        let scheduler = Scheduler::read(folder, &manifest).await?;
        let text = ClipTextConfig::load(folder, "text_encoder/config.json").await?;
        let tokenizer = tokenizer::read(folder, &text).await?;
        let text = (text, checkpoint.tensors("text_encoder").await?);
        let unet = UNetConfig::load(folder, "unet/config.json").await?;
        let unet = (unet, checkpoint.tensors("unet").await?);
        let vae = AutoencoderFiles::open(&checkpoint, "vae").await?;
        let taesd = match folder.open("taesd/config.json").await? {
            Some(_) => Some(AutoencoderFiles::open(&checkpoint, "taesd").await?),
            None => None,
        };
        check_channels(&unet.0, &vae, taesd.as_ref())?;
        let multiple_px = u32::try_from(vae.scale_factor()).unwrap_or(u32::MAX);
        let profile = Profile::resolve(
            manifest.profile,
            &scheduler.config(false),
            &unet.0,
            multiple_px,
            taesd.is_some(),
        )?;
        let autoencoders = std::iter::once(&vae.tensors).chain(taesd.as_ref().map(|taesd| &taesd.tensors));
        let bytes: u64 = autoencoders.chain([&text.1, &unet.1]).map(Tensors::bytes).sum();
        Ok(Self {
            scheduler,
            latent_channels: vae.channels(),
            tokenizer,
            profile,
            text,
            unet,
            vae,
            taesd,
            loaded: Parts::new(bytes <= SMALL_BYTES),
        })
    }

    /// What the model was made for.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Whether the denoiser takes the mask and the masked picture too, as inpainting models do.
    pub(crate) fn sees_masks(&self) -> bool {
        self.unet.0.in_channels == inpainting_channels(self.latent_channels)
    }

    /// Frees what is loaded on any device; the next run loads again.
    pub fn unload(&mut self) {
        self.loaded.clear();
    }

    /// From now on loads one part at a time, which takes the least memory and the most time; what is loaded goes. Nothing
    /// happens, and it is false, when that was so already.
    pub fn take_turns(&mut self) -> bool {
        self.loaded.take_turns()
    }

    /// Whether parts are loaded one at a time, since the device had no room for more or the caller wanted it so.
    pub fn takes_turns(&self) -> bool {
        self.loaded.takes_turns()
    }

    /// Whether the denoiser takes the guidance scale as an input.
    pub(crate) fn takes_guidance(&self) -> bool {
        self.unet.0.time_cond_proj_dim.is_some()
    }

    /// The files of the chosen autoencoder.
    pub(crate) fn autoencoder_files(
        &self,
        choice: DecoderChoice,
    ) -> Result<&AutoencoderFiles, PipelineError> {
        match choice {
            DecoderChoice::Vae => Ok(&self.vae),
            DecoderChoice::Taesd => self.taesd.as_ref().ok_or(PipelineError::NoTaesd),
        }
    }

    /// The states of prompts that were encoded on this device before.
    pub(crate) fn encoded(&mut self, device: &Device, key: &PromptKey) -> Option<Tensor> {
        self.loaded.use_device(device);
        self.loaded.prompts.get(key)
    }

    /// Keeps the states of prompts for the next pictures.
    pub(crate) fn keep_encoded(&mut self, key: PromptKey, states: &Tensor) {
        self.loaded.prompts.insert(key, states.clone());
    }

    /// Takes what is loaded out of the model, for [`put_back`](Self::put_back).
    pub(crate) fn set_aside(&mut self) -> Parts {
        let none = self.loaded.emptied();
        std::mem::replace(&mut self.loaded, none)
    }

    pub(crate) fn put_back(&mut self, loaded: Parts) {
        self.loaded = loaded;
    }

    /// Whether what such a request needs is compiled on this device.
    pub(crate) fn has_rehearsed(&mut self, device: &Device, request: &Rehearsed) -> bool {
        self.loaded.use_device(device);
        self.loaded.rehearsed.as_ref() == Some(request)
    }

    /// What such a request needs is compiled on the device that was asked about last.
    pub(crate) fn keep_rehearsed(&mut self, request: Rehearsed) {
        self.loaded.rehearsed = Some(request);
    }

    /// The text encoder with exactly these LoRAs.
    pub(crate) async fn text(
        &mut self,
        device: &Device,
        loras: &[LoraUse],
    ) -> Result<Rc<ClipText>, PipelineError> {
        self.loaded.use_device(device);
        self.loaded.make_room(Part::Text);
        let (config, tensors) = &self.text;
        let text = match self.loaded.text.take() {
            Some(text) => text,
            None => Adapted::new(ClipText::load(device, tensors, config).await?),
        };
        let text = self.loaded.text.insert(text);
        text.adapt(ClipText::adapters, loras).await?;
        Ok(text.network.clone())
    }

    /// The denoiser with exactly these LoRAs.
    pub(crate) async fn unet(
        &mut self,
        device: &Device,
        loras: &[LoraUse],
    ) -> Result<Rc<UNet>, PipelineError> {
        self.loaded.use_device(device);
        self.loaded.make_room(Part::UNet);
        let (config, tensors) = &self.unet;
        let unet = match self.loaded.unet.take() {
            Some(unet) => unet,
            None => Adapted::new(UNet::load(device, tensors, config).await?),
        };
        let unet = self.loaded.unet.insert(unet);
        unet.adapt(UNet::adapters, loras).await?;
        Ok(unet.network.clone())
    }

    pub(crate) async fn autoencoder(
        &mut self,
        device: &Device,
        choice: DecoderChoice,
    ) -> Result<Rc<Autoencoder>, PipelineError> {
        self.loaded.use_device(device);
        self.loaded.make_room(Part::Autoencoder);
        if let Some((loaded, autoencoder)) = &self.loaded.autoencoder
            && *loaded == choice
        {
            return Ok(autoencoder.clone());
        }
        self.loaded.autoencoder = None;
        let autoencoder = Rc::new(self.autoencoder_files(choice)?.load(device).await?);
        self.loaded.autoencoder = Some((choice, autoencoder.clone()));
        Ok(autoencoder)
    }
}

/// Only pipelines of one CLIP encoder and one UNet are known.
fn check_manifest(manifest: &Manifest) -> Result<(), PipelineError> {
    let unknown = |reason: String| Err(PipelineError::UnknownModel { reason });
    for (part, expected) in [("unet", "UNet2DConditionModel"), ("text_encoder", "CLIPTextModel")] {
        match manifest.component(part).map(|component| component.class.as_str()) {
            Some(class) if class == expected => {}
            Some(class) => return unknown(format!("its {part} is a {class}, not a {expected}")),
            None => return unknown(format!("its model_index.json names no {part}")),
        }
    }
    match manifest.component("text_encoder_2") {
        Some(_) => unknown("it has a second text encoder, as Stable Diffusion XL does".to_owned()),
        None => Ok(()),
    }
}

/// Channels of an inpainting model's input: latents, mask, and the masked picture's latents.
fn inpainting_channels(latents: usize) -> usize {
    latents.saturating_mul(2).saturating_add(1)
}

fn check_channels(
    unet: &UNetConfig,
    vae: &AutoencoderFiles,
    taesd: Option<&AutoencoderFiles>,
) -> Result<(), PipelineError> {
    let channels = vae.channels();
    let takes = [channels, inpainting_channels(channels)];
    let fault = if !takes.contains(&unet.in_channels) || unet.out_channels != channels {
        format!(
            "its UNet takes {} channels and gives {}, but its latents have {channels}",
            unet.in_channels, unet.out_channels
        )
    } else if taesd
        .is_some_and(|taesd| (taesd.channels(), taesd.scale_factor()) != (channels, vae.scale_factor()))
    {
        "its taesd makes latents of another shape than its vae".to_owned()
    } else {
        return Ok(());
    };
    Err(PipelineError::UnknownModel { reason: fault })
}

#[cfg(test)]
mod tests;
