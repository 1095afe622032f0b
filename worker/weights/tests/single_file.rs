//! A checkpoint in one file is the same model as the folder that it was made from.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::{collections::BTreeMap, rc::Rc};

use pollster::block_on;
use serde_json::{Value, json};
use support::{file, golden, single};
use weights::{
    Checkpoint, DirFolder, Family, MemoryFolder, MemorySource, OverlayFolder, Part, RawTensor, Survey,
    Tensors, WeightsError, read_json,
};

type File = BTreeMap<String, RawTensor>;

fn open(files: &[(&str, Vec<u8>)]) -> Result<Checkpoint, WeightsError> {
    let mut folder = MemoryFolder::default();
    for (path, bytes) in files {
        folder.insert(*path, bytes.clone());
    }
    block_on(Checkpoint::open(Rc::new(folder)))
}

fn open_single(tensors: &File) -> Result<Checkpoint, WeightsError> {
    open(&[("checkpoint.safetensors", file(tensors, &[]))])
}

fn config(checkpoint: &Checkpoint, path: &str) -> Value {
    block_on(read_json(checkpoint.configs(), path)).unwrap().unwrap()
}

/// Fails unless a part has the folder's tensors, to the byte, and no others.
fn assert_part(checkpoint: &Checkpoint, part: &str) {
    let folder = block_on(Checkpoint::open(Rc::new(DirFolder::new(golden().join("sd1"))))).unwrap();
    let expected = block_on(folder.tensors(part)).unwrap();
    let got = block_on(checkpoint.tensors(part)).unwrap();
    assert_eq!(got.names().collect::<Vec<_>>(), expected.names().collect::<Vec<_>>());
    for name in expected.names() {
        assert_eq!(block_on(got.read(name)), block_on(expected.read(name)), "{part}: {name}");
    }
}

#[test]
fn every_tensor_is_the_folders() {
    let checkpoint = open_single(&single()).unwrap();
    for part in ["unet", "vae", "text_encoder"] {
        assert_part(&checkpoint, part);
    }
}

#[test]
fn configurations_say_what_the_folders_say() {
    let checkpoint = open_single(&single()).unwrap();
    let folder = DirFolder::new(golden().join("sd1"));
    for (path, trained_at) in [
        ("unet/config.json", Some("sample_size")),
        ("vae/config.json", None),
        ("text_encoder/config.json", None),
        ("scheduler/scheduler_config.json", None),
        ("model_index.json", None),
    ] {
        let got = config(&checkpoint, path);
        let expected: Value = block_on(read_json(&folder, path)).unwrap().unwrap();
        for (field, value) in got.as_object().unwrap() {
            // The size that it was trained at leaves no trace.
            if Some(field.as_str()) != trained_at {
                assert_eq!(value, &expected[field], "{path}: {field}");
            }
        }
    }
}

#[test]
fn other_names_of_the_same_tensors() {
    let renamed = |rename: &dyn Fn(&str) -> String| -> File {
        single().into_iter().map(|(name, tensor)| (rename(&name), tensor)).collect()
    };
    let without_text_model = renamed(&|name| name.replace("transformer.text_model.", "transformer."));
    assert_part(&open_single(&without_text_model).unwrap(), "text_encoder");

    let folder = DirFolder::new(golden().join("sd1"));
    let mut prefixed = File::new();
    for (part, stem) in [("unet", "unet/diffusion_pytorch_model"), ("vae", "vae/diffusion_pytorch_model")] {
        let tensors = block_on(Tensors::open_in(&folder, stem)).unwrap();
        let read = |name: &str| (format!("{part}.{name}"), block_on(tensors.read(name)).unwrap());
        prefixed.extend(tensors.names().map(read));
    }
    prefixed.extend(single().into_iter().filter(|(name, _)| name.starts_with("cond_stage_model.")));
    let checkpoint = open_single(&prefixed).unwrap();
    for part in ["unet", "vae", "text_encoder"] {
        assert_part(&checkpoint, part);
    }
}

