//! The one error type of this crate.

/// Why a schedule cannot be made or a step cannot be taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SamplingError {
    /// A run of no steps.
    #[error("choose at least 1 step")]
    NoSteps,
    /// More steps than the model was trained with.
    #[error("{steps} steps are more than the {limit} that this model was trained with; choose fewer")]
    TooManySteps {
        /// Steps asked for.
        steps: usize,
        /// The model's training timesteps.
        limit: usize,
    },
    /// A strength outside its range.
    #[error("strength {strength} is not between 0 and 1")]
    BadStrength {
        /// Strength asked for.
        strength: f64,
    },
    /// A strength so low that, by the rule in force, no step would run.
    #[error(
        "{steps} steps at strength {strength} leave no step to run; {}",
        advice(*.enough_strength, *.enough_steps)
    )]
    NothingToRun {
        /// Steps asked for.
        steps: usize,
        /// Strength asked for.
        strength: f64,
        /// A strength that runs one step, with these steps.
        enough_strength: f64,
        /// The fewest steps of which one runs, at this strength; `None` at strength 0.
        enough_steps: Option<usize>,
    },
    /// A setting in `scheduler_config.json` that this crate does not implement.
    #[error("the model's scheduler asks for {option}, which the {sampler} sampler does not support")]
    Unsupported {
        /// Name and value of the setting.
        option: String,
        /// The sampler's name.
        sampler: &'static str,
    },
    /// A setting in `scheduler_config.json` that makes no sense.
    #[error("the model's scheduler is not usable: {reason}")]
    BadConfig {
        /// What is wrong.
        reason: String,
    },
    /// Latents, noise and prediction of different sizes.
    #[error("{what} has {got} values where {expected} are needed")]
    WrongLength {
        /// Which of the slices.
        what: &'static str,
        /// Its length.
        got: usize,
        /// The length of the latents.
        expected: usize,
    },
    /// A step index past the schedule.
    #[error("there is no step {step}: the schedule has {steps}")]
    NoSuchStep {
        /// The index, from 0.
        step: usize,
        /// Steps of the schedule.
        steps: usize,
    },
    /// Recorded noise that has come to its end.
    #[error("the recorded noise holds {draws} draws, and all of them are used")]
    NoiseExhausted {
        /// Draws in the record.
        draws: usize,
    },
    /// An image-to-image start without the image.
    #[error("this start needs the latents of a source picture")]
    MissingSource,
}

fn advice(enough_strength: f64, enough_steps: Option<usize>) -> String {
    match enough_steps {
        Some(steps) => format!("raise the strength to {enough_strength} or the steps to {steps}"),
        None => format!("raise the strength to {enough_strength}"),
    }
}
