//! The little of HTTP that the test server speaks.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::time::Duration;

const LONGEST_HEAD_BYTES: usize = 64 * 1024;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// `GET`, as a rule.
    pub method: String,
    /// The path without its leading `/` and its query.
    pub path: String,
    /// The bytes that are asked for.
    pub range: Option<Range<u64>>,
    /// All lines, as they came.
    pub head: String,
}

/// So many bytes at a time, with a pause after each. Asked anew before each time: an answer under way can be hurried.
pub(crate) type Pace<'a> = &'a dyn Fn() -> Option<(usize, Duration)>;

/// What is answered.
pub(crate) struct Answer {
    pub(crate) status: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The part of the body that was asked for, as a server that knows ranges gives it.
    pub(crate) fn cut(mut self, range: Option<&Range<u64>>) -> Self {
        let Some(range) = range else { return self };
        let total = self.body.len();
        let (start, end) = (range.start as usize, (range.end as usize).min(total));
        if start >= end {
            self.status = "416 Range Not Satisfiable";
            self.headers.push(("Content-Range".to_owned(), format!("bytes */{total}")));
            self.body.clear();
            return self;
        }
        self.status = "206 Partial Content";
        self.headers.push(("Content-Range".to_owned(), format!("bytes {start}-{}/{total}", end - 1)));
        self.body = self.body[start..end].to_vec();
        self
    }

    pub(crate) fn send(&self, visitor: &mut TcpStream, pace: Pace<'_>) -> std::io::Result<()> {
        let mut head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n",
            self.status,
            self.media_type,
            self.body.len()
        );
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Cache-Control")) {
            head.push_str("Cache-Control: no-cache\r\n");
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        visitor.write_all(head.as_bytes())?;
        let mut rest = self.body.as_slice();
        while !rest.is_empty() {
            let (size, pause) = pace().unwrap_or((rest.len(), Duration::ZERO));
            let (part, after) = rest.split_at(size.clamp(1, rest.len()));
            visitor.write_all(part)?;
            std::thread::sleep(pause);
            rest = after;
        }
        Ok(())
    }
}

/// Reads a request; `None` when the visitor goes away before its end.
pub(crate) fn read(visitor: &mut TcpStream) -> std::io::Result<Option<Asked>> {
    let mut head = Vec::new();
    let mut piece = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = visitor.read(&mut piece)?;
        if read == 0 || head.len() > LONGEST_HEAD_BYTES {
            return Ok(None);
        }
        head.extend_from_slice(&piece[..read]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut words = head.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or("/");
    let path = target.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/').to_owned();
    Ok(Some(Asked { method, path, range: range_of(&head), head }))
}

/// `Range: bytes=3-8` is 3..9.
fn range_of(head: &str) -> Option<Range<u64>> {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("range:"))?;
    let (start, end) = line.split_once("bytes=")?.1.trim().split_once('-')?;
    Some(start.parse().ok()?..end.parse::<u64>().ok()? + 1)
}
