//! The client of the engine: it keeps a worker alive, posts commands and passes on what it hears.
//!
//! A message posted before the worker's wasm listens is lost, so commands wait here until `Ready`. A worker that
//! dies is replaced, and the page is told which jobs went with it.

mod link;
mod message;
mod watchdog;

pub(crate) use message::Payloads;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use protocol::{Command, Event, JobId, PROTOCOL_VERSION};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use link::{Link, Sound};
use watchdog::Watchdog;

/// Workers that die before their first word, one after another, until we stop trying.
const FAILED_STARTS: u32 = 3;
const RESTART_PAUSE_MILLIS: u32 = 400;

/// What the page hears.
pub(crate) enum Word {
    /// The worker said something.
    Event(Event, Payloads),
    /// The worker was built from other sources than the page: only a reload helps.
    Stale,
    /// The worker died and is being replaced; these jobs went with it.
    Died { unanswered: Vec<JobId>, detail: String },
    /// No worker could be started.
    Unavailable { detail: String },
}

/// A handle to the engine.
#[derive(Clone)]
pub(crate) struct Engine(Rc<Inner>);

struct Inner {
    listener: Box<dyn Fn(Word)>,
    link: RefCell<Option<Link>>,
    ready: Cell<bool>,
    waiting: RefCell<VecDeque<(Command, Vec<JsValue>)>>,
    unanswered: RefCell<BTreeSet<JobId>>,
    failed_starts: Cell<u32>,
    watchdog: Watchdog,
}

impl Engine {
    /// Starts a worker. `listener` hears everything from now on.
    pub(crate) fn start(listener: impl Fn(Word) + 'static) -> Self {
        let engine = Self(Rc::new(Inner {
            listener: Box::new(listener),
            link: RefCell::new(None),
            ready: Cell::new(false),
            waiting: RefCell::new(VecDeque::new()),
            unanswered: RefCell::new(BTreeSet::new()),
            failed_starts: Cell::new(0),
            watchdog: Watchdog::default(),
        }));
        engine.spawn();
        engine.watch();
        engine
    }

    /// Posts a command, now or when the worker is ready. `ArrayBuffer`s among `payloads` are given away.
    pub(crate) fn send(&self, command: Command, payloads: Vec<JsValue>) {
        if self.0.ready.get() {
            self.post(&command, &payloads);
        } else {
            self.0.waiting.borrow_mut().push_back((command, payloads));
        }
    }

    fn post(&self, command: &Command, payloads: &[JsValue]) {
        if let Some(job) = job_of_command(command) {
            self.0.unanswered.borrow_mut().insert(job);
            self.0.watchdog.heard();
        }
        let posted = match &*self.0.link.borrow() {
            Some(link) => link.post(command, payloads),
            None => Ok(()),
        };
        if let Err(error) = posted {
            self.died(format!("a message could not be posted: {error:?}"));
        }
    }

    fn spawn(&self) {
        let weak = Rc::downgrade(&self.0);
        let link = Link::open(move |sound| {
            if let Some(inner) = weak.upgrade() {
                Engine(inner).hear(sound);
            }
        });
        match link {
            Ok(link) => *self.0.link.borrow_mut() = Some(link),
            Err(error) => self.tell(Word::Unavailable { detail: format!("{error:?}") }),
        }
    }

    fn hear(&self, sound: Sound) {
        self.0.watchdog.heard();
        match sound {
            Sound::Event(Event::Ready { protocol, .. }, _) if protocol != PROTOCOL_VERSION => self.stale(),
            Sound::Event(event, payloads) => {
                let first = matches!(event, Event::Ready { .. });
                if first {
                    self.0.failed_starts.set(0);
                    self.0.ready.set(true);
                }
                if let Some(job) = job_of_last_event(&event) {
                    self.0.unanswered.borrow_mut().remove(&job);
                }
                self.tell(Word::Event(event, payloads));
                if first {
                    self.flush();
                }
            }
            Sound::Unreadable => self.stale(),
            Sound::Error(detail) => self.died(detail),
        }
    }

    /// Posts what waited for the worker's first word, unless it dies of it: the rest then waits for the next one.
    fn flush(&self) {
        while self.0.ready.get() {
            let next = self.0.waiting.borrow_mut().pop_front();
            let Some((command, payloads)) = next else { return };
            self.post(&command, &payloads);
        }
    }

    fn stale(&self) {
        self.close();
        self.tell(Word::Stale);
    }

    fn died(&self, detail: String) {
        let had_spoken = self.0.ready.get();
        if !self.close() {
            return;
        }
        log::error!("the engine stopped: {detail}");
        if !had_spoken {
            self.0.failed_starts.set(self.0.failed_starts.get() + 1);
        }
        let unanswered = std::mem::take(&mut *self.0.unanswered.borrow_mut()).into_iter().collect();
        if self.0.failed_starts.get() >= FAILED_STARTS {
            self.tell(Word::Unavailable { detail });
            return;
        }
        let engine = self.clone();
        spawn_local(async move {
            TimeoutFuture::new(RESTART_PAUSE_MILLIS).await;
            engine.spawn();
        });
        self.tell(Word::Died { unanswered, detail });
    }

    /// Ends the worker; false if it had ended before.
    fn close(&self) -> bool {
        self.0.ready.set(false);
        self.0.link.borrow().as_ref().is_some_and(Link::close)
    }

    fn tell(&self, word: Word) {
        (self.0.listener)(word);
    }
}

/// The job that a command begins and whose end is told.
fn job_of_command(command: &Command) -> Option<JobId> {
    match command {
        Command::InspectSource { job, .. } | Command::Generate { job, .. } | Command::Trace { job, .. } => {
            Some(*job)
        }
        _ => None,
    }
}

/// The job that an event ends.
fn job_of_last_event(event: &Event) -> Option<JobId> {
    match event {
        Event::SourceReady { job, .. }
        | Event::Traced { job, .. }
        | Event::Image { job, .. }
        | Event::Imported { job, .. }
        | Event::Cancelled(job) => Some(*job),
        Event::Failed { job, .. } => *job,
        _ => None,
    }
}
