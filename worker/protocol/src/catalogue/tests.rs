use serde_json::json;

use super::*;
use crate::{decode, encode};

/// The catalogue that is shipped.
const SHIPPED: &str = include_str!("../../../../public/models.json");

fn small() -> Value {
    json!({
        "format": "palimpsest-catalogue",
        "version": 1,
        "hosts": ["https://example.org", "https://*.example.net"],
        "models": [{
            "id": "a-model",
            "name": "A model",
            "family": "Stable Diffusion 1",
            "role": "fast",
            "about": "It draws.",
            "licence": { "name": "MIT", "url": "https://example.org/licence" },
            "files": [{ "path": "checkpoint.gguf", "url": "https://cdn.example.net/a.gguf", "bytes": 9 }],
            "profile": {
                "native_px": 512, "max_px": 768, "steps": 4, "guidance": 1.0, "sampler": "lcm",
                "strength_rule": "all-steps"
            },
            "settings": { "scheduler/scheduler_config.json": { "timestep_spacing": "trailing" } },
            "tips": ["Say what it should look like."]
        }]
    })
}

/// Reads the small catalogue with one value changed.
fn with(pointer: &str, value: Value) -> Result<Catalogue, CatalogueError> {
    let mut catalogue = small();
    *catalogue.pointer_mut(pointer).unwrap() = value;
    Catalogue::parse(&catalogue.to_string())
}

#[test]
fn an_entry_is_read_whole() {
    let catalogue = Catalogue::parse(&small().to_string()).unwrap();
    let entry = catalogue.entry(&ModelId("a-model".to_owned())).unwrap();
    assert_eq!((entry.model.role, entry.model.total_bytes()), (Some(Role::Fast), 9));
    assert_eq!(entry.model.profile.as_ref().map(|profile| profile.sampler), Some(SamplerKind::Lcm));
    assert_eq!(entry.settings["scheduler/scheduler_config.json"]["timestep_spacing"], "trailing");
    assert_eq!(entry.model.files[0].sha256, None);
}

#[test]
fn a_model_survives_the_trip_to_the_page() {
    let catalogue = Catalogue::parse(&small().to_string()).unwrap();
    let sent = &catalogue.models[0].model;
    assert_eq!(decode::<CatalogueModel>(&encode(sent)).as_ref(), Ok(sent));
}

#[test]
fn files_beside_the_page_need_no_host() {
    with("/models/0/files/0/url", json!("models/a.gguf")).unwrap();
    with("/models/0/files/0/url", json!("https://example.org/a.gguf")).unwrap();
}

#[test]
fn what_makes_no_sense_is_refused_by_name() {
    for (pointer, value, said) in [
        ("/models/0/id", json!("A model"), "small letters"),
        ("/models/0/id", json!("builtin"), "has files"),
        ("/models/0/files", json!([]), "has files"),
        ("/models/0/files/0/path", json!("../x.gguf"), "only names"),
        ("/models/0/files/0/path", json!("/x.gguf"), "only names"),
        ("/models/0/files/0/bytes", json!(0), "no length"),
        ("/models/0/files/0/url", json!("http://example.org/a"), "neither"),
        ("/models/0/files/0/url", json!("//example.org/a"), "neither"),
        ("/models/0/files/0/url", json!("javascript:alert(1)"), "neither"),
        ("/models/0/files/0/url", json!("https://elsewhere.org/a"), "not among the hosts"),
        ("/models/0/files/0/url", json!("https://example.net/a"), "not among the hosts"),
        ("/models/0/files/0/url", json!("https://evilexample.net/a"), "not among the hosts"),
        ("/models/0/files/0/url", json!("https://user@example.org/a"), "no host"),
        ("/models/0/profile/steps", json!(0), "profile"),
        ("/models/0/profile/max_px", json!(256), "largest side"),
    ] {
        let error = with(pointer, value.clone()).expect_err(&format!("{pointer} {value}")).to_string();
        assert!(error.contains(said), "{pointer} {value}: {error}");
    }
    let mut hashed = small();
    hashed["models"][0]["files"][0]["sha256"] = json!("00ff");
    assert!(Catalogue::parse(&hashed.to_string()).unwrap_err().to_string().contains("64 digits"));
    let mut twice = small();
    let entry = twice["models"][0].clone();
    twice["models"].as_array_mut().unwrap().push(entry);
    assert!(Catalogue::parse(&twice.to_string()).unwrap_err().to_string().contains("twice"));
}

#[test]
fn another_version_is_told_from_a_broken_file() {
    assert_eq!(with("/version", json!(2)), Err(CatalogueError::Version { version: 2 }));
    assert!(matches!(with("/format", json!("pack")), Err(CatalogueError::Unreadable { .. })));
    assert!(matches!(Catalogue::parse("<!doctype html>"), Err(CatalogueError::Unreadable { .. })));
}

#[test]
fn the_shipped_catalogue_is_sound() {
    let catalogue = Catalogue::parse(SHIPPED).unwrap();
    assert_eq!(catalogue.models[0].model.id, ModelId::builtin());
    let downloads = || catalogue.models.iter().filter(|entry| !entry.model.files.is_empty());
    assert!(downloads().count() >= 3);
    for entry in downloads() {
        let model = &entry.model;
        assert!(model.files.iter().all(|file| file.sha256.is_some()), "{} can be damaged", model.name);
        assert!(!model.tips.is_empty() && model.licence.url.starts_with("https://"), "{}", model.name);
    }
    for role in [Role::Fast, Role::Balanced, Role::Best, Role::Style] {
        let filled = catalogue.models.iter().any(|entry| entry.model.role == Some(role));
        assert!(filled, "no model is the choice for {role:?}");
    }
}
