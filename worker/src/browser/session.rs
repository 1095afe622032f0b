//! What the worker does with each command: at once where that is quick, else as a job that waits its turn.
//!
//! A job gives way to the event loop now and then, so commands are heard while one runs: that is how a running job
//! is cancelled, and how the page sees that the worker is alive.

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use gloo_timers::callback::Timeout;
use kernels::Device;
use protocol::{
    Capabilities, Command, DecodeError, DeviceChoice, Event, JobId, LoraId, ModelId, PROTOCOL_VERSION,
    Payload, Precision, Request, SourceEdit, TraceOptions,
};
use storage::BrowserBlob;
use text::ClipTokenizer;
use wasm_bindgen_futures::spawn_local;

use super::{
    downloads::Downloads,
    elsewhere::Others,
    engine::Engine,
    library::Library,
    port::{Arrived, Departing, Port},
};
use crate::{
    device::{DeviceKeeper, Found},
    error::EngineError,
    inspect::{Inspected, inspect},
    queue::{Cancelled, Queue},
    report::report,
    tokens,
    trace::trace,
};

/// After so long without a job, what is loaded is let go of.
const REST_AFTER_MS: u32 = 5 * 60 * 1000;

/// Work that waits its turn.
pub(super) enum Job {
    /// Fetch the built-in model before anyone asks for it, so that the next visit needs no network.
    Prepare,
    /// Give memory back that nobody has needed for a while.
    Rest,
    /// See [`Command::SetDevice`].
    SetDevice(DeviceChoice),
    /// See [`Command::Generate`].
    Generate {
        /// What to make.
        request: Request,
        /// The source file's bytes.
        source: Option<Vec<u8>>,
        /// The mask file's bytes.
        mask: Option<Vec<u8>>,
    },
    /// See [`Command::ImportModel`].
    Import {
        /// Name to store it under.
        name: String,
        /// The files.
        files: Vec<(String, BrowserBlob)>,
        /// How to store the weights.
        precision: Precision,
    },
    /// See [`Command::DeleteModel`].
    Delete(ModelId),
    /// See [`Command::ImportLora`].
    ImportLora {
        /// Name to store it under.
        name: String,
        /// The file.
        file: BrowserBlob,
    },
    /// See [`Command::DeleteLora`].
    DeleteLora(LoraId),
}

/// What the message loop and the running job share.
pub(super) struct Session {
    /// The way to the page.
    pub(super) port: Port,
    /// Jobs that wait, and the running one.
    pub(super) queue: Queue<Job>,
    /// The device that the running job uses or the last one used.
    pub(super) device: RefCell<Option<Device>>,
    /// Whether the device is being measured, since nothing else is to be done.
    pub(super) is_tuning: Cell<bool>,
    /// The models; filled in before the page hears of us.
    pub(super) library: OnceCell<Library>,
    /// For counting tokens; unpacked when they are first counted.
    tokenizer: OnceCell<ClipTokenizer>,
    /// The catalogue, and what is being downloaded of it.
    pub(super) downloads: Downloads,
    /// What other tabs download.
    pub(super) others: Others,
}

/// Starts the engine: listens, says `Ready`, and works until the page ends the worker.
pub fn start() {
    console_error_panic_hook::set_once();
    if console_log::init_with_level(log::Level::Info).is_err() {
        // Someone else's logger is as good as ours.
    }
    let session = Rc::new(Session {
        port: Port::here(),
        queue: Queue::default(),
        device: RefCell::default(),
        is_tuning: Cell::default(),
        library: OnceCell::new(),
        tokenizer: OnceCell::new(),
        downloads: Downloads::default(),
        others: Others::new(),
    });
    session.port.listen({
        let session = Rc::clone(&session);
        move |command, values| session.hear(command, &values)
    });
    spawn_local(session.run());
}

impl Session {
    async fn run(self: Rc<Self>) {
        let mut keeper = DeviceKeeper::default();
        let found = keeper.probe().await;
        let library = self.library.get_or_init({
            let library = Library::open().await;
            || library
        });
        self.listen_to_others();
        self.port.post(&Event::Ready {
            protocol: PROTOCOL_VERSION,
            build: env!("CARGO_PKG_VERSION").to_owned(),
            capabilities: Capabilities {
                webgpu: found != Found::Nothing,
                software_adapter: found == Found::Software,
            },
        });
        if let Some(refusal) = library.refusal() {
            self.fail(None, &refusal.into());
        }
        // The built-in model went with the page's data: it is stored again before anyone asks for it.
        library.on_closed({
            let session = Rc::clone(&self);
            move || session.put(None, Job::Prepare)
        });
        self.put(None, Job::Prepare);
        let mut engine = Engine::new(Rc::clone(&self), keeper);
        let mut rest = None;
        loop {
            let (id, job) = self.queue.next().await;
            drop(rest.take());
            let is_rest = matches!(job, Job::Rest);
            engine.run(id, job).await;
            self.queue.finish();
            engine.tune().await;
            let session = Rc::clone(&self);
            rest = (!is_rest).then(|| Timeout::new(REST_AFTER_MS, move || session.put(None, Job::Rest)));
        }
    }

    /// Puts a job into the queue. What is done in idle hours gives way.
    fn put(&self, id: Option<JobId>, job: Job) {
        self.queue.push(id, job);
        if let (true, Some(device)) = (self.is_tuning.get(), &*self.device.borrow()) {
            device.cancel_token().cancel();
        }
    }

