use std::collections::HashSet;
use std::time::{Duration, Instant};

use super::*;
use crate::grid::Grid;
use crate::tests::{record, settings};
use crate::{InSheet, Mode, Settings, Sheet, SheetAxis, UsedLora};

fn of(id: &str, created_millis: f64, prompt: &str) -> Record {
    let settings = Settings { prompt: prompt.to_owned(), loras: Vec::new(), seed: 7, ..settings() };
    Record { settings, ..record(id, created_millis) }
}

fn album(records: impl IntoIterator<Item = Record>) -> Album {
    let mut album = Album::default();
    album.insert(records);
    album
}

fn ids(records: &[Arc<Record>]) -> Vec<&str> {
    records.iter().map(|record| record.id.as_str()).collect()
}

fn found(album: &Album, query: &Query) -> String {
    ids(&album.find(query)).concat()
}

#[test]
fn records_are_kept_newest_first_and_replaced_by_id() {
    let mut album = album([of("a", 1.0, "an apple"), of("c", 3.0, "a cat")]);
    album.insert([of("b", 2.0, "a boat")]);
    assert_eq!(found(&album, &Query::default()), "cba");
    album.insert([Record { favorite: true, ..of("b", 2.0, "a boat") }]);
    assert_eq!((album.len(), album.get("b").unwrap().favorite), (3, true));
    let gone = album.remove(&HashSet::from(["c", "a", "nobody"]));
    assert_eq!((ids(&gone), album.len()), (vec!["c", "a"], 1));
}

#[test]
fn words_are_found_in_any_case_and_place() {
    let brush = Settings {
        loras: vec![UsedLora { name: "Ink Brush".to_owned(), ..UsedLora::default() }],
        ..of("", 0.0, "ÄPFEL and pears").settings
    };
    let album = album([
        of("a", 4.0, "A red Apple\non a table"),
        of("b", 3.0, "an apple, red"),
        Record { collections: vec!["Fruit".to_owned()], ..of("c", 2.0, "a pear") },
        Record { settings: brush, ..record("d", 1.0) },
    ]);
    let cases = [
        ("", "abcd"),
        ("apple", "ab"),
        ("APPLE red", "ab"),
        ("\"red apple\"", "a"),
        ("\"apple\non\"", "a"),
        ("\"red apple", "ab"),
        ("äpf", "d"),
        ("fruit", "c"),
        ("ink brush", "d"),
        ("\"pears ink\"", ""),
        ("pear", "cd"),
        ("7", "abcd"),
        ("77", ""),
        ("\"\"  ", "abcd"),
        ("<script>", ""),
    ];
    for (text, expected) in cases {
        let query = Query { text: text.to_owned(), ..Query::default() };
        assert_eq!(found(&album, &query), expected, "{text}");
    }
}

#[test]
fn filters_narrow_together() {
    let with = |id: &str, mode, model: &str, favorite, collection: &str| Record {
        favorite,
        collections: vec![collection.to_owned()],
        settings: Settings { mode, model: model.to_owned(), ..settings() },
        ..record(id, 0.0)
    };
    let album = album([
        with("d", Mode::TextToImage, "one", true, "Fruit"),
        with("c", Mode::ImageToImage, "one", true, "Cats"),
        with("b", Mode::ImageToImage, "two", false, "Cats"),
        with("a", Mode::ImageToImage, "two", true, "Fruit"),
    ]);
    let all = Query::default();
    assert!(!Query { order: Order::Model, ..all.clone() }.narrows());
    let cases = [
        (Query { mode: Some(Mode::ImageToImage), ..all.clone() }, "cba"),
        (Query { model: Some("one".to_owned()), ..all.clone() }, "dc"),
        (Query { favorites: true, ..all.clone() }, "dca"),
        (Query { collection: Some("Cats".to_owned()), ..all.clone() }, "cb"),
        (
            Query {
                favorites: true,
                collection: Some("Fruit".to_owned()),
                model: Some("two".to_owned()),
                ..all
            },
            "a",
        ),
    ];
    for (query, expected) in cases {
        assert!(query.narrows());
        assert_eq!(found(&album, &query), expected, "{query:?}");
    }
    let facets = album.facets();
    assert_eq!(facets.models, BTreeMap::from([("one".to_owned(), 2), ("two".to_owned(), 2)]));
    assert_eq!((facets.collections["Cats"], facets.favorites), (2, 3));
}

