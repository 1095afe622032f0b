//! Servers that say one thing and send another.

use std::{collections::HashSet, sync::Mutex};

use downloads::DownloadError;

use crate::{
    PIECE, Seen, Shelf, content,
    server::{Asked, Reply, Server},
};

fn error(server: &Server) -> DownloadError {
    Shelf::wanting(server).visit(&Seen::default()).unwrap_err()
}

/// The file's next version: as long, with other bytes.
fn next_version() -> Vec<u8> {
    content().into_iter().map(|byte| byte ^ 0x55).collect()
}

#[test]
fn a_file_that_changes_on_the_way_begins_anew() {
    // What is wanted is there from the fourth request on.
    let server = Server::start(|asked| match asked.number {
        0..3 => Reply::good(&next_version(), asked).etag("other"),
        _ => Reply::good(&content(), asked).etag("wanted"),
    });
    Shelf::wanting(&server).get();
    let first = |asked: &&Asked| asked.range == Some(0..PIECE as usize);
    assert_eq!(server.asked().iter().filter(first).count(), 2, "the first piece is of another version");
}

#[test]
fn a_file_that_changes_always_is_given_up() {
    let server = Server::start(|asked| Reply::good(&content(), asked).etag(&asked.number.to_string()));
    assert!(matches!(error(&server), DownloadError::Restless { .. }));
}

#[test]
fn a_change_without_an_etag_is_found_by_the_hash() {
    let server = Server::start(|asked| match asked.number {
        0..3 => Reply::good(&next_version(), asked),
        _ => Reply::good(&content(), asked),
    });
    let shelf = Shelf::wanting(&server);
    let mixed = shelf.visit(&Seen::default()).unwrap_err();
    assert!(matches!(mixed, DownloadError::WrongHash { .. }), "{mixed:?}");
    assert_eq!(shelf.done_bytes(), 0, "nothing of a damaged file may be kept");
    shelf.get();
}

#[test]
fn another_length_is_told_before_it_is_fetched() {
    let longer = Server::start(|asked| Reply::good(&[content(), vec![0; 10]].concat(), asked));
    let told = content().len() as u64 + 10;
    assert!(matches!(error(&longer), DownloadError::WrongLength { told_bytes, .. } if told_bytes == told));
    assert_eq!(longer.asked().len(), 1);
    let shorter = Server::start(|asked| Reply::good(&content()[..5000], asked));
    assert!(matches!(error(&shorter), DownloadError::WrongLength { told_bytes: 5000, .. }));
    let whole = Server::start(|_| Reply::everything(&content()[..5000]));
    assert!(matches!(error(&whole), DownloadError::WrongLength { told_bytes: 5000, .. }));
}

#[test]
fn a_length_that_is_hidden_ends_where_the_file_ends() {
    // Elsewhere than beside the page, servers may keep Content-Range from the page.
    let hidden = |content: Vec<u8>| {
        Server::start(move |asked| Reply::good(&content, asked).with("Content-Range", "hidden"))
    };
    Shelf::wanting(&hidden(content())).get();
    let error = error(&hidden(content()[..5000].to_vec()));
    assert!(matches!(error, DownloadError::Network { .. } | DownloadError::WrongLength { .. }), "{error:?}");
}

#[test]
fn more_bytes_than_asked_for_are_thrown_away() {
    let server = Server::start(|asked| {
        let reply = Reply::good(&content(), asked).etag("v1");
        match (asked.number, &asked.range) {
            (1..4, Some(range)) => {
                let end = content().len().min(range.end + 100);
                reply.body(content()[range.start..end].to_vec())
            }
            _ => reply,
        }
    });
    Shelf::wanting(&server).get();
}

#[test]
fn another_part_than_asked_for_is_not_taken() {
    // Pieces come side by side: each is answered with another one the first time it is asked for.
    let answered = Mutex::new(HashSet::new());
    let server = Server::start(move |asked| {
        let elsewhere = Asked { range: Some(0..PIECE as usize), ..asked.clone() };
        let is_first = answered.lock().unwrap().insert(asked.range.clone());
        Reply::good(&content(), if is_first { &elsewhere } else { asked }).etag("v1")
    });
    Shelf::wanting(&server).get();
}

#[test]
fn a_page_about_an_error_with_a_good_status_is_damage() {
    let server = Server::start(|_| Reply::everything(b"<!doctype html>please log in"));
    let error = error(&server);
    assert!(matches!(error, DownloadError::WrongLength { told_bytes: 28, .. }), "{error:?}");
    // With the right length, only the hash can tell.
    let padded = Server::start(|_| Reply::everything(&vec![b' '; content().len()]));
    let damaged = Shelf::wanting(&padded);
    assert!(matches!(damaged.visit(&Seen::default()), Err(DownloadError::WrongHash { .. })));
    Shelf::wanting(&padded).without_hash().visit(&Seen::default()).unwrap();
}
