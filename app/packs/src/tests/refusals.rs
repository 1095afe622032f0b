//! What is wrong is said with its place.

use serde_json::{Value, json};

use super::*;

/// A sound pack as JSON, changed, and what is said of it.
fn refusal(change: impl FnOnce(&mut Value)) -> PackError {
    let mut json: Value = serde_json::from_str(&written(&sound())).unwrap();
    change(&mut json);
    read_text(&json.to_string()).expect_err("it was taken")
}

fn at(entry: usize, field: &str, problem: Problem) -> PackError {
    PackError::Field { place: Place::new(entry, field), problem }
}

#[test]
fn foreign_files_are_no_packs() {
    for text in [
        "",
        " ",
        "hello",
        "[]",
        "\"palimpsest-pack\"",
        "{}",
        "{\"name\": \"package\", \"version\": \"2.0.0\"}",
        "{\"format\": \"other\", \"version\": 1, \"entries\": 5}",
        "\u{feff}",
        "<svg/>",
        "null",
    ] {
        assert_eq!(read_text(text), Err(PackError::NotAPack), "{text}");
    }
    let no_jpeg = read_bytes(b"\xff\xd8\xff\xe0 a JPEG");
    assert!(matches!(no_jpeg, Err(PackError::Field { problem: Problem::NotAPicture, .. })), "{no_jpeg:?}");
    assert_eq!(read_bytes(b"\xef"), Err(PackError::NotAPack));
}

#[test]
fn other_versions_are_refused_before_anything_is_read() {
    for version in [json!(2), json!(0), json!(-1), json!("1"), json!(1.5), json!(null)] {
        let error = refusal(|json| {
            json["version"] = version.clone();
            json["entries"] = json!([{ "of": "the future" }]);
        });
        assert_eq!(error, PackError::Version(version.to_string()));
    }
}

#[test]
fn wrong_pictures_are_named() {
    let other = block_on(PictureInfo::of(&png(5, 3, 9), 1, Role::Image)).unwrap().sha256;
    assert_eq!(
        refusal(|json| json["entries"][0]["image"]["sha256"] = json!(other)),
        at(1, "image.sha256", Problem::WrongHash)
    );
    assert_eq!(
        refusal(|json| json["entries"][0]["source"]["media_type"] = json!("image/webp")),
        at(1, "source.media_type", Problem::Contradicts("image/png".to_owned()))
    );
    assert_eq!(
        refusal(|json| json["entries"][0]["mask"]["height"] = json!(5)),
        at(1, "mask.height", Problem::Contradicts("4 x 4 pixels".to_owned()))
    );
    for data in ["", "aGVsbG8=", "PHN2Zy8+"] {
        let error = refusal(|json| json["entries"][0]["image"]["data"] = json!(data));
        assert_eq!(error, at(1, "image.data", Problem::NotAPicture), "{data}");
    }
    // `<svg/>`: a drawing of a form that might carry anything is none.
    let error = refusal(|json| json["entries"][0]["drawing"]["data"] = json!("PHN2Zy8+"));
    assert_eq!(error, at(1, "drawing.data", Problem::NotAPicture));
    for data in [
        "a",
        "ab",
        "abc",
        "a===",
        "ab=c",
        "abcd=",
        "ab==abcd",
        "ab c",
        "ab\ncd",
        "äbcd",
        "a\"cd",
        "abc=\\u0041",
    ] {
        let error = refusal(|json| json["entries"][0]["image"]["data"] = json!(data));
        assert_eq!(error, at(1, "image.data", Problem::NotBase64), "{data}");
    }
    for data in [json!(5), json!(null), json!(["abcd"]), json!({})] {
        let error = refusal(|json| json["entries"][0]["image"]["data"] = data.clone());
        assert_eq!(error, at(1, "image.data", Problem::NotBase64), "{data}");
    }
}

#[test]
fn wrong_fields_are_named() {
    let invalid = |entry, field, change: fn(&mut Value)| match refusal(change) {
        PackError::Field { place, problem: Problem::Invalid(_) } => {
            assert_eq!(place, Place::new(entry, field));
        }
        other => panic!("{field}: {other:?}"),
    };
    invalid(0, "title", |json| json["title"] = json!(5));
    invalid(0, "created", |json| json["created"] = json!("yesterday"));
    invalid(0, "entries", |json| json["entries"] = json!([]));
    invalid(2, "id", |json| json["entries"][1]["id"] = json!(""));
    invalid(2, "favorite", |json| json["entries"][1]["favorite"] = json!("yes"));
    invalid(2, "settings", |json| json["entries"][1]["settings"] = json!([]));
    invalid(1, "settings.steps", |json| json["entries"][0]["settings"]["steps"] = json!(1e99));
    invalid(1, "settings.seed", |json| json["entries"][0]["settings"]["seed"] = json!(-1));
    invalid(1, "settings.mode", |json| json["entries"][0]["settings"]["mode"] = json!("upscale"));
    invalid(1, "settings.loras[0].scale", |json| {
        json["entries"][0]["settings"]["loras"] = json!([{ "name": "a", "scale": "much" }]);
    });
    invalid(1, "image.width", |json| {
        json["entries"][0]["image"]["width"] = json!(18_446_744_073_709_551_615_u64);
    });
    assert_eq!(refusal(|json| json["entries"][1]["id"] = json!("first")), at(2, "id", Problem::NotUnique));
}

