//! A static file server for trunk's output, with the headers of its `_headers`: it can be switched off, remembers what it
//! is asked for, and can serve a file slowly, with a script put before it, or another one in its place.

use std::collections::HashMap;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::Outcome;
use crate::http::{self, Answer, Asked};
use crate::policy::{self, Policy};

/// A server on a port of its own.
pub struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    folder: PathBuf,
    /// What paths begin with, without the leading `/`: empty, or with a `/` at its end.
    base: String,
    online: AtomicBool,
    asked: Mutex<Vec<Asked>>,
    prefixes: Mutex<HashMap<String, String>>,
    replaced: Mutex<HashMap<String, Vec<u8>>>,
    paces: Mutex<HashMap<String, Pace>>,
    policies: Mutex<Vec<Policy>>,
}

/// How slowly a file is served.
#[derive(Clone, Copy)]
struct Pace {
    bytes: usize,
    pause: Duration,
    /// Answers that begin before this byte are not slow.
    from: u64,
}

impl Site {
    /// Serves a folder on 127.0.0.1.
    ///
    /// # Errors
    /// When the folder has no `index.html` or no port is free.
    pub fn start(folder: &Path) -> Outcome<Self> {
        Self::start_under(folder, "")
    }

    /// Serves a folder under a path such as `palimpsest/`, and nothing beside it.
    ///
    /// # Errors
    /// As for [`Site::start`].
    pub fn start_under(folder: &Path, base: &str) -> Outcome<Self> {
        if !folder.join("index.html").is_file() {
            return Err(
                format!("{} has no index.html; run `cargo xtask build` first", folder.display()).into()
            );
        }
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let shared = Arc::new(Shared {
            folder: folder.to_path_buf(),
            base: base.to_owned(),
            online: AtomicBool::new(true),
            asked: Mutex::default(),
            prefixes: Mutex::default(),
            replaced: Mutex::default(),
            paces: Mutex::default(),
            policies: Mutex::new(policy::read(folder)),
        });
        let address = listener.local_addr()?;
        let listening = Some(listen(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, listening })
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://{}/{}", self.address, self.shared.base)
    }

    /// Serves `file` with a script before its content from now on.
    pub fn put_before(&self, file: &str, script: &str) {
        lock(&self.shared.prefixes).insert(file.to_owned(), script.to_owned());
    }

    /// Serves other bytes as `file` from now on, whether the folder has one or not.
    pub fn put(&self, file: &str, bytes: impl Into<Vec<u8>>) {
        lock(&self.shared.replaced).insert(file.to_owned(), bytes.into());
    }

    /// Serves `file` slowly from now on, what is under way as well: so many bytes, then a pause.
    pub fn slow_down(&self, file: &str, bytes: usize, pause: Duration) {
        self.slow_down_from(file, 0, bytes, pause);
    }

    /// As [`Site::slow_down`], for requests of `file` from byte `from` or a later one: those before come at once.
    pub fn slow_down_from(&self, file: &str, from: u64, bytes: usize, pause: Duration) {
        lock(&self.shared.paces).insert(file.to_owned(), Pace { bytes, pause, from });
    }

    /// Serves `file` at full speed again, what is under way as well.
    pub fn hurry(&self, file: &str) {
        lock(&self.shared.paces).remove(file);
    }

    /// Serves without the headers of `_headers`, as hosts do that do not know that file.
    pub fn forget_headers(&self) {
        lock(&self.shared.policies).clear();
    }

    /// Paths asked for so far, in order.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.shared.asked).iter().map(|asked| asked.path.clone()).collect()
    }

    /// What was asked so far, in order.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.shared.asked).clone()
    }

    /// Stops listening: a browser finds nobody at the address, as without a network.
    pub fn go_offline(&mut self) {
        self.shared.online.store(false, Ordering::SeqCst);
        // The listener waits for one more visitor before it sees the change.
        TcpStream::connect(self.address).ok();
        if let Some(thread) = self.listening.take() {
            thread.join().ok();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.go_offline();
    }
}

fn listen(listener: TcpListener, shared: Arc<Shared>) -> JoinHandle<()> {
    thread::spawn(move || {
        for visitor in listener.incoming() {
            if !shared.online.load(Ordering::SeqCst) {
                return;
            }
            let Ok(visitor) = visitor else { continue };
            let shared = Arc::clone(&shared);
            // A visitor that goes away in the middle is the browser's affair.
            thread::spawn(move || answer(visitor, &shared).ok());
        }
    })
}