    /// Tells the page of a failure.
    pub(super) fn fail(&self, job: Option<JobId>, error: &EngineError) {
        log::warn!("{error}");
        self.port.post(&Event::Failed { job, report: report(error) });
    }

    /// Tells the page which models there are, and what is wrong with those that it misses.
    pub(super) async fn post_models(&self) {
        let Some(library) = self.library.get() else { return };
        let (models, faults) = library.list().await;
        self.port.post(&Event::Models(models));
        for fault in &faults {
            self.fail(None, fault);
        }
    }

    fn hear(self: &Rc<Self>, command: Result<Command, DecodeError>, values: &Arrived) {
        match command {
            Ok(Command::SetDevice(choice)) => self.put(None, Job::SetDevice(choice)),
            Ok(Command::ListModels) => {
                let session = Rc::clone(self);
                spawn_local(async move { session.post_models().await });
            }
            Ok(Command::InspectSource { job, file, edit }) => self.inspect(job, values.bytes(file), edit),
            Ok(Command::Generate { job, request, source, mask }) => {
                let bytes = |payload: Option<Payload>| payload.map(|payload| values.bytes(payload));
                self.enqueue(job, request, bytes(source), bytes(mask));
            }
            Ok(Command::Trace { job, picture, options }) => self.trace(job, values.bytes(picture), options),
            Ok(Command::CountTokens { revision, texts, syntax }) => {
                let tokenizer = self.tokenizer.get_or_init(ClipTokenizer::new);
                let counts = texts.iter().map(|text| tokens::count(tokenizer, text, syntax)).collect();
                self.port.post(&Event::Tokens { revision, counts });
            }
            Ok(Command::Cancel(job)) => self.cancel(job),
            Ok(Command::ImportModel { job, name, files, precision }) => {
                let files: Option<Vec<_>> = files
                    .into_iter()
                    .map(|file| Some((file.path, BrowserBlob(values.blob(file.blob)?))))
                    .collect();
                match files {
                    Some(files) => self.put(Some(job), Job::Import { name, files, precision }),
                    None => self.fail(Some(job), &lacking("a file")),
                }
            }
            Ok(Command::DeleteModel(id)) => self.put(None, Job::Delete(id)),
            Ok(Command::ListLoras) => {
                let session = Rc::clone(self);
                spawn_local(async move { session.post_loras().await });
            }
            Ok(Command::ImportLora { job, name, file }) => match values.blob(file) {
                Some(file) => self.put(Some(job), Job::ImportLora { name, file: BrowserBlob(file) }),
                None => self.fail(Some(job), &lacking("a file")),
            },
            Ok(Command::DeleteLora(id)) => self.put(None, Job::DeleteLora(id)),
            Ok(
                command @ (Command::ListCatalogue
                | Command::StartDownload(_)
                | Command::PauseDownload(_)
                | Command::DiscardDownload(_)),
            ) => {
                let session = Rc::clone(self);
                spawn_local(async move { session.hear_of_downloads(command).await });
            }
            Ok(Command::LoseDevice) => {
                if let Some(device) = &*self.device.borrow() {
                    device.destroy();
                }
            }
            Err(error) => self.fail(None, &EngineError::BadMessage { reason: error.to_string() }),
        }
    }

    /// Puts a picture into the queue. A file that the message names and lacks is `Some(None)`.
    fn enqueue(
        &self,
        job: JobId,
        request: Request,
        source: Option<Option<Vec<u8>>>,
        mask: Option<Option<Vec<u8>>>,
    ) {
        match (source, mask) {
            (Some(None), _) => self.fail(Some(job), &lacking("the source")),
            (_, Some(None)) => self.fail(Some(job), &lacking("the mask")),
            (source, mask) => {
                let (source, mask) = (source.flatten(), mask.flatten());
                self.put(Some(job), Job::Generate { request, source, mask });
            }
        }
    }

    fn inspect(&self, job: JobId, file: Option<Vec<u8>>, edit: SourceEdit) {
        match file.ok_or_else(|| lacking("the source")).and_then(|bytes| inspect(&bytes, edit)) {
            Ok(Inspected { report, thumbnail, edited }) => {
                let mut values = Departing::default();
                let thumbnail = values.push(&thumbnail);
                let edited = edited.map(|file| values.push(&file));
                self.port.post_with(&Event::SourceReady { job, source: report, thumbnail, edited }, values);
            }
            Err(error) => self.fail(Some(job), &error),
        }
    }

    fn trace(&self, job: JobId, file: Option<Vec<u8>>, options: TraceOptions) {
        match file.ok_or_else(|| lacking("the picture")).and_then(|bytes| trace(&bytes, options)) {
            Ok(drawing) => {
                let mut values = Departing::default();
                let drawing = values.push(drawing.as_bytes());
                self.port.post_with(&Event::Traced { job, drawing }, values);
            }
            Err(error) => self.fail(Some(job), &error),
        }
    }

    fn cancel(&self, job: JobId) {
        match self.queue.cancel(job) {
            Cancelled::Waiting => self.port.post(&Event::Cancelled(job)),
            Cancelled::Running => {
                if let Some(device) = &*self.device.borrow() {
                    device.cancel_token().cancel();
                }
            }
            Cancelled::Unknown => {}
        }
    }
}

fn lacking(what: &str) -> EngineError {
    EngineError::BadMessage { reason: format!("the message lacks {what}") }
}
