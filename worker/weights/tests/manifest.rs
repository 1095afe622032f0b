//! `model_index.json` as diffusers writes it, with and without this application's own entry.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use pollster::block_on;
use weights::{Manifest, MemoryFolder, WeightsError};

fn read(json: &str) -> Result<Manifest, WeightsError> {
    let mut folder = MemoryFolder::default();
    folder.insert("model_index.json", json.as_bytes());
    block_on(Manifest::read(&folder))
}

#[test]
fn a_published_manifest_lists_its_parts() {
    let manifest = read(
        r#"{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.42.1",
            "requires_safety_checker": false, "safety_checker": [null, null],
            "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}"#,
    )
    .unwrap();
    assert_eq!(manifest.class_name.as_deref(), Some("StableDiffusionPipeline"));
    assert_eq!(manifest.component("unet").unwrap().class, "UNet2DConditionModel");
    assert!(manifest.component("safety_checker").is_none());
    assert!(manifest.profile.is_none());
}

#[test]
fn the_profile_is_read_and_may_be_partial() {
    let manifest =
        read(r#"{"palimpsest": {"name": "Small", "native_size": 128, "strength_rule": "all-steps"}}"#);
    let profile = manifest.unwrap().profile.unwrap();
    assert_eq!(profile.name.as_deref(), Some("Small"));
    assert_eq!(profile.native_size, Some(128));
    assert_eq!(profile.strength_rule.as_deref(), Some("all-steps"));
    assert_eq!(profile.default_steps, None);
}

#[test]
fn a_manifest_that_is_missing_or_wrong_is_named() {
    let missing = block_on(Manifest::read(&MemoryFolder::default())).unwrap_err();
    assert_eq!(missing, WeightsError::MissingFile { file: "model_index.json".to_owned() });
    for json in ["", "[]", "{", r#"{"palimpsest": {"native_size": "big"}}"#] {
        assert!(matches!(read(json), Err(WeightsError::BadJson { .. })), "{json}");
    }
}
