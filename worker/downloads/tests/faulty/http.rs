//! A transport over real HTTP: every request has a thread of its own, so that requests really overlap.

use std::{cell::RefCell, io::Read, ops::Range, thread, time::Duration};

use downloads::{Answer, Body, Transport, TransportError};
use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt;

type Head = Answer<()>;

/// Bytes of an answer as they arrive.
pub(crate) struct Arriving(mpsc::UnboundedReceiver<Result<Vec<u8>, TransportError>>);

impl Body for Arriving {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        self.0.next().await.transpose()
    }
}

/// Asks by `ureq`; waits are remembered and cut short.
#[derive(Default)]
pub(crate) struct Http {
    pub(crate) slept: RefCell<Vec<u32>>,
}

impl Transport for Http {
    type Body = Arriving;

    async fn get(&self, url: &str, range: Option<Range<u64>>) -> Result<Answer<Arriving>, TransportError> {
        let (head, answered) = oneshot::channel();
        let (bytes, arriving) = mpsc::unbounded();
        let url = url.to_owned();
        thread::spawn(move || ask(&url, range, head, &bytes));
        let Answer { status, start, total_bytes, validator, body: () } =
            answered.await.map_err(|_| TransportError("the thread ended".to_owned()))??;
        Ok(Answer { status, start, total_bytes, validator, body: Arriving(arriving) })
    }

    async fn sleep(&self, millis: u32) {
        self.slept.borrow_mut().push(millis);
    }
}

fn ask(
    url: &str,
    range: Option<Range<u64>>,
    head: oneshot::Sender<Result<Head, TransportError>>,
    bytes: &mpsc::UnboundedSender<Result<Vec<u8>, TransportError>>,
) {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into();
    let mut request = agent.get(url);
    if let Some(range) = &range {
        request = request.header("Range", format!("bytes={}-{}", range.start, range.end - 1));
    }
    let mut response = match request.call() {
        Ok(response) => response,
        Err(error) => return drop(head.send(Err(TransportError(error.to_string())))),
    };
    let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let told = header("content-range");
    let (place, total) =
        told.as_deref().and_then(|told| told.strip_prefix("bytes ")?.split_once('/')).unzip();
    let length = || header("content-length").filter(|_| response.status() == 200);
    let answer = Answer {
        status: response.status().as_u16(),
        start: place.and_then(|place: &str| place.split('-').next()?.parse().ok()),
        total_bytes: total.map(str::to_owned).or_else(length).and_then(|total| total.parse().ok()),
        validator: header("etag"),
        body: (),
    };
    head.send(Ok(answer)).ok();
    let mut reader = response.body_mut().as_reader();
    let mut part = vec![0; 1000];
    loop {
        let read = reader.read(&mut part);
        let sent = match read {
            Ok(0) => return,
            Ok(read) => bytes.unbounded_send(Ok(part[..read].to_vec())),
            Err(error) => bytes.unbounded_send(Err(TransportError(error.to_string()))),
        };
        if sent.is_err() {
            return;
        }
    }
}