#[test]
fn copies_and_marks_are_ignored_or_believed() {
    let mut tensors = single();
    let mark = tensors["betas"].clone();
    tensors.insert("model_ema.decay".to_owned(), mark.clone());
    tensors.insert("model_ema.diffusion_modelinput_blocks00weight".to_owned(), mark.clone());
    let schedule = |tensors: &File, metadata: &[(&str, &str)]| {
        let checkpoint = open(&[("checkpoint.safetensors", file(tensors, metadata))]).unwrap();
        let config = config(&checkpoint, "scheduler/scheduler_config.json");
        (
            config["prediction_type"].as_str().unwrap().to_owned(),
            config["rescale_betas_zero_snr"] == json!(true),
        )
    };
    assert_eq!(schedule(&tensors, &[]), ("epsilon".to_owned(), false));
    let stated = [("modelspec.prediction_type", "v")];
    assert_eq!(schedule(&tensors, &stated), ("v_prediction".to_owned(), false));
    tensors.insert("v_pred".to_owned(), mark.clone());
    tensors.insert("ztsnr".to_owned(), mark);
    assert_eq!(schedule(&tensors, &[]), ("v_prediction".to_owned(), true));
}

#[test]
fn checkpoint_json_and_metadata_decide() {
    let stated = br#"{"unet/config.json": {"attention_head_dim": 4},
        "scheduler/scheduler_config.json": {"prediction_type": "v_prediction"}}"#;
    let tensors = file(&single(), &[("palimpsest.config.vae/config.json", r#"{"scaling_factor": 0.5}"#)]);
    let checkpoint =
        open(&[("checkpoint.safetensors", tensors), ("checkpoint.json", stated.to_vec())]).unwrap();
    assert_eq!(config(&checkpoint, "unet/config.json")["attention_head_dim"], 4);
    assert_eq!(config(&checkpoint, "unet/config.json")["layers_per_block"], 2);
    assert_eq!(config(&checkpoint, "scheduler/scheduler_config.json")["prediction_type"], "v_prediction");
    assert_eq!(config(&checkpoint, "vae/config.json"), json!({"scaling_factor": 0.5}));
}

#[test]
fn one_part_comes_from_another_file() {
    let bare: File = single()
        .into_iter()
        .filter_map(|(name, tensor)| {
            let bare = name.strip_prefix("model.diffusion_model.")?.to_owned();
            // Something that tells the two apart.
            let bytes = if bare == "out.2.bias" { vec![0; tensor.bytes.len()] } else { tensor.bytes.clone() };
            Some((bare, RawTensor { bytes, ..tensor }))
        })
        .collect();
    let base: Rc<dyn weights::Folder> = Rc::new(DirFolder::new(golden().join("sd2")));
    for (base, part) in
        [(Rc::new(DirFolder::new(golden().join("sd1"))) as Rc<dyn weights::Folder>, "sd1"), (base, "sd2")]
    {
        let mut folder = OverlayFolder::new(Some(base));
        folder.insert_bytes("unet.safetensors", file(&bare, &[]));
        let checkpoint = block_on(Checkpoint::open(Rc::new(folder))).unwrap();
        let unet = block_on(checkpoint.tensors("unet")).unwrap();
        assert!(block_on(unet.read("conv_out.bias")).unwrap().bytes.iter().all(|&byte| byte == 0));
        let config = config(&checkpoint, "unet/config.json");
        assert_eq!(config["block_out_channels"], json!([32, 32, 64, 64]), "{part}");
        assert_eq!(config["sample_size"], if part == "sd1" { 16 } else { 64 });
        assert!(block_on(checkpoint.tensors("vae")).is_ok());
    }
}

#[test]
fn a_part_of_the_same_widths_keeps_what_shapes_do_not_tell() {
    let base: Rc<dyn weights::Folder> = Rc::new(DirFolder::new(golden().join("sd1")));
    let mut settings: Value = block_on(weights::require_json(base.as_ref(), "unet/config.json")).unwrap();
    settings["norm_num_groups"] = json!(16);
    settings["time_cond_proj_dim"] = json!(32);
    let mut folder = OverlayFolder::new(Some(base));
    folder.insert_bytes("unet/config.json", settings.to_string().into_bytes());
    let unet = single()
        .into_iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix("model.diffusion_model.")?.to_owned(), tensor)));
    folder.insert_bytes("unet.safetensors", file(&unet.collect(), &[]));
    let checkpoint = block_on(Checkpoint::open(Rc::new(folder))).unwrap();
    let config = config(&checkpoint, "unet/config.json");
    assert_eq!(config["norm_num_groups"], 16);
    assert_eq!(config["time_cond_proj_dim"], Value::Null, "the tensors say that it takes no guidance");
}

