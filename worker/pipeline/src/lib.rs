//! From a request to a picture: encode, prepare, denoise, decode.
//!
//! [`Model`] is an opened checkpoint folder, [`generate`] makes one picture with it on any device. The steps and
//! their numbers follow diffusers' `StableDiffusionPipeline` and its img2img and inpaint siblings; random draws are
//! made in the same order, so that recorded noise can be replayed.
//!
//! [`source::decode`] turns a file that a person chose into a picture to start from.

mod area;
mod autoencoder;
mod canvas;
mod conditioning;
mod denoise;
mod error;
mod feather;
mod fit;
mod generate;
mod inpaint;
mod latent_space;
mod loras;
mod mask;
mod model;
mod observer;
mod picture;
mod preview;
mod profile;
mod rehearsal;
mod request;
mod resample;
pub mod source;

pub use error::PipelineError;
pub use fit::SourceFit;
pub use generate::{Output, generate};
pub use model::Model;
pub use models::LoraUse;
pub use observer::{NoObserver, Observer, Stage};
pub use preview::Preview;
pub use profile::Profile;
pub use request::{DecoderChoice, InpaintArea, PromptSyntax, Request};
