//! A static file server for trunk's output: it can be switched off, counts what it is asked for, and can serve a
//! file with a script put before it.

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::Outcome;

const LONGEST_HEAD_BYTES: usize = 64 * 1024;

/// A server on a port of its own.
pub struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    folder: PathBuf,
    online: AtomicBool,
    requests: Mutex<Vec<String>>,
    prefixes: Mutex<HashMap<String, String>>,
}

impl Site {
    /// Serves a folder on 127.0.0.1.
    ///
    /// # Errors
    /// When the folder has no `index.html` or no port is free.
    pub fn start(folder: &Path) -> Outcome<Self> {
        if !folder.join("index.html").is_file() {
            return Err(
                format!("{} has no index.html; run `cargo xtask build` first", folder.display()).into()
            );
        }
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let shared = Arc::new(Shared {
            folder: folder.to_path_buf(),
            online: AtomicBool::new(true),
            requests: Mutex::default(),
            prefixes: Mutex::default(),
        });
        let address = listener.local_addr()?;
        let listening = Some(listen(listener, Arc::clone(&shared)));
        Ok(Self { address, shared, listening })
    }

    /// The page's address.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves `file` with a script before its content from now on.
    pub fn put_before(&self, file: &str, script: &str) {
        let mut prefixes = self.shared.prefixes.lock().unwrap_or_else(PoisonError::into_inner);
        prefixes.insert(file.to_owned(), script.to_owned());
    }

    /// Paths asked for so far, in order.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    let Some(path) = read_path(&mut visitor)? else { return Ok(()) };
    shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
    let name = if path.is_empty() { "index.html" } else { path.as_str() };
    let (status, media_type, body) = match content(shared, name) {
        Some(body) => ("200 OK", media_type(name), body),
        None => ("404 Not Found", "text/plain", b"no such file".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nConnection: close\r\n\r\n",
        body.len()
    );
    visitor.write_all(head.as_bytes())?;
    visitor.write_all(&body)
}

/// The path of a GET request without its leading `/` and its query.
fn read_path(visitor: &mut TcpStream) -> std::io::Result<Option<String>> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = visitor.read(&mut piece)?;
        if read == 0 || head.len() > LONGEST_HEAD_BYTES {
            return Ok(None);
        }
        head.extend_from_slice(&piece[..read]);
    }
    let head = String::from_utf8_lossy(&head);
    let target = head.split_whitespace().nth(1).unwrap_or("/");
    let path = target.split(['?', '#']).next().unwrap_or_default();
    Ok(Some(path.trim_start_matches('/').to_owned()))
}

fn content(shared: &Shared, name: &str) -> Option<Vec<u8>> {
    let path = Path::new(name);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let body = fs::read(shared.folder.join(path)).ok()?;
    let prefixes = shared.prefixes.lock().unwrap_or_else(PoisonError::into_inner);
    Some(match prefixes.get(name) {
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
    use super::*;
    use crate::temporary::Folder;

    #[test]
    fn it_serves_until_it_is_switched_off() {
        let folder = Folder::new("site").unwrap();
        fs::write(folder.path().join("index.html"), "hello").unwrap();
        fs::write(folder.path().join("app_bg.wasm"), "\0asm").unwrap();
        let mut site = Site::start(folder.path()).unwrap();
        site.put_before("index.html", "first");
        let get = |path: &str| ureq::get(format!("{}{path}", site.url())).call();
        assert_eq!(get("?x=1").unwrap().into_body().read_to_string().unwrap(), "first\nhello");
        assert_eq!(get("app_bg.wasm").unwrap().headers()["content-type"], "application/wasm");
        assert!(get("../Cargo.toml").is_err() && get("missing").is_err());
        assert_eq!(site.requests().len(), 4);
        let url = site.url();
        site.go_offline();
        assert!(ureq::get(url).call().is_err());
    }
}