fn answer(mut visitor: TcpStream, shared: &Shared) -> std::io::Result<()> {
    visitor.set_read_timeout(Some(Duration::from_secs(10)))?;
    let Some(asked) = http::read(&mut visitor)? else { return Ok(()) };
    let name = match asked.path.strip_prefix(&shared.base) {
        Some("") => "index.html",
        Some(name) => name,
        // Beside the page: no file has this name.
        None => "",
    };
    let found = content(shared, name);
    let headers = policy::headers(&lock(&shared.policies), name);
    let (name, range) = (name.to_owned(), asked.range.clone());
    let start = range.as_ref().map_or(0, |range| range.start);
    let pace = || {
        let pace = lock(&shared.paces).get(&name).copied().filter(|pace| start >= pace.from);
        pace.map(|Pace { bytes, pause, .. }| (bytes, pause))
    };
    let (media_type, found) = (media_type(&name), found.ok_or(b"no such file".to_vec()));
    lock(&shared.asked).push(asked);
    let answer = match found {
        Ok(body) => Answer { status: "200 OK", media_type, headers, body }.cut(range.as_ref()),
        Err(body) => Answer { status: "404 Not Found", media_type: "text/plain", headers, body },
    };
    answer.send(&mut visitor, &pace)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn content(shared: &Shared, name: &str) -> Option<Vec<u8>> {
    let path = Path::new(name);
    if name.is_empty() || !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let replaced = lock(&shared.replaced).get(name).cloned();
    let body = replaced.or_else(|| fs::read(shared.folder.join(path)).ok())?;
    Some(match lock(&shared.prefixes).get(name) {
        Some(script) => [script.as_bytes(), b"\n", &body].concat(),
        None => body,
    })
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        // The browser compiles while it downloads only under this name.
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::temporary::Folder;

    #[test]
    fn it_serves_until_it_is_switched_off() {
        let folder = Folder::new("site").unwrap();
        fs::write(folder.path().join("index.html"), "hello").unwrap();
        fs::write(folder.path().join("app_bg.wasm"), "\0asm").unwrap();
        fs::write(folder.path().join("_headers"), "/*\n  X-All: yes\n/app*\n  X-App: too\n").unwrap();
        let mut site = Site::start(folder.path()).unwrap();
        site.put_before("index.html", "first");
        let get = |path: &str| ureq::get(format!("{}{path}", site.url())).call();
        assert_eq!(get("?x=1").unwrap().into_body().read_to_string().unwrap(), "first\nhello");
        assert_eq!(get("app_bg.wasm").unwrap().headers()["content-type"], "application/wasm");
        assert_eq!(get("app_bg.wasm").unwrap().headers()["x-app"], "too");
        let page = get("").unwrap();
        assert!(page.headers()["x-all"] == "yes" && !page.headers().contains_key("x-app"));
        assert!(get("../Cargo.toml").is_err() && get("missing").is_err());
        assert_eq!(site.requests().len(), 6);
        site.put("catalogue.json", "abcdef");
        let part =
            ureq::get(format!("{}catalogue.json", site.url())).header("Range", "bytes=2-3").call().unwrap();
        assert_eq!(
            (part.status().as_u16(), &part.headers()["content-range"]),
            (206, &"bytes 2-3/6".parse().unwrap())
        );
        assert_eq!(part.into_body().read_to_string().unwrap(), "cd");
        let part = |range: &str| {
            let begun = Instant::now();
            let answer =
                ureq::get(format!("{}catalogue.json", site.url())).header("Range", range).call().unwrap();
            (answer.into_body().read_to_string().unwrap(), begun.elapsed())
        };
        let pause = Duration::from_millis(300);
        site.slow_down_from("catalogue.json", 4, 1, pause);
        let (last, first) = (part("bytes=4-5"), part("bytes=0-3"));
        assert!(
            last.0 == "ef" && last.1 >= pause && first.0 == "abcd" && first.1 < 4 * pause,
            "{last:?} {first:?}"
        );
        let url = site.url();
        site.go_offline();
        assert!(ureq::get(url).call().is_err());
    }
}
