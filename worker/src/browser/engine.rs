//! The jobs themselves: one at a time, on one device, with one model kept loaded.

use std::rc::Rc;

use kernels::{Demand, Device};
use pipeline::{Model, Output};
use protocol::{DeviceChoice, Event, ImageReport, JobId, ModelId, Precision, Request};
use sampling::Philox;
use storage::BrowserBlob;
use web_time::Instant;

use super::{
    library::{Library, Shelf},
    port::Departing,
    progress::Reporter,
    session::{Job, Session},
};
use crate::{
    catalogue::engine_request, device::DeviceKeeper, error::EngineError, import::Watch, lora::OpenLoras,
    tuning,
};

/// Does the jobs.
pub(super) struct Engine {
    pub(super) session: Rc<Session>,
    keeper: DeviceKeeper,
    /// The LoRAs of earlier jobs.
    pub(super) loras: OpenLoras,
    /// The model of the last run: loading it again would take longer than many a picture.
    opened: Option<Opened>,
    /// A measurement of kernels failed: there is no second try in this visit.
    has_failed_to_tune: bool,
    /// A model had to take turns, or a device was lost, as happens when memory ends: models load a part at a time in the rest
    /// of this visit.
    lacks_room: bool,
}

struct Opened {
    id: ModelId,
    hash: String,
    model: Model,
}

impl Engine {
    /// An engine that has not worked yet.
    pub(super) fn new(session: Rc<Session>, keeper: DeviceKeeper) -> Self {
        let (has_failed_to_tune, lacks_room) = (false, false);
        Self { session, keeper, loras: OpenLoras::default(), opened: None, has_failed_to_tune, lacks_room }
    }

    /// Does a job and tells the page how it ended.
    pub(super) async fn run(&mut self, id: Option<JobId>, job: Job) {
        let done = match (job, id) {
            (Job::Prepare, _) => self.prepare().await,
            (Job::Rest, _) => {
                self.rest();
                Ok(())
            }
            (Job::SetDevice(choice), _) => self.set_device(choice).await,
            (Job::Delete(model), _) => self.delete(&model).await,
            (Job::DeleteLora(lora), _) => self.delete_lora(&lora).await,
            (Job::ImportLora { name, file }, Some(id)) => self.import_lora(id, &name, &file).await,
            (Job::Generate { request, source, mask }, Some(id)) => {
                self.make(id, &request, [source.as_deref(), mask.as_deref()]).await
            }
            (Job::Import { name, files, precision }, Some(id)) => {
                self.import(id, &name, files, precision).await
            }
            (Job::Generate { .. } | Job::Import { .. } | Job::ImportLora { .. }, None) => Err(unnumbered()),
        };
        let Err(error) = done else { return };
        if error.is_device_lost() {
            self.forget_device();
        }
        match id {
            Some(id) if error.is_cancelled() => self.session.port.post(&Event::Cancelled(id)),
            id => self.session.fail(id, &error),
        }
    }

    /// Everything on the device is gone; the next job loads again on a new one.
    fn forget_device(&mut self) {
        self.keeper.forget();
        self.opened = None;
        self.lacks_room = true;
    }

    /// Gives the device's memory back: nobody has wanted anything for a while.
    fn rest(&mut self) {
        if let Some(opened) = &mut self.opened {
            opened.model.unload();
        }
        if let Some(device) = &*self.session.device.borrow() {
            device.change_work(Demand::default());
        }
    }

