//! Servers that mean well and lines that do not hold.

use std::{collections::BTreeSet, sync::Mutex, time::Duration};

use downloads::{DownloadError, LANES, Progress};

use crate::{
    PIECE, Seen, Shelf, content,
    server::{Reply, Server},
};

#[test]
fn a_good_server_is_asked_for_each_piece_once_and_on_several_lanes() {
    let server = Server::start(|asked| {
        Reply::good(&content(), asked).etag("v1").trickle(1024, Duration::from_millis(3))
    });
    let seen = Shelf::wanting(&server).get();
    let ranges: BTreeSet<usize> =
        server.asked().iter().map(|asked| asked.range.clone().unwrap().start).collect();
    assert_eq!((server.asked().len(), ranges.len()), (11, 11));
    assert!((2..=LANES).contains(&server.most_open()), "{} requests at once", server.most_open());
    let last = *seen.told.borrow().last().unwrap();
    let total_bytes = content().len() as u64;
    assert_eq!(last, Progress::Checking { done_bytes: total_bytes, total_bytes });
}

#[test]
fn redirects_are_followed() {
    let server = Server::start(|asked| match asked.path.as_str() {
        "file" => Reply::status(302).with("Location", "/elsewhere"),
        "elsewhere" => Reply::status(307).with("Location", "/mirror/file"),
        _ => Reply::good(&content(), asked).etag("v1"),
    });
    Shelf::wanting(&server).get();
}

#[test]
fn a_cut_connection_goes_on_where_it_was() {
    // Every answer ends after a thousand bytes.
    let server = Server::start(|asked| Reply::good(&content(), asked).etag("v1").cut_after(1000));
    Shelf::wanting(&server).get();
    let starts: Vec<usize> = server.asked().iter().map(|asked| asked.range.clone().unwrap().start).collect();
    let distinct: BTreeSet<usize> = starts.iter().copied().collect();
    assert_eq!(distinct.len(), starts.len(), "bytes that had come were asked for again");
    assert!(starts.contains(&1000) && starts.contains(&(PIECE as usize + 3000)), "{starts:?}");
}

#[test]
fn a_busy_server_is_given_time() {
    // Every range is refused twice before it is answered.
    let seen = Mutex::new(Vec::new());
    let server = Server::start(move |asked| {
        let mut seen = seen.lock().unwrap();
        seen.push(asked.range.clone());
        match seen.iter().filter(|range| **range == asked.range).count() {
            1 => Reply::status(503),
            2 => Reply::status(429),
            _ => Reply::good(&content(), asked).etag("v1"),
        }
    });
    Shelf::wanting(&server).get();
    assert_eq!(server.asked().len(), 33);
}

#[test]
fn a_dead_server_ends_the_visit_and_loses_nothing() {
    let server = Server::start(|asked| match asked.number {
        0..4 => Reply::good(&content(), asked).etag("v1"),
        _ => Reply::status(500),
    });
    let shelf = Shelf::wanting(&server);
    let error = shelf.visit(&Seen::default()).unwrap_err();
    assert!(matches!(error, DownloadError::Refused { status: 500, .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
    assert!(shelf.done_bytes() >= PIECE, "what had arrived is gone");
}

#[test]
fn nobody_at_the_address_is_a_lost_network() {
    let server = Server::start(|_| Reply::status(200));
    let shelf = Shelf::wanting(&server);
    drop(server);
    let error = shelf.visit(&Seen::default()).unwrap_err();
    assert!(matches!(error, DownloadError::Network { .. }), "{error:?}");
    assert!(!error.detail().is_empty());
}

#[test]
fn what_is_not_given_out_is_said_at_once() {
    for status in [401, 403, 404, 410] {
        let server = Server::start(move |_| Reply::status(status));
        let error = Shelf::wanting(&server).visit(&Seen::default()).unwrap_err();
        assert!(
            matches!(&error, DownloadError::Refused { status: told, .. } if *told == status),
            "{error:?}"
        );
        assert_eq!(server.asked().len(), 1, "there is no use in asking again");
    }
}

#[test]
fn a_server_without_ranges_is_read_from_the_beginning() {
    let server = Server::start(|_| Reply::everything(&content()).etag("v1"));
    Shelf::wanting(&server).get();
    assert_eq!(server.asked().len(), 1, "one answer had everything");
}

#[test]
fn a_server_without_ranges_that_is_cut_begins_anew() {
    let server = Server::start(|asked| {
        let reply = Reply::everything(&content()).etag("v1");
        if asked.number < 2 { reply.cut_after(20_000) } else { reply }
    });
    Shelf::wanting(&server).get();
    let always = Server::start(|_| Reply::everything(&content()).etag("v1").cut_after(20_000));
    let shelf = Shelf::wanting(&always);
    let error = shelf.visit(&Seen::default()).unwrap_err();
    assert!(matches!(error, DownloadError::Network { .. }), "{error:?}");
    assert_eq!(shelf.done_bytes(), 0, "half of an answer is of no use without ranges");
}

#[test]
fn ranges_that_end_in_the_middle_of_a_download_are_survived() {
    let server = Server::start(|asked| match asked.number {
        0..5 => Reply::good(&content(), asked).etag("v1"),
        _ => Reply::everything(&content()).etag("v1"),
    });
    Shelf::wanting(&server).get();
}
