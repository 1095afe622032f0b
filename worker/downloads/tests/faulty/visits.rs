//! One download over several visits.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use downloads::DownloadError;
use pollster::block_on;
use storage::PlannedFile;

use crate::{
    PIECE, Seen, Shelf, content,
    server::{Asked, Reply, Server},
    sha256,
};

fn paused_at(bytes: u64) -> Seen {
    Seen { pause_at: Some(bytes), ..Seen::default() }
}

#[test]
fn a_paused_download_goes_on_and_asks_for_nothing_twice() {
    let server = Server::start(|asked| Reply::good(&content(), asked).etag("v1"));
    let shelf = Shelf::wanting(&server);
    assert_eq!(shelf.visit(&paused_at(3 * PIECE)), Err(DownloadError::Paused));
    let kept = shelf.done_bytes();
    let arrived = block_on(shelf.download().arrived(&shelf.file.path)).unwrap();
    assert!(kept >= PIECE && kept < shelf.file.bytes, "{kept}");
    assert_eq!(block_on(shelf.storage.models()).unwrap(), []);
    let seen = shelf.get();
    assert_eq!(seen.arriving().first(), Some(&kept), "progress goes on where it was");
    for piece in arrived.pieces {
        let start = piece as usize * PIECE as usize;
        let same = |asked: &&Asked| asked.range.as_ref().is_some_and(|range| range.start == start);
        assert_eq!(server.asked().iter().filter(same).count(), 1, "piece {piece} was asked for again");
    }
}

#[test]
fn a_new_version_at_the_same_address_is_noticed_on_the_next_visit() {
    let renewed = Arc::new(AtomicBool::new(false));
    let of_server = Arc::clone(&renewed);
    let server = Server::start(move |asked| match of_server.load(Ordering::SeqCst) {
        false => Reply::good(&vec![1; content().len()], asked).etag("v1"),
        true => Reply::good(&content(), asked).etag("v2"),
    });
    let shelf = Shelf::wanting(&server);
    assert_eq!(shelf.visit(&paused_at(3 * PIECE)), Err(DownloadError::Paused));
    assert!(shelf.done_bytes() >= PIECE, "something of the old version is kept");
    renewed.store(true, Ordering::SeqCst);
    let seen = shelf.get();
    let told = seen.arriving();
    assert!(told.windows(2).any(|pair| pair[1] < pair[0]), "what was kept is given up: {told:?}");
}

#[test]
fn several_files_arrive_and_small_ones_in_one_answer() {
    let small = br#"{"a":1}"#;
    let server = Server::start(move |asked| match asked.path.as_str() {
        "config" => Reply::good(small, asked),
        _ => Reply::good(&content(), asked).etag("v1"),
    });
    let shelf = Shelf::wanting(&server);
    let config = PlannedFile {
        path: "unet/config.json".to_owned(),
        url: server.url("config"),
        bytes: small.len() as u64,
        sha256: Some(sha256(small)),
    };
    let files = [config, shelf.file.clone()];
    let download = block_on(shelf.storage.download_in_pieces("m", &files, 1.0, PIECE)).unwrap();
    let seen = Seen::default();
    block_on(downloads::fetch(&download, &crate::http::Http::default(), &seen)).unwrap();
    assert_eq!(seen.arriving().last(), Some(&download.total_bytes()));
    assert_eq!(server.asked()[0].range, None, "a file of one piece needs no range");
    let model = block_on(download.publish("A model")).unwrap();
    assert_eq!(model.bytes, content().len() as u64 + 7);
}

#[test]
fn a_discarded_download_stops() {
    let server = Server::start(|asked| Reply::good(&content(), asked).etag("v1"));
    let shelf = Shelf::wanting(&server);
    let download = shelf.download();
    block_on(shelf.storage.discard_download("m")).unwrap();
    let stopped = block_on(downloads::fetch(&download, &crate::http::Http::default(), &Seen::default()));
    assert!(matches!(stopped, Err(DownloadError::Storage(_))), "{stopped:?}");
}
