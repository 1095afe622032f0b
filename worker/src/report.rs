//! Every failure as one sentence, a code by which the page places it, and whether trying again can help.

use downloads::DownloadError;
use kernels::KernelError;
use models::ModelError;
use pipeline::PipelineError;
use protocol::{ErrorCode, ErrorReport};
use sampling::SamplingError;
use storage::StorageError;

use crate::error::EngineError;

/// Tells a failure to the page.
pub fn report(error: &EngineError) -> ErrorReport {
    let message = match error {
        _ if error.is_device_lost() => {
            "The graphics device stopped while it was working; press Generate to try again.".to_owned()
        }
        EngineError::Device(KernelError::NoAdapter { .. }) => {
            "This browser has no usable WebGPU; set Device to Automatic or CPU.".to_owned()
        }
        other => sentence(&other.to_string()),
    };
    ErrorReport { code: code(error), message, detail: detail(error), recoverable: is_recoverable(error) }
}

fn code(error: &EngineError) -> ErrorCode {
    match error {
        EngineError::Pipeline(error) => code_of_pipeline(error),
        EngineError::Source(_) | EngineError::TooLargeToDraw { .. } => ErrorCode::Source,
        EngineError::Device(error) => code_of_kernel(error),
        EngineError::Storage(_) => ErrorCode::Storage,
        EngineError::Download(DownloadError::Storage(_)) => ErrorCode::Storage,
        EngineError::Network { .. }
        | EngineError::WrongHash { .. }
        | EngineError::NoCatalogue { .. }
        | EngineError::Download(_) => ErrorCode::Network,
        EngineError::LostBuiltin { .. }
        | EngineError::NoBuiltin { .. }
        | EngineError::NoSuchModel { .. }
        | EngineError::Catalogue(_)
        | EngineError::NotInCatalogue { .. }
        | EngineError::BadName { .. }
        | EngineError::OnlyAPart { .. }
        | EngineError::TwoOfAKind { .. }
        | EngineError::NotAModel => ErrorCode::Model,
        EngineError::NoSuchLora { .. } | EngineError::Lora(_) => ErrorCode::Lora,
        EngineError::Cancelled | EngineError::BadMessage { .. } => ErrorCode::Internal,
    }
}

fn code_of_pipeline(error: &PipelineError) -> ErrorCode {
    match error {
        PipelineError::DeviceLost { .. } => ErrorCode::DeviceLost,
        PipelineError::EmptyPrompt | PipelineError::PromptTooLong { .. } => ErrorCode::Prompt,
        PipelineError::Size { .. }
        | PipelineError::Guidance { .. }
        | PipelineError::NotFinite { .. }
        | PipelineError::NoTaesd => ErrorCode::Settings,
        PipelineError::MaskWithoutSource | PipelineError::EmptyMask => ErrorCode::Source,
        PipelineError::LoraScale { .. } | PipelineError::Model(ModelError::Lora(_)) => ErrorCode::Lora,
        PipelineError::UnknownModel { .. } | PipelineError::Model(_) => ErrorCode::Model,
        PipelineError::Sampling(error) => code_of_sampling(error),
        PipelineError::Device(error) => code_of_kernel(error),
        PipelineError::Cancelled => ErrorCode::Internal,
    }
}

fn code_of_sampling(error: &SamplingError) -> ErrorCode {
    match error {
        SamplingError::NoSteps | SamplingError::BadStrength { .. } | SamplingError::NothingToRun { .. } => {
            ErrorCode::Strength
        }
        SamplingError::TooManySteps { .. } => ErrorCode::Settings,
        SamplingError::Unsupported { .. } | SamplingError::BadConfig { .. } => ErrorCode::Model,
        SamplingError::MissingSource => ErrorCode::Source,
        SamplingError::WrongLength { .. }
        | SamplingError::NoSuchStep { .. }
        | SamplingError::NoiseExhausted { .. } => ErrorCode::Internal,
    }
}

fn code_of_kernel(error: &KernelError) -> ErrorCode {
    match error {
        KernelError::DeviceLost { .. } => ErrorCode::DeviceLost,
        KernelError::NoAdapter { .. }
        | KernelError::OutOfMemory { .. }
        | KernelError::TooLarge { .. }
        | KernelError::Gpu(_) => ErrorCode::Device,
        KernelError::Cancelled
        | KernelError::Shape { .. }
        | KernelError::OtherDevice { .. }
        | KernelError::Cpu(_) => ErrorCode::Internal,
    }
}