#[test]
fn numbers_beyond_all_numbers_are_refused() {
    let text = written(&sound()).replacen("\"seed\": 18446744073709551615", "\"seed\": 1e999", 1);
    let error = read_text(&text).unwrap_err();
    assert!(
        matches!(&error, PackError::Syntax { place, .. } if *place == Place::new(1, "settings")),
        "{error}"
    );
}

#[test]
fn nothing_is_there_twice() {
    let text = written(&sound());
    for (before, after, entry, field) in [
        ("\n  \"app\"", "\n  \"app\": \"\", \"app\"", 0, "app"),
        ("\n  \"entries\"", "\n  \"entries\": [], \"entries\"", 0, "entries"),
        ("\n      \"settings\"", "\n      \"id\": \"x\", \"settings\"", 1, "id"),
        ("\n      \"image\"", "\n      \"image\": null, \"image\"", 1, "image"),
        ("\n        \"data\"", "\n        \"data\": \"\", \"data\"", 1, "image.data"),
    ] {
        let error = read_text(&text.replacen(before, after, 1)).unwrap_err();
        match (field, &error) {
            ("entries", PackError::Field { problem: Problem::Invalid(_), .. }) => {}
            _ => assert_eq!(error, at(entry, field, Problem::Twice)),
        }
    }
}

#[test]
fn depth_and_length_have_their_limits() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let with = |value: &str| {
        written(&sound()).replacen("\n  \"app\"", &format!("\n  \"more\": {value},\n  \"app\""), 1)
    };
    assert!(read_text(&with(&deep(32))).is_ok());
    for depth in [33, 100_000] {
        assert_eq!(read_text(&with(&deep(depth))), Err(at(0, "more", Problem::TooDeep)));
    }
    let long = format!("\"{}\"", "x".repeat(1 << 20));
    assert_eq!(read_text(&with(&long)), Err(at(0, "more", Problem::TooLarge("1 MB".to_owned()))));
    let many: String = (0..18).map(|i| format!("\"a{i}\": \"{}\", ", "x".repeat(1_000_000))).collect();
    let text = written(&sound()).replacen("\n  \"app\"", &format!("{many}\n  \"app\""), 1);
    assert_eq!(read_text(&text), Err(at(0, "a16", Problem::TooLarge("16 MB".to_owned()))));
    let entries = refusal(|json| {
        let recipe = json["entries"][1].clone();
        json["entries"] = (0..1001)
            .map(|i| {
                let mut entry = recipe.clone();
                entry["id"] = json!(i.to_string());
                entry
            })
            .collect();
    });
    assert_eq!(entries, at(0, "entries", Problem::TooLarge("1000 entries".to_owned())));
}

/// A file of which only the length is known: were it read, the test would fail.
#[derive(Clone)]
struct Huge;

impl Blob for Huge {
    fn from_bytes(_: &[u8]) -> Result<Self, BlobError> {
        Err(BlobError("not written".to_owned()))
    }

    fn join(_: &[Self], _: &str) -> Result<Self, BlobError> {
        Err(BlobError("not written".to_owned()))
    }

    fn slice(&self, _: u64, _: u64, _: &str) -> Result<Self, BlobError> {
        Err(BlobError("not read".to_owned()))
    }

    fn len_bytes(&self) -> u64 {
        2 << 30
    }

    async fn read(&self, start: u64, end: u64) -> Result<Vec<u8>, BlobError> {
        assert!(end - start <= 12, "only the head is looked at");
        Ok(b"{\"format".to_vec())
    }
}

#[test]
fn two_gigabytes_are_refused_unread() {
    let refused = block_on(read(&Huge, &origin("huge.pack.json"), &mut |_| {}));
    assert_eq!(refused.err(), Some(PackError::TooLarge("1 GB".to_owned())));
}

#[test]
fn every_refusal_is_one_sentence() {
    let errors = [
        PackError::NotAPack,
        PackError::NoSettings,
        PackError::Version("2".to_owned()),
        PackError::TooLarge("1 GB".to_owned()),
        PackError::Zip("it holds a link".to_owned()),
        PackError::File("gone".to_owned()),
        at(3, "image.sha256", Problem::WrongHash),
        at(0, "", Problem::TooDeep),
        PackError::Syntax {
            place: Place::new(2, ""),
            at_byte: 7,
            what: "“,” was expected, not “x”".to_owned(),
        },
    ];
    for error in errors {
        let sentence = error.to_string();
        assert!(sentence.ends_with('.') && !sentence[..sentence.len() - 1].contains(". "), "{sentence}");
        println!("{sentence}");
    }
    let sentence = at(3, "image.sha256", Problem::WrongHash).to_string();
    assert!(sentence.contains("entry 3") && sentence.contains("image.sha256"), "{sentence}");
}