    /// Measures the graphics card's kernels while nothing else is to be done, those of the last pictures first.
    pub(super) async fn tune(&mut self) {
        let Some(device) = self.session.device.borrow().clone().filter(tuning::is_worthwhile) else { return };
        device.cancel_token().reset();
        self.session.is_tuning.set(true);
        while self.session.queue.is_empty() && !self.has_failed_to_tune {
            match self.measure(&device).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) if error.is_cancelled() => break,
                Err(error) => {
                    log::warn!("kernels are not measured: {error}");
                    self.has_failed_to_tune = true;
                }
            }
        }
        self.session.is_tuning.set(false);
        if device.is_lost() {
            self.forget_device();
        }
    }

    /// One measurement. False when there was nothing left to measure.
    async fn measure(&self, device: &Device) -> Result<bool, EngineError> {
        let found = device.tune().await?;
        if let (true, Ok(storage)) = (found, self.session.storage()) {
            tuning::keep(storage, device).await?;
        }
        Ok(found)
    }

    /// Stores the built-in model, so that it is there when the network is not. Being offline now is no failure:
    /// a job that needs the model will say so.
    async fn prepare(&mut self) -> Result<(), EngineError> {
        self.library()?.sweep().await?;
        match self.builtin().await {
            Err(EngineError::Network { reason }) => {
                log::warn!("the built-in model could not be fetched yet: {reason}");
                Ok(())
            }
            other => other.map(drop),
        }
    }

    async fn set_device(&mut self, choice: DeviceChoice) -> Result<(), EngineError> {
        self.keeper.choose(choice);
        // A device that is merely let go of keeps its memory until the browser happens to collect it.
        self.rest();
        self.session.device.replace(None);
        self.device().await.map(drop)
    }

    async fn import(
        &self,
        job: JobId,
        name: &str,
        files: Vec<(String, BrowserBlob)>,
        precision: Precision,
    ) -> Result<(), EngineError> {
        let mut watch = Reporter::new(Rc::clone(&self.session), job);
        let id = self.library()?.import(name, files, precision, &mut watch).await?;
        self.session.post_models().await;
        self.session.port.post(&Event::Imported { job, id });
        Ok(())
    }

    async fn delete(&mut self, id: &ModelId) -> Result<(), EngineError> {
        if self.opened.as_ref().is_some_and(|opened| opened.id == *id) {
            self.opened = None;
        }
        let deleted = self.library()?.delete(id).await;
        self.session.post_models().await;
        deleted
    }

    /// Makes a picture. A built-in model that lost a file, as when the page's data was cleared under it, is removed and
    /// fetched again: nobody else could.
    async fn make(
        &mut self,
        job: JobId,
        asked: &Request,
        files: [Option<&[u8]>; 2],
    ) -> Result<(), EngineError> {
        let is_lost = |error: &EngineError| error.is_unreadable() && asked.model == ModelId::builtin();
        match self.generate(job, asked, files).await {
            Err(error) if is_lost(&error) => log::warn!("the built-in model is fetched again: {error}"),
            made => return made,
        }
        self.opened = None;
        self.library()?.delete(&asked.model).await?;
        self.generate(job, asked, files).await.map_err(|error| match is_lost(&error) {
            true => EngineError::LostBuiltin { reason: error.to_string() },
            false => error,
        })
    }

    async fn generate(
        &mut self,
        job: JobId,
        asked: &Request,
        [source, mask]: [Option<&[u8]>; 2],
    ) -> Result<(), EngineError> {
        let started = Instant::now();
        let mut reporter = Reporter::new(Rc::clone(&self.session), job);
        let loras = self.chosen_loras(&asked.loras).await?;
        let request = engine_request(asked, source, mask, loras)?;
        let shelf = self.shelf(&asked.model).await?;
        let device = self.device().await?;
        if reporter.is_cancelled() {
            return Err(EngineError::Cancelled);
        }
        let opened = open(&mut self.opened, &asked.model, shelf).await?;
        if self.lacks_room {
            opened.model.take_turns();
        }
        let notes = self.loras.notes(&asked.loras, &opened.model)?;
        let mut noise = Philox::new(asked.seed);
        let output =
            pipeline::generate(&mut opened.model, &device, &request, &mut noise, &mut reporter).await;
        self.lacks_room |= opened.model.takes_turns();
        let output = output?;
        let report = ImageReport {
            executed_steps: u32::try_from(output.executed_steps).unwrap_or(u32::MAX),
            start_sigma: output.start_sigma,
            model_hash: opened.hash.clone(),
            device: match device.is_gpu() {
                true => format!("gpu: {}", device.name()),
                false => "cpu".to_owned(),
            },
            millis: started.elapsed().as_secs_f64() * 1000.0,
            notes,
        };
        self.post_image(job, &output, report)
    }

    /// Posts a picture as a file: writing one takes longer than the page may stand still.
    fn post_image(&self, job: JobId, output: &Output, report: ImageReport) -> Result<(), EngineError> {
        let mut values = Departing::default();
        let latents: Vec<u8> = output.latents.iter().flat_map(|value| value.to_le_bytes()).collect();
        let size_px = (output.width_px, output.height_px);
        let file = values.push(&output.to_png()?);
        let latents = values.push(&latents);
        self.session.port.post_with(&Event::Image { job, size_px, file, latents, report }, values);
        Ok(())
    }

    /// The device for this job, with its token cleared of what cancelled the job before.
    async fn device(&mut self) -> Result<Device, EngineError> {
        let (device, news) = self.keeper.device().await?;
        device.cancel_token().reset();
        self.session.device.replace(Some(device.clone()));
        if let Some(news) = news {
            self.session.port.post(&Event::Device(news));
            self.recall_tuning(&device).await;
        }
        Ok(device)
    }

    /// Tells a new device what earlier visits found out. Without that it is found out again.
    async fn recall_tuning(&self, device: &Device) {
        if tuning::is_worthwhile(device)
            && let Ok(storage) = self.session.storage()
            && let Err(error) = tuning::recall(storage, device).await
        {
            log::warn!("what was found out about the graphics card cannot be read: {error}");
        }
    }

    async fn shelf(&self, id: &ModelId) -> Result<Shelf, EngineError> {
        match *id == ModelId::builtin() {
            true => self.builtin().await,
            false => self.library()?.imported(id).await,
        }
    }

    /// The built-in model's files. Whoever waits for a picture sees them arrive.
    async fn builtin(&self) -> Result<Shelf, EngineError> {
        let mut progress = |done_bytes, total_bytes| {
            if let Some(job) = self.session.queue.awaited() {
                Reporter::new(Rc::clone(&self.session), job).progress(done_bytes, total_bytes);
            }
        };
        let warn = |error: &EngineError| self.session.fail(None, error);
        self.library()?.builtin(&mut progress, &warn).await
    }

    pub(super) fn library(&self) -> Result<&Library, EngineError> {
        self.session.library.get().ok_or_else(unopened)
    }
}

/// The model, opened in the `place` of the one before, which is let go first.
async fn open<'a>(
    place: &'a mut Option<Opened>,
    id: &ModelId,
    shelf: Shelf,
) -> Result<&'a mut Opened, EngineError> {
    let kept = place.take().filter(|opened| opened.id == *id && opened.hash == shelf.hash);
    let opened = match kept {
        Some(opened) => opened,
        None => Opened { id: id.clone(), hash: shelf.hash, model: Model::open(shelf.folder).await? },
    };
    Ok(place.insert(opened))
}

pub(super) fn unopened() -> EngineError {
    EngineError::BadMessage { reason: "the library is not open yet".to_owned() }
}

fn unnumbered() -> EngineError {
    EngineError::BadMessage { reason: "a job without a number".to_owned() }
}