#[test]
fn a_unet_that_takes_the_guidance_scale_is_a_consistency_model() {
    let mut tensors = single();
    let name = "model.diffusion_model.time_embed.cond_proj.weight";
    let bias = tensors["model.diffusion_model.out.2.bias"].clone();
    let bytes = vec![0; bias.bytes.len() / bias.shape[0] * 32 * 16];
    let weight = RawTensor { name: name.to_owned(), shape: vec![32, 16], bytes, ..bias };
    tensors.insert(name.to_owned(), weight);
    let checkpoint = open_single(&tensors).unwrap();
    assert_eq!(config(&checkpoint, "unet/config.json")["time_cond_proj_dim"], 16);
    assert_eq!(config(&checkpoint, "scheduler/scheduler_config.json")["_class_name"], "LCMScheduler");
    let manifest = config(&checkpoint, "model_index.json");
    assert_eq!(manifest["_class_name"], "LatentConsistencyModelPipeline");
    let unet = block_on(checkpoint.tensors("unet")).unwrap();
    assert!(unet.get("time_embedding.cond_proj.weight").is_some());
}

#[test]
fn what_is_missing_is_named() {
    let mut tensors = single();
    tensors.remove("model.diffusion_model.input_blocks.4.0.in_layers.0.weight");
    tensors.remove("model.diffusion_model.output_blocks.3.1.norm.bias");
    let error = open_single(&tensors).err().unwrap();
    assert_eq!(
        error.to_string(),
        "checkpoint.safetensors: its unet has no tensor down_blocks.1.resnets.0.norm1.weight, and 1 more are missing"
    );
    let no_vae: File =
        single().into_iter().filter(|(name, _)| !name.starts_with("first_stage_model.")).collect();
    let error = open_single(&no_vae).err().unwrap();
    assert!(matches!(error, WeightsError::MissingPart { part: "vae", .. }), "{error}");

    let vae: File = single()
        .into_iter()
        .filter_map(|(name, tensor)| Some((name.strip_prefix("first_stage_model.")?.to_owned(), tensor)))
        .collect();
    let error = open_single(&vae).err().unwrap();
    assert!(matches!(error, WeightsError::OtherFamily { family: Family::Vae, .. }), "{error}");
    let whole = [("checkpoint.safetensors", file(&no_vae, &[])), ("vae.safetensors", file(&vae, &[]))];
    assert_part(&open(&whole).unwrap(), "vae");
}

#[test]
fn every_tensor_can_be_lost_without_a_panic() {
    let source = Rc::new(MemorySource::new(file(&single(), &[])));
    let tensors = block_on(Tensors::open(source)).unwrap();
    let names: Vec<String> = tensors.names().map(str::to_owned).collect();
    for lost in &names {
        let kept = names.iter().filter(|name| *name != lost);
        let views = kept.map(|name| (name.clone(), weights::View::of(name))).collect();
        let survey = Survey::of(&tensors.with_views(&views).unwrap());
        let faults = survey.parts.values().any(|part| !part.missing.is_empty() || part.odd.is_some());
        let is_spare = !["model.diffusion_model.", "first_stage_model.", "cond_stage_model."]
            .iter()
            .any(|prefix| lost.starts_with(prefix))
            || lost.ends_with("position_ids");
        assert_eq!(faults, !is_spare, "without {lost}");
        assert!(survey.parts.contains_key(&Part::Unet));
    }
}
