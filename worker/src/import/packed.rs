//! Storing a model in fewer bits than it came in: one GGUF file, written as it is made.

use std::{cell::RefCell, rc::Rc};

use pipeline::PipelineError;
use protocol::Precision;
use storage::{Backend, FileWriter, Import, StorageError};
use weights::{
    ByteSink, Folder, LocalBoxFuture, WeightsError,
    quantize::{Source, Target, quantize},
};

use super::Watch;
use crate::{clock::now_millis, error::EngineError};

/// Where a stored folder has a whole model in one file.
const FILE: &str = "checkpoint.gguf";

/// What the weights become; `None` when they stay as they are.
pub(super) fn target(precision: Precision) -> Option<Target> {
    match precision {
        Precision::AsItIs => None,
        Precision::Half => Some(Target::F16),
        Precision::EightBit => Some(Target::Q8_0),
        Precision::FourBit => Some(Target::Q4_K),
    }
}

/// Reads the model in `folder` a tensor at a time and stores what is made of it.
pub(super) async fn fill<B: Backend>(
    import: &mut Import<B>,
    folder: Rc<dyn Folder>,
    target: Target,
    watch: &mut dyn Watch,
) -> Result<(), EngineError> {
    let source = Source::open(folder).await.map_err(PipelineError::from)?;
    let total = source.bytes();
    let watch = RefCell::new(watch);
    let mut sink =
        StoredSink { writer: import.writer(FILE, now_millis()).await?, watch: &watch, stopped: None };
    // Tensors differ in size, but there are a thousand of them: their number is measure enough.
    let mut progress = |done: usize, tensors: usize| {
        watch.borrow_mut().progress(total * done as u64 / tensors.max(1) as u64, total);
    };
    match quantize(&source, target, &mut sink, &mut progress).await {
        Ok(_) => {
            import.keep(sink.writer).await?;
            watch.borrow_mut().progress(total, total);
            Ok(())
        }
        Err(error) => Err(sink.stopped.unwrap_or_else(|| PipelineError::from(error).into())),
    }
}

/// A file in the database that grows, until the work is cancelled.
struct StoredSink<'a, 'w, B: Backend> {
    writer: FileWriter<B>,
    watch: &'a RefCell<&'w mut dyn Watch>,
    /// Why nothing more is taken: the writer of the file only hears that it is so.
    stopped: Option<EngineError>,
}

impl<B: Backend> StoredSink<'_, '_, B> {
    async fn append(&mut self, bytes: &[u8]) -> Result<(), EngineError> {
        if self.watch.borrow().is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        self.writer.append(bytes).await.map_err(|error: StorageError| error.into())
    }
}

impl<B: Backend> ByteSink for StoredSink<'_, '_, B> {
    fn write<'a>(&'a mut self, bytes: &'a [u8]) -> LocalBoxFuture<'a, Result<(), WeightsError>> {
        Box::pin(async move {
            let Err(error) = self.append(bytes).await else { return Ok(()) };
            let (file, reason) = (self.writer.path().to_owned(), error.to_string());
            self.stopped = Some(error);
            Err(WeightsError::Unwritable { file, reason })
        })
    }
}