fn detail(error: &EngineError) -> String {
    match error {
        EngineError::Storage(error) => error.detail(),
        EngineError::Download(error) => error.detail(),
        EngineError::Network { reason }
        | EngineError::NoCatalogue { reason }
        | EngineError::LostBuiltin { reason }
        | EngineError::NoBuiltin { reason }
        | EngineError::BadMessage { reason } => reason.clone(),
        other => format!("{other:?}"),
    }
}

/// Whether the same command may succeed later with nothing changed.
fn is_recoverable(error: &EngineError) -> bool {
    match error {
        EngineError::Network { .. }
        | EngineError::NoCatalogue { .. }
        | EngineError::Download(_)
        | EngineError::LostBuiltin { .. }
        | EngineError::Storage(StorageError::Refused { .. }) => true,
        other => other.is_device_lost(),
    }
}

/// Library errors begin small and end bare, as Rust's do; people get sentences. A file's name keeps its letters.
fn sentence(text: &str) -> String {
    let begins_with_name = text.split(' ').next().is_some_and(|word| word.contains(['/', '_', '.']));
    let mut letters = text.chars();
    let mut sentence = match letters.next() {
        Some(first) if !begins_with_name => first.to_uppercase().chain(letters).collect(),
        _ => text.to_owned(),
    };
    if !sentence.is_empty() && !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use weights::{WeightsError, lora::LoraError};

    use super::*;

    fn told(error: impl Into<EngineError>) -> ErrorReport {
        report(&error.into())
    }

    #[test]
    fn each_failure_names_the_control_that_caused_it() {
        assert_eq!(told(PipelineError::EmptyPrompt).code, ErrorCode::Prompt);
        assert_eq!(told(PipelineError::Guidance { value: -1.0 }).code, ErrorCode::Settings);
        let nothing = SamplingError::NothingToRun {
            steps: 4,
            strength: 0.1,
            enough_strength: 0.25,
            enough_steps: Some(10),
        };
        assert_eq!(told(PipelineError::from(nothing)).code, ErrorCode::Strength);
        let unknown = PipelineError::UnknownModel { reason: "a reason".to_owned() };
        assert_eq!(told(unknown).code, ErrorCode::Model);
        let misfit = || LoraError::NoLora { tensors: 3 };
        assert_eq!(told(misfit()).code, ErrorCode::Lora);
        assert_eq!(told(PipelineError::from(misfit())).code, ErrorCode::Lora);
        assert_eq!(told(EngineError::NoSuchLora { id: "lora:x".to_owned() }).code, ErrorCode::Lora);
        assert_eq!(told(StorageError::Full).code, ErrorCode::Storage);
        let no_gpu = told(KernelError::NoAdapter { reason: "no adapters".to_owned() });
        assert_eq!(no_gpu.code, ErrorCode::Device);
        assert!(no_gpu.message.contains("CPU") && no_gpu.detail.contains("no adapters"), "{no_gpu:?}");
    }

    #[test]
    fn a_lost_device_can_be_tried_again_wherever_it_was_lost() {
        let reason = || "destroyed".to_owned();
        let lost = [
            told(PipelineError::from(KernelError::DeviceLost { reason: reason() })),
            told(KernelError::DeviceLost { reason: reason() }),
        ];
        for report in lost {
            assert_eq!(report.code, ErrorCode::DeviceLost);
            assert!(report.recoverable && report.detail.contains("destroyed"), "{report:?}");
        }
    }

    #[test]
    fn lost_files_are_told_from_wrong_ones() {
        let file = || "unet/config.json".to_owned();
        let lost = WeightsError::Unreadable { file: file(), reason: "NotReadableError".to_owned() };
        assert!(EngineError::from(PipelineError::from(lost)).is_unreadable());
        let wrong = WeightsError::BadJson { file: file(), reason: "expected value".to_owned() };
        assert!(!EngineError::from(PipelineError::from(wrong)).is_unreadable());
    }

    #[test]
    fn messages_are_sentences() {
        let report = told(PipelineError::EmptyPrompt);
        assert_eq!(report.message, "The prompt is empty; write what the picture should show.");
        assert!(!report.recoverable);
        assert_eq!(sentence("what now?"), "What now?");
        assert_eq!(sentence("unet/config.json is not JSON"), "unet/config.json is not JSON.");
        assert_eq!(sentence(""), "");
    }

    #[test]
    fn cancelling_is_no_failure() {
        assert!(EngineError::from(PipelineError::from(KernelError::Cancelled)).is_cancelled());
        assert!(EngineError::Cancelled.is_cancelled());
        assert!(!EngineError::NotAModel.is_cancelled());
    }
}
