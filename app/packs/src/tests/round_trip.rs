//! What is written is read again, whoever has had the file in between.

use serde_json::{Value, json};

use super::*;

#[test]
fn a_pack_comes_back_to_the_byte() {
    let pack = sound();
    let text = written(&pack);
    assert_eq!(read_text(&text).unwrap(), pack);
    assert_eq!(written(&read_text(&text).unwrap()), text);
}

#[test]
fn the_database_keeps_all_but_the_pictures() {
    let pack = sound().pack;
    let json = serde_json::to_string(&pack).unwrap();
    assert!(!json.contains("\"data\""));
    assert_eq!(serde_json::from_str::<Pack>(&json).unwrap(), pack);
}

#[test]
fn settings_lose_no_bit() {
    let entry = sound().pack.entries.remove(0);
    assert_eq!(entry.settings(1).unwrap(), settings());
    let read = read_text(&written(&sound())).unwrap().pack.entries.remove(0);
    assert_eq!(read.settings(1).unwrap(), settings());
}

/// Adds a field to every object of a pack.
fn extended() -> Value {
    let mut json: Value = serde_json::from_str(&written(&sound())).unwrap();
    let extra = json!({ "deep": [1, { "is": null }], "huge": 1e300, "text": "日本\u{0}" });
    json["future"] = extra.clone();
    json["entries"][0]["future"] = extra.clone();
    json["entries"][0]["settings"]["future"] = extra.clone();
    json["entries"][0]["image"]["future"] = extra.clone();
    json["entries"][0]["mask"]["future"] = extra;
    json
}

#[test]
fn unknown_fields_survive() {
    let json = extended();
    let again: Value = serde_json::from_str(&written(&read_text(&json.to_string()).unwrap())).unwrap();
    assert_eq!(again, json);
}

/// `serde_json` sorts fields by name: `entries` comes before `format`, and `data` before `sha256`.
#[test]
fn fields_stand_in_any_order() {
    let text = serde_json::to_string(&extended()).unwrap();
    assert!(text.find("\"entries\"") < text.find("\"format\""));
    assert_eq!(read_text(&text).unwrap().pictures, sound().pictures);
}

#[test]
fn white_space_a_mark_and_escapes_make_no_difference() {
    let text = written(&sound());
    for other in [
        format!("\u{feff}{text}"),
        format!(" \r\n\t{text}\n\n"),
        text.replace('/', "\\/"),
        text.replace("\"image\"", "\"im\\u0061ge\""),
        text.replace("\"format\":", "\t\"format\"\n :"),
    ] {
        assert_eq!(read_text(&other).unwrap_or_else(|error| panic!("{error}: {other}")), sound());
    }
}

#[test]
fn a_null_picture_is_none() {
    let mut json: Value = serde_json::from_str(&written(&sound())).unwrap();
    json["entries"][0]["mask"] = Value::Null;
    let read = read_text(&json.to_string()).unwrap();
    assert_eq!((read.pack.entries[0].mask.as_ref(), read.pictures.len()), (None, 3));
}

/// Whatever the pieces that a file comes in, and wherever they end in a group of base64.
#[test]
fn pictures_of_every_length_survive() {
    for length in (0..70).chain([786_431, 786_432, 786_433, 1_048_575, 1_048_577, 2_500_000]) {
        // What stands after a PNG's end is nobody's business.
        let mut bytes = png(5, 3, 1).bytes().to_vec();
        bytes.extend((0..length).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8));
        let picture = blob(&bytes);
        let mut pack = sound();
        pack.pack.entries[0].image = Some(block_on(PictureInfo::of(&picture, 1, Role::Image)).unwrap());
        pack.pictures[0].1 = picture;
        assert_eq!(read_text(&written(&pack)).unwrap(), pack, "{length} bytes more");
    }
}

#[test]
fn both_tell_how_far_they_are() {
    let (mut read_bytes, mut written_bytes) = (0, 0);
    let file = block_on(write_pack(&sound(), &mut |bytes| written_bytes = bytes)).unwrap();
    block_on(read(&file, &origin("file"), &mut |bytes| read_bytes = bytes)).unwrap();
    assert_eq!(written_bytes, sound().pictures.iter().map(|(_, picture)| picture.len_bytes()).sum::<u64>());
    assert!(read_bytes > written_bytes && read_bytes <= file.len_bytes());
}

#[test]
fn a_picture_that_changed_is_not_written() {
    let mut pack = sound();
    pack.pictures[1].1 = png(4, 4, 9);
    let refused = block_on(write_pack(&pack, &mut |_| {})).unwrap_err();
    let place = Place::new(1, "source.sha256");
    assert_eq!(refused, PackError::Field { place, problem: Problem::WrongHash });
    pack.pictures.remove(1);
    let refused = block_on(write_pack(&pack, &mut |_| {})).unwrap_err();
    assert_eq!(refused, PackError::Field { place: Place::new(1, "source"), problem: Problem::Missing });
}

/// The schema that is published names exactly the fields that are written, and requires those that are needed.
#[test]
fn the_schema_is_that_of_the_files() {
    let schema: Value = serde_json::from_str(include_str!("../../../../public/pack.schema.json")).unwrap();
    assert_eq!(schema["properties"]["format"]["const"], FORMAT);
    assert_eq!(schema["properties"]["version"]["const"], VERSION);
    let mut loaded = sound();
    loaded.pack.notes = "Two kinds.".to_owned();
    let file: Value = serde_json::from_str(&written(&loaded)).unwrap();
    let names = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let entry = &schema["$defs"]["entry"];
    assert_eq!(names(&file), names(&schema["properties"]));
    assert_eq!(names(&file["entries"][0]), names(&entry["properties"]));
    assert_eq!(names(&file["entries"][0]["image"]), names(&schema["$defs"]["picture"]["properties"]));
    let known = names(&schema["$defs"]["settings"]["properties"]);
    for name in names(&file["entries"][0]["settings"]) {
        assert!(known.contains(&name), "the schema does not know settings.{name}");
    }
    let parts = [
        (vec![], &schema["required"]),
        (vec!["entries", "0"], &entry["required"]),
        (vec!["entries", "0", "image"], &schema["$defs"]["picture"]["required"]),
        (vec!["entries", "0", "settings"], &schema["$defs"]["settings"]["required"]),
    ];
    for (path, required) in parts {
        let pointer: String = path.iter().map(|part| format!("/{part}")).collect();
        for name in names(file.pointer(&pointer).unwrap()) {
            let mut without = file.clone();
            without.pointer_mut(&pointer).unwrap().as_object_mut().unwrap().remove(&name);
            let needed = required.as_array().unwrap().iter().any(|of| *of == name);
            assert_eq!(read_text(&without.to_string()).is_err(), needed, "{pointer}/{name}");
        }
    }
}
