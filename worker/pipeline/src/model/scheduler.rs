//! A scheduler's settings as diffusers' pipelines run it, which is not always as its file has them.

use sampling::SchedulerConfig;
use weights::{Folder, Manifest, require_json};

use crate::PipelineError;

/// The settings of a model's scheduler.
pub(crate) struct Scheduler {
    stated: SchedulerConfig,
    /// Whether the model's pipelines are Stable Diffusion's, which correct what they are given.
    is_corrected: bool,
}

impl Scheduler {
    /// Reads the settings. Where they do not say of what class the scheduler is, the manifest does.
    pub(super) async fn read(folder: &dyn Folder, manifest: &Manifest) -> Result<Self, PipelineError> {
        let mut stated: SchedulerConfig = require_json(folder, "scheduler/scheduler_config.json").await?;
        let named = || manifest.component("scheduler").map(|component| component.class.clone());
        stated.class_name = stated.class_name.or_else(named);
        let pipeline = manifest.class_name.as_deref().unwrap_or_default();
        Ok(Self { stated, is_corrected: !pipeline.starts_with("LatentConsistencyModel") })
    }

    /// The settings that a picture is made with.
    ///
    /// `StableDiffusionPipeline` and its kin have timesteps begin at 1 and clean latents never clipped, whatever the file
    /// says or leaves out; for inpainting they change the first alone (diffusers 0.42, the constructors in
    /// `pipelines/stable_diffusion`).
    pub(crate) fn config(&self, is_inpainting: bool) -> SchedulerConfig {
        let mut config = self.stated.clone();
        if self.is_corrected {
            config.steps_offset = 1;
            if !is_inpainting {
                config.clip_sample = Some(false);
            }
        }
        config
    }
}

#[cfg(test)]
mod tests {
    use sampling::SamplerKind;
    use weights::MemoryFolder;

    use super::*;

    fn read(pipeline: &str, manifest: &str, config: &str) -> Scheduler {
        let mut folder = MemoryFolder::default();
        let manifest = format!(r#"{{"_class_name": "{pipeline}" {manifest}}}"#);
        folder.insert("model_index.json", manifest.as_bytes());
        folder.insert("scheduler/scheduler_config.json", config.as_bytes());
        pollster::block_on(async {
            let manifest = Manifest::read(&folder).await.unwrap();
            Scheduler::read(&folder, &manifest).await.unwrap()
        })
    }

    #[test]
    fn stable_diffusion_corrects_what_the_file_says() {
        let file = r#"{"_class_name": "DDIMScheduler", "clip_sample": true, "steps_offset": 0}"#;
        let scheduler = read("StableDiffusionPipeline", "", file);
        let (plain, inpainting) = (scheduler.config(false), scheduler.config(true));
        assert_eq!((plain.steps_offset, plain.clip_sample), (1, Some(false)));
        assert_eq!((inpainting.steps_offset, inpainting.clip_sample), (1, Some(true)));
        let left_out = read("StableDiffusionPipeline", "", "{}").config(false);
        assert_eq!((left_out.steps_offset, left_out.clip_sample), (1, Some(false)));
    }

    #[test]
    fn consistency_models_take_the_file_as_it_is() {
        let file = r#"{"_class_name": "LCMScheduler", "clip_sample": true, "steps_offset": 3}"#;
        let config = read("LatentConsistencyModelPipeline", "", file).config(false);
        assert_eq!((config.steps_offset, config.clip_sample), (3, Some(true)));
    }

    #[test]
    fn the_manifest_names_a_scheduler_that_does_not_say_what_it_is() {
        let manifest = r#", "scheduler": ["diffusers", "EulerDiscreteScheduler"]"#;
        let named = |file| read("StableDiffusionPipeline", manifest, file).config(false).named_sampler();
        assert_eq!(named("{}"), Some(SamplerKind::Euler));
        assert_eq!(named(r#"{"_class_name": "DDIMScheduler"}"#), Some(SamplerKind::Ddim));
    }
}
