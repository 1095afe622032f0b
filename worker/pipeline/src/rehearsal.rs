//! Kernels are compiled before a picture is begun, so that the progress of the steps is that of steps.
//!
//! Which ones a request needs is found by going through it once, all parts and one step, on a twin of the device that does
//! nothing (see [`Device::rehearsal`]). No weight is read for that. A request of the same sizes does without.

use kernels::Device;
use models::LoraUse;
use sampling::{NoiseSource, SamplingError};

use crate::{
    DecoderChoice, Model, NoObserver, Observer, PipelineError, Request, Stage,
    canvas::Canvas,
    conditioning,
    denoise::Guidance,
    generate::{Job, guidance, needs_source, prepare, run},
};

/// Everything that decides which kernels a request needs, besides model and device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rehearsed {
    size_px: [u32; 2],
    is_guided_by_halves: bool,
    encodes_source: bool,
    has_mask: bool,
    chunks: usize,
    decoder: DecoderChoice,
    loras: Vec<LoraUse>,
}

/// Compiles the kernels that a request needs.
///
/// # Errors
/// As for [`run`], and when the device's token is set meanwhile.
pub(crate) async fn compile(
    model: &mut Model,
    device: &Device,
    request: &Request,
    canvas: &Canvas,
    observer: &mut dyn Observer,
) -> Result<(), PipelineError> {
    let Some(twin) = device.rehearsal() else { return Ok(()) };
    let (size, plan) = prepare(model, request)?;
    let rehearsed = Rehearsed {
        size_px: [request.width_px, request.height_px],
        is_guided_by_halves: matches!(guidance(model, request), Guidance::Halves(_)),
        encodes_source: canvas.source.is_some() && needs_source(model, request, &plan),
        has_mask: canvas.mask.is_some(),
        chunks: conditioning::chunks(model, request),
        decoder: request.decoder,
        loras: request.loras.clone(),
    };
    if model.has_rehearsed(device, &rehearsed) {
        return Ok(());
    }
    let loaded = model.set_aside();
    let job = Job { request, canvas, size, plan };
    let outcome = run(model, &twin, job, &mut Silence, &mut NoObserver).await;
    model.put_back(loaded);
    outcome?;
    let mut progress = |done, total| observer.stage(Stage::Compiling { done, total });
    device.compile_for(&twin, &mut progress).await?;
    model.keep_rehearsed(rehearsed);
    Ok(())
}

/// No noise: nobody looks at it.
struct Silence;

impl NoiseSource for Silence {
    fn draw(&mut self, len: usize) -> Result<Vec<f32>, SamplingError> {
        Ok(vec![0.0; len])
    }

    fn restart(&mut self) {}
}
