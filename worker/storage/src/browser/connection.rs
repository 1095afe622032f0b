//! One connection: how it is opened, and how the browser ends it.

use std::{
    cell::{Cell, RefCell},
    pin::pin,
    rc::Rc,
};

use futures_channel::oneshot::{Receiver, Sender, channel};
use futures_util::{
    FutureExt,
    future::{Either, Shared, select},
};
use gloo_timers::future::TimeoutFuture;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, prelude::Closure};
use web_sys::{Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbVersionChangeEvent};

use super::promise::{opened, thrown};
use crate::{StorageError, Table};

const NAME: &str = "palimpsest";
/// The first version had seven tables; each that was added since has raised it by one, so that opening creates what
/// is missing.
const VERSION: u32 = Table::ALL.len() as u32 - 6;

/// Before a connection is asked for again, in milliseconds: clearing gigabytes takes a browser seconds, in which it
/// opens no other.
const PAUSES_MILLIS: [u32; 7] = [50, 100, 200, 400, 800, 1600, 3200];

/// How long a read may take that was under way when the database was closed.
const LAST_READS_MILLIS: u32 = 5_000;

thread_local! {
    /// The end of the connection opened last.
    static LAST: RefCell<Option<Shared<Receiver<()>>>> = const { RefCell::new(None) };
}

/// A connection, and whether it has come to its end.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    pub(super) database: IdbDatabase,
    pub(super) end: Rc<End>,
}

/// The end of a connection that the browser closes.
#[derive(Debug)]
pub(super) struct End {
    pub(super) come: Cell<bool>,
    /// Dropped at the end, of which `awaited` then tells.
    word: RefCell<Option<Sender<()>>>,
    pub(super) awaited: Shared<Receiver<()>>,
}

impl End {
    fn new() -> Self {
        let (word, awaited) = channel();
        Self { come: Cell::new(false), word: RefCell::new(Some(word)), awaited: awaited.shared() }
    }

    pub(super) fn comes(&self) {
        self.come.set(true);
        self.word.take();
    }
}

/// What may happen to every connection.
#[derive(Default)]
pub(super) struct Fate {
    /// Another tab needs to upgrade: the connection is then closed, so as not to block it.
    pub(super) superseded: Cell<bool>,
    /// Who is told when the browser closes one by itself.
    pub(super) listener: RefCell<Option<Rc<dyn Fn()>>>,
}

impl std::fmt::Debug for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fate").field("superseded", &self.superseded.get()).finish_non_exhaustive()
    }
}

impl Fate {
    fn tell(&self) {
        let listener = self.listener.borrow().clone();
        if let Some(listener) = listener {
            listener();
        }
    }
}

pub(super) async fn connect(fate: &Rc<Fate>) -> Result<Connection, StorageError> {
    let request = factory()?.open_with_u32(NAME, VERSION).map_err(|exception| thrown(&exception, true))?;
    let upgrade = Closure::once(create_tables);
    request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
    let database: IdbDatabase = opened(&request).await?.unchecked_into();
    let connection = Connection { database, end: Rc::new(End::new()) };
    LAST.set(Some(connection.end.awaited.clone()));
    let step_aside = Closure::<dyn FnMut(IdbVersionChangeEvent)>::new({
        let (connection, fate) = (connection.clone(), Rc::clone(fate));
        move |event: IdbVersionChangeEvent| {
            connection.database.close();
            match event.new_version() {
                Some(_) => fate.superseded.set(true),
                // It is being deleted, by the browser's own tools for instance.
                None => {
                    connection.end.comes();
                    fate.tell();
                }
            }
        }
    });
    let closed = Closure::<dyn FnMut()>::new({
        let (end, fate) = (Rc::clone(&connection.end), Rc::clone(fate));
        move || {
            end.comes();
            fate.tell();
        }
    });
    // A connection lives as long as the page or worker, or until it is cleared, so its listeners may too.
    connection.database.set_onversionchange(Some(step_aside.into_js_value().unchecked_ref()));
    connection.database.set_onclose(Some(closed.into_js_value().unchecked_ref()));
    Ok(connection)
}

/// Does `work` again, after a while, as long as the database is closed.
pub(super) async fn persistently<T>(
    work: impl AsyncFn() -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    for pause in PAUSES_MILLIS {
        match work().await {
            Err(StorageError::Closed { .. }) => TimeoutFuture::new(pause).await,
            done => return done,
        }
    }
    work().await
}

/// What `read` makes of a file in the database; `None` when the database was closed under it: a browser that clears its
/// data leaves such a read without an answer.
pub(super) async fn while_open<T>(read: impl Future<Output = T>) -> Option<T> {
    let Some(end) = LAST.with_borrow(Clone::clone) else { return Some(read.await) };
    let read = pin!(read);
    let read = match select(read, end).await {
        Either::Left((done, _)) => return Some(done),
        Either::Right((_, read)) => read,
    };
    match select(read, TimeoutFuture::new(LAST_READS_MILLIS)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

fn factory() -> Result<IdbFactory, StorageError> {
    let found = Reflect::get(&js_sys::global(), &JsValue::from_str("indexedDB"));
    let found = found.map_err(|exception| thrown(&exception, true))?;
    found.dyn_into().map_err(|_| StorageError::Refused { reason: "this browser has no IndexedDB".to_owned() })
}

fn create_tables(event: Event) {
    let request = event.target().and_then(|target| target.dyn_into::<IdbOpenDbRequest>().ok());
    let Some(request) = request else { return };
    let Ok(database) = request.result().map(JsCast::unchecked_into::<IdbDatabase>) else { return };
    let existing = database.object_store_names();
    for table in Table::ALL.into_iter().filter(|table| !existing.contains(table.name())) {
        if database.create_object_store(table.name()).is_err() {
            // Aborting makes the opening request fail, which is where the failure is reported.
            request.transaction().and_then(|upgrade| upgrade.abort().ok());
            return;
        }
    }
}
