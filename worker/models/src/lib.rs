//! The networks of latent diffusion: CLIP's text encoder, the UNet and two autoencoders.
//!
//! Each model is written once, for every device and every weight type: a module holds [`kernels::Weight`]s and
//! calls [`kernels::ops`], which know where the numbers live and how they are stored. Sizes come from the
//! `config.json` beside the weights; a setting that no code here implements is an error that names it. Modules
//! carry the names that their weights have in a diffusers folder, so that file, code and published model can be
//! read side by side.
//!
//! Activations are channels-last: pictures `[n, h, w, c]`, tokens `[b, t, c]`. [`layout`] converts to and from
//! the `[n, c, h, w]` of files and samplers.

mod adapters;
pub mod clip;
mod error;
mod layers;
pub mod layout;
mod loader;
mod settings;
pub mod taesd;
mod taps;
pub mod unet;
pub mod vae;

pub use adapters::{Adapters, LoraUse};
pub use clip::{ClipText, ClipTextConfig};
pub use error::ModelError;
pub use settings::NumberOrList;
pub use taesd::{Taesd, TaesdConfig};
pub use taps::Taps;
pub use unet::{Context, UNet, UNetConfig};
pub use vae::{Moments, Vae, VaeConfig};