#[test]
fn every_order_sorts_and_leaves_equals_newest_first() {
    let with = |id: &str, created, prompt: &str, model: &str, side_px, steps| {
        let settings = Settings {
            model: model.to_owned(),
            width: side_px,
            height: side_px,
            steps,
            ..of("", 0.0, prompt).settings
        };
        Record { settings, ..record(id, created) }
    };
    let album = album([
        with("a", 4.0, "zebra", "m", 64, 8),
        with("b", 3.0, " Ant", "z", 128, 8),
        with("c", 2.0, "ant", "m", 128, 20),
        with("d", 1.0, "bee", "a", 70_000, 1),
    ]);
    let cases = [
        (Order::Newest, "abcd"),
        (Order::Oldest, "dcba"),
        (Order::Prompt, "bcda"),
        (Order::Model, "dacb"),
        (Order::Largest, "dbca"),
        (Order::Steps, "cabd"),
    ];
    for (order, expected) in cases {
        assert_eq!(found(&album, &Query { order, ..Query::default() }), expected, "{order:?}");
    }
}

#[test]
fn a_query_survives_storage_and_later_versions() {
    let query = Query { favorites: true, order: Order::Largest, ..Query::default() };
    let json = serde_json::to_string(&query).unwrap();
    assert_eq!(serde_json::from_str::<Query>(&json).unwrap(), query);
    assert_eq!(serde_json::from_str::<Query>("{\"later\":1}").unwrap(), Query::default());
}

/// A child of `parent`, or one made again from `variant_of`.
fn born(id: &str, created: f64, parent: Option<&str>, variant_of: Option<&str>) -> Record {
    let owned = |id: Option<&str>| id.map(str::to_owned);
    Record { parent: owned(parent), variant_of: owned(variant_of), ..record(id, created) }
}

fn told(family: &[Branch]) -> Vec<(usize, &str, Link, bool)> {
    family
        .iter()
        .map(|branch| (branch.depth, branch.id.as_str(), branch.link, branch.record.is_some()))
        .collect()
}

#[test]
fn a_family_is_a_tree_from_its_first_picture() {
    let album = album([
        born("root", 1.0, None, None),
        born("second", 3.0, Some("root"), None),
        born("first", 2.0, Some("root"), None),
        born("again", 4.0, Some("root"), Some("first")),
        born("grandchild", 5.0, Some("first"), None),
        born("variant", 6.0, None, Some("root")),
        born("stranger", 7.0, None, None),
    ]);
    let expected = [
        (0, "root", Link::Root, true),
        (1, "first", Link::Source, true),
        (2, "grandchild", Link::Source, true),
        (1, "second", Link::Source, true),
        (1, "again", Link::Source, true),
        (1, "variant", Link::Variant, true),
    ];
    for id in ["root", "grandchild", "variant"] {
        assert_eq!(told(&album.family(id, 100)), expected, "the family of {id}");
    }
    assert_eq!(album.family("stranger", 100), []);
    assert_eq!(album.family("nobody", 100), []);
}

#[test]
fn a_deleted_source_keeps_its_place() {
    let album = album([born("a", 1.0, Some("gone"), None), born("b", 2.0, Some("gone"), None)]);
    let expected =
        [(0, "gone", Link::Root, false), (1, "a", Link::Source, true), (1, "b", Link::Source, true)];
    assert_eq!(told(&album.family("b", 100)), expected);
}

#[test]
fn a_picture_that_claims_to_be_its_own_ancestor_ends_somewhere() {
    let circle = album([
        born("a", 1.0, Some("c"), None),
        born("b", 2.0, Some("a"), None),
        born("c", 3.0, Some("b"), None),
        born("self", 4.0, Some("self"), None),
    ]);
    assert_eq!(circle.family("b", 100).len(), 3);
    assert_eq!(circle.family("self", 100), []);
}

