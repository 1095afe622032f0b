use super::*;

fn id(name: &str) -> LoraId {
    LoraId(format!("lora:{name}"))
}

fn info(name: &str, hash: &str) -> LoraInfo {
    LoraInfo { id: id(name), name: name.to_owned(), hash: hash.to_owned(), bytes: 1 }
}

fn form(name: &str, scale: f64, on: bool) -> FormLora {
    FormLora { id: id(name), scale, on }
}

fn recorded(name: &str, hash: &str, scale: f64) -> UsedLora {
    UsedLora { name: name.to_owned(), hash: hash.to_owned(), scale }
}

#[test]
fn only_what_is_on_and_does_something_is_asked_for() {
    let asked = choices(&[form("a", 0.5, true), form("b", 0.5, false), form("c", 0.0, true)]);
    assert_eq!(asked, [LoraChoice { id: id("a"), scale: 0.5 }]);
}

#[test]
fn a_record_names_what_was_asked_for() {
    let asked = choices(&[form("a", 0.5, true), form("b", 1.0, true)]);
    let told = used(&asked, &[info("a", "00")]);
    assert_eq!(told, [recorded("a", "00", 0.5), recorded("lora:b", "", 1.0)]);
}

#[test]
fn settings_are_taken_over_whole() {
    let stored = [info("a", "00"), info("renamed", "11"), info("c", "22")];
    let record = [recorded("a", "", 0.25), recorded("b", "11", -1.5), recorded("gone", "33", 1.0)];
    let (now, missing) = reused(&[form("c", 0.5, true), form("a", 1.0, false)], &record, &stored);
    assert_eq!(now, [form("c", 0.5, false), form("a", 0.25, true), form("renamed", -1.5, true)]);
    assert_eq!(missing, ["gone"]);
}

#[test]
fn a_hash_says_more_than_a_name() {
    let stored = [info("a", "00"), info("b", "11")];
    let (now, _) = reused(&[], &[recorded("a", "11", 0.5)], &stored);
    assert_eq!(now, [form("b", 0.5, true)]);
}

#[test]
fn missing_loras_are_named() {
    assert_eq!(missing_sentence(&[]), None);
    let sentence = |names: &[&str]| {
        missing_sentence(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap()
    };
    assert_eq!(sentence(&["a"]), "The LoRA “a” is not here; import it to use it.");
    assert_eq!(sentence(&["a", "b"]), "The LoRAs “a”, “b” are not here; import them to use them.");
}
