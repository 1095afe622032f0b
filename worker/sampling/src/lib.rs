//! Noise schedules and samplers: how latents move from noise to picture.
//!
//! Everything here works on plain `f32` slices of latents in the caller's layout, with `f64` arithmetic inside and
//! one rounding per value, so that a schedule of a thousand products does not drift. A [`Sampler`] asks a model
//! (which lives elsewhere) for one prediction a step. The numbers follow Hugging Face's diffusers, whose
//! `scheduler_config.json` is read by [`SchedulerConfig`]; the papers are named where the formulas are.
//!
//! A picture can be made again from its seed (by [`Philox`]), the hash of its model, its prompts, size and source, its
//! sampler, steps, guidance and strength, and the class of device that made it. The noise of a seed is the same to the
//! bit everywhere, and so is the arithmetic here, save for the last bit of `exp`, `ln` and `sin` of the platform.
//! Models round differently on a CPU and on each make of GPU, so between those classes pictures agree closely, not to
//! the bit. Samplers that add noise in each step draw it from the same seed, after the noise of the start. Pictures of
//! a batch have seeds of their own ([`item_seed`]).
//!
//! ```
//! use sampling::{NoiseSource, Philox, Plan, SamplerKind, SchedulerConfig};
//!
//! let mut plan = Plan::text_to_image(SamplerKind::Euler, &SchedulerConfig::default(), 4)?;
//! let mut noise = Philox::new(7);
//! let mut latents = plan.start(None, &noise.draw(16)?)?;
//! for i in plan.first_step()..plan.sampler().steps() {
//!     let _model_input = plan.sampler().scale_model_input(i, &latents);
//!     let prediction = vec![0.0; 16]; // model(_model_input, plan.sampler().timestep(i))
//!     plan.sampler_mut().step(i, &prediction, &mut latents, &mut noise)?;
//! }
//! # Ok::<(), sampling::SamplingError>(())
//! ```

mod alphas;
mod config;
mod ddim;
mod dpmpp;
mod error;
mod euler;
mod flow_euler;
mod kind;
mod lcm;
mod mix;
mod multistep;
mod noise;
mod philox;
mod plan;
mod sampler;
mod sigmas;
mod strength;
mod timesteps;
mod unipc;

pub use config::{BetaSchedule, FinalSigma, Prediction, SchedulerConfig, Spacing};
pub use error::SamplingError;
pub use kind::SamplerKind;
pub use noise::{NoiseSource, Replay};
pub use philox::{Philox, item_seed};
pub use plan::Plan;
pub use sampler::{Sampler, sampler, sampler_from};
pub use strength::{StrengthRule, executed_steps, strength_start};
