//! An HTTP server whose every answer a test decides.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How many requests came before this one.
    pub(crate) number: usize,
    pub(crate) path: String,
    pub(crate) range: Option<Range<usize>>,
}

/// What is answered.
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The connection ends after so many bytes of the body.
    cut: Option<usize>,
    /// So many bytes at a time, with a pause between.
    trickle: Option<(usize, Duration)>,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), cut: None, trickle: None }
    }

    /// As a good server answers.
    pub(crate) fn good(content: &[u8], asked: &Asked) -> Self {
        let mut reply = Self::status(206);
        match &asked.range {
            Some(range) if range.start >= content.len() => {
                reply.status = 416;
                reply.with("Content-Range", format!("bytes */{}", content.len()))
            }
            Some(range) => {
                let end = range.end.min(content.len());
                reply.body = content[range.start..end].to_vec();
                reply.with("Content-Range", format!("bytes {}-{}/{}", range.start, end - 1, content.len()))
            }
            None => Self::everything(content),
        }
    }

    /// The whole file, whatever was asked for.
    pub(crate) fn everything(content: &[u8]) -> Self {
        Self { body: content.to_vec(), ..Self::status(200) }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn etag(self, etag: &str) -> Self {
        self.with("ETag", format!("\"{etag}\""))
    }

    pub(crate) fn cut_after(self, bytes: usize) -> Self {
        Self { cut: Some(bytes), ..self }
    }

    pub(crate) fn trickle(self, bytes: usize, pause: Duration) -> Self {
        Self { trickle: Some((bytes, pause)), ..self }
    }

    /// Sends other bytes than it says.
    pub(crate) fn body(self, body: Vec<u8>) -> Self {
        Self { body, ..self }
    }

    /// Calls `last` before the last bytes go.
    fn send(&self, visitor: &mut TcpStream, last: impl Fn()) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} Answer\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let body = &self.body[..self.cut.unwrap_or(self.body.len()).min(self.body.len())];
        let (size, pause) = self.trickle.unwrap_or((body.len().max(1), Duration::ZERO));
        let parts: Vec<&[u8]> = std::iter::once(head.as_bytes()).chain(body.chunks(size)).collect();
        for (index, part) in parts.iter().enumerate() {
            thread::sleep(pause);
            if index + 1 == parts.len() {
                last();
            }
            visitor.write_all(part)?;
        }
        Ok(())
    }
}

/// A server on a port of its own.
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    asked: Mutex<Vec<Asked>>,
    open: AtomicUsize,
    most_open: AtomicUsize,
    stopped: AtomicBool,
    behave: Box<dyn Fn(&Asked) -> Reply + Send + Sync>,
}

impl Server {
    pub(crate) fn start(behave: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let shared = Arc::new(Shared {
            asked: Mutex::default(),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            behave: Box::new(behave),
        });
        let address = listener.local_addr().unwrap();
        let listening = Arc::clone(&shared);
        thread::spawn(move || {
            for visitor in listener.incoming().map_while(Result::ok) {
                if listening.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&listening);
                // A visitor that goes away in the middle is what some tests are about.
                thread::spawn(move || shared.answer(visitor).ok());
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The most requests that were being answered at one time.
    pub(crate) fn most_open(&self) -> usize {
        self.shared.most_open.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // The listener waits for one more visitor before it sees the change.
        TcpStream::connect(self.address).ok();
    }
}

impl Shared {
    fn answer(&self, mut visitor: TcpStream) -> std::io::Result<()> {
        let head = read_head(&mut visitor)?;
        let asked = {
            let mut all = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let asked = Asked { number: all.len(), path: path_of(&head), range: range_of(&head) };
            all.push(asked.clone());
            asked
        };
        let open = self.open.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_open.fetch_max(open, Ordering::SeqCst);
        (self.behave)(&asked).send(&mut visitor, || {
            self.open.fetch_sub(1, Ordering::SeqCst);
        })
    }
}

fn read_head(visitor: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = visitor.read(&mut piece)?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(&piece[..read]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn path_of(head: &str) -> String {
    head.split_whitespace().nth(1).unwrap_or("/").trim_start_matches('/').to_owned()
}

/// `Range: bytes=3-8` is 3..9.
fn range_of(head: &str) -> Option<Range<usize>> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("range:"))?;
    let (start, end) = line.split_once("bytes=")?.1.trim().split_once('-')?;
    Some(start.parse().ok()?..end.parse::<usize>().ok()? + 1)
}