#[test]
fn a_large_family_is_cut_to_the_pictures_own_line() {
    let children = (0..500).map(|i| born(&format!("child {i}"), f64::from(i), Some("root"), None));
    let others = [born("root", -1.0, None, None), born("own", 1000.0, Some("child 7"), None)];
    let album = album(children.chain(others));
    let family = album.family("own", 20);
    let line: Vec<&str> = family.iter().map(|branch| branch.id.as_str()).collect();
    assert_eq!(line, ["root", "child 7", "own"]);
    assert_eq!(album.family("root", 20).len(), 20);

    let mut long: Vec<Record> =
        (1..300).map(|i| born(&format!("{i}"), f64::from(i), Some(&format!("{}", i - 1)), None)).collect();
    long.push(born("0", 0.0, None, None));
    let family = self::album(long).family("250", 20);
    assert_eq!((family[0].id.as_str(), family[10].id.as_str(), family.len()), ("240", "250", 20));
}

/// A gallery as large as one may become: a search, its order, the rows in sight and a family tree, each well below
/// the time of a frame. Tests run with less optimisation than the page, on machines with other things to do.
#[test]
fn ten_thousand_records_are_searched_at_once() {
    const MOST: Duration = Duration::from_millis(100);
    let subjects = ["a red apple", "a green frog", "an orange cat", "a slice of pizza"];
    let records: Vec<Record> = (0..10_000)
        .map(|i| {
            let prompt =
                format!("{} in the style of number {i}, {}", subjects[i % 4], "detailed ".repeat(40));
            let parent = (i % 3 > 0).then(|| format!("{:05}", i - 1));
            Record { parent, ..of(&format!("{i:05}"), i as f64, &prompt) }
        })
        .collect();
    let timed = |what: &str, work: &mut dyn FnMut()| {
        let begun = Instant::now();
        work();
        println!("{what}: {:?}", begun.elapsed());
        assert!(begun.elapsed() < MOST, "{what} took {:?}", begun.elapsed());
    };
    let mut album = album(records);
    timed("one more", &mut || album.insert([of("new", 1e9, "a new one")]));
    let mut query = Query { text: "frog 997".to_owned(), ..Query::default() };
    timed("a search", &mut || assert_eq!(album.find(&query).len(), 12));
    query = Query { order: Order::Prompt, ..Query::default() };
    timed("an order", &mut || assert_eq!(album.find(&query).len(), 10_001));
    timed("facets", &mut || assert_eq!(album.facets().models.len(), 1));
    timed("a family", &mut || assert_eq!(album.family("00001", 100).len(), 3));
    let grid = Grid { width_px: 1200.0, least_cell_px: 208.0, gap_px: 16.0, foot_px: 120.0 };
    timed("scrolling through", &mut || {
        let height_px = grid.height_px(10_001);
        let seen = (0..).map(|i| f64::from(i) * 50.0).take_while(|top_px| *top_px < height_px);
        let most = seen.map(|top_px| grid.window(10_001, top_px, 1000.0, 2).cells.len()).max();
        assert!(most.is_some_and(|most| most <= 50), "{most:?} cells exist at once");
    });
}

#[test]
fn pictures_of_a_sheet_are_one_entry_while_the_sheet_is_there() {
    let axis = |name: &str| SheetAxis { name: name.to_owned(), labels: vec!["1".to_owned(), "2".to_owned()] };
    let sheet = Sheet { columns: axis("Steps"), rows: None };
    let place = |column| Some(InSheet { sheet: "s".to_owned(), column, row: 0 });
    let mut album = album([
        of("a", 1.0, "an apple"),
        Record { in_sheet: place(0), ..of("b", 2.0, "an apple") },
        Record { in_sheet: place(1), ..of("c", 3.0, "an apple") },
    ]);
    assert_eq!((found(&album, &Query::default()).as_str(), album.entry_count()), ("cba", 3));
    album.insert([Record { sheet: Some(sheet.clone()), ..of("s", 4.0, "an apple") }]);
    assert_eq!((found(&album, &Query::default()).as_str(), album.entry_count()), ("sa", 2));
    assert_eq!(ids(&album.in_sheet("s")), ["c", "b"]);
    let beside = |id, forward| album.beside_in_sheet(id, forward).map(|record| record.id.clone());
    assert_eq!((beside("b", true).as_deref(), beside("b", false)), (Some("c"), None));
    assert_eq!((beside("c", false).as_deref(), beside("c", true)), (Some("b"), None));
    assert_eq!((beside("a", true), beside("s", true)), (None, None));
    let kept = Record { sheet: Some(sheet), in_sheet: place(1), ..of("t", 5.0, "an apple") };
    assert_eq!(Record::from_json(&kept.to_json().unwrap()).unwrap(), kept);
}
