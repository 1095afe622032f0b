//! Noise schedules and samplers: how latents move from noise to picture.
//!
//! Everything here works on plain `f32` slices of latents in the caller's layout, with `f64` arithmetic inside and
//! one rounding per value, so that a schedule of a thousand products does not drift. A [`Sampler`] asks a model
//! (which lives elsewhere) for one prediction a step. The numbers follow Hugging Face's diffusers, whose
//! `scheduler_config.json` is read by [`SchedulerConfig`]; the papers are named where the formulas are.
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
pub use philox::Philox;
pub use plan::Plan;
pub use sampler::{Sampler, sampler, sampler_from};
pub use strength::{StrengthRule, executed_steps, strength_start};
