//! Making a model smaller, and reading what was made.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::{cell::Cell, collections::BTreeMap, path::Path, rc::Rc};

use pollster::block_on;
use weights::{
    DType, DirFolder, Folder, GgufTensor, GgufWriter, MemoryFolder, MemorySource, MetadataValue, Tensors,
    WeightsError, bundled_configs,
    quantize::{Plan, Source, Summary, Target, quantize},
    read_bytes,
};

fn sd1() -> DirFolder {
    DirFolder::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/sd1"))
}

fn open(bytes: Vec<u8>) -> Tensors {
    block_on(Tensors::open(Rc::new(MemorySource::new(bytes)))).unwrap()
}

fn target(name: &str) -> Target {
    name.parse().unwrap()
}

fn run(source: &Source, name: &str) -> Result<(Vec<u8>, Summary), WeightsError> {
    let mut file = Vec::new();
    let summary = block_on(quantize(source, target(name), &mut file, &mut |_, _| {}))?;
    Ok((file, summary))
}

fn values(tensors: &Tensors, name: &str) -> Vec<f32> {
    block_on(tensors.read(name)).unwrap().to_f32().unwrap()
}

/// A safetensors file of f32 tensors.
fn file_of(tensors: &[(&str, &[usize], Vec<f32>)]) -> Vec<u8> {
    let (mut header, mut data) = (Vec::new(), Vec::new());
    for (name, shape, values) in tensors {
        let begin = data.len();
        data.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        header.push(format!(
            r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{begin},{}]}}"#,
            data.len()
        ));
    }
    let header = format!("{{{}}}", header.join(","));
    [(header.len() as u64).to_le_bytes().as_slice(), header.as_bytes(), &data].concat()
}

fn source_of(tensors: &[(&str, &[usize], Vec<f32>)]) -> Source {
    let mut folder = MemoryFolder::default();
    folder.insert("model.safetensors", file_of(tensors));
    folder.insert("config.json", b"{}".as_slice());
    block_on(Source::open(Rc::new(folder))).unwrap()
}

/// Of a whole UNet: how far the weights are from those it was made of, at most, and what they take.
#[test]
fn what_each_type_loses() {
    let source = block_on(Source::open(Rc::new(sd1()))).unwrap();
    let original = &source.parts.iter().find(|part| part.prefix == "unet.").unwrap().tensors;
    let ceilings = [
        ("f16", 0.0),
        ("q8_0", 6e-5),
        ("q6_k", 6e-4),
        ("q5_k", 2e-3),
        ("q5_1", 3e-3),
        ("q5_0", 3e-3),
        ("q4_k", 8e-3),
        ("q4_1", 1e-2),
        ("q4_0", 1.2e-2),
        ("q3_k", 3e-2),
        ("q2_k", 1e-1),
    ];
    let mut sizes = Vec::new();
    for (name, ceiling) in ceilings {
        let (file, summary) = run(&source, name).unwrap();
        assert_eq!(summary.bytes_after, file.len() as u64);
        let unet = open(file).part("unet.");
        assert!(unet.names().eq(original.names()), "{name}");
        let mut worst = (0.0_f64, String::new());
        for tensor in unet.names() {
            assert_eq!(
                unet.get(tensor).unwrap().shape,
                original.get(tensor).unwrap().shape,
                "{name}: {tensor}"
            );
            let loss = measure::nmse(&values(&unet, tensor), &values(original, tensor));
            // Some biases are all zero.
            let Ok(loss) = loss else { continue };
            if loss > worst.0 {
                worst = (loss, format!("{tensor} {}", unet.get(tensor).unwrap().dtype));
            }
        }
        println!(
            "{name}: {:.1e} in {}, {:?}, {} bytes",
            worst.0, worst.1, summary.tensors_by_type, summary.bytes_after
        );
        assert!(worst.0 <= ceiling, "{name}: {:.1e} in {}", worst.0, worst.1);
        assert!(ceiling == 0.0 || worst.0 > ceiling / 100.0, "{name} cannot be that close: {:.1e}", worst.0);
        sizes.push(summary.bytes_after);
    }
    assert!(sizes[0] > sizes[1] && sizes[1] > sizes[6] && sizes[6] > sizes[10], "{sizes:?}");
}

#[test]
fn each_tensor_has_its_place_in_the_policy() {
    let source = block_on(Source::open(Rc::new(sd1()))).unwrap();
    let plan = Plan::new(&source, target("q4_k")).unwrap();
    let dtype = |name: &str| {
        let planned = plan.tensors.iter().find(|planned| planned.output.name == name);
        planned.unwrap_or_else(|| panic!("{name}")).output.dtype.to_string()
    };
    let attention = "mid_block.attentions.0.transformer_blocks.0";
    for (name, expected) in [
        ("unet.conv_in.weight".to_owned(), "F16"),
        ("unet.conv_out.weight".to_owned(), "F16"),
        ("unet.conv_in.bias".to_owned(), "F16"),
        ("unet.time_embedding.linear_1.weight".to_owned(), "F16"),
        ("unet.mid_block.resnets.0.conv1.weight".to_owned(), "Q4_K"),
        (format!("unet.{attention}.attn1.to_q.weight"), "Q4_K"),
        (format!("unet.{attention}.attn1.to_v.weight"), "Q6_K"),
        (format!("unet.{attention}.ff.net.2.weight"), "Q6_K"),
        ("unet.down_blocks.0.resnets.0.conv1.weight".to_owned(), "Q6_K"),
        ("unet.up_blocks.3.resnets.0.conv1.weight".to_owned(), "Q6_K"),
        ("text_encoder.embeddings.token_embedding.weight".to_owned(), "Q8_0"),
        ("text_encoder.embeddings.position_embedding.weight".to_owned(), "F16"),
        ("vae.decoder.mid_block.resnets.0.conv1.weight".to_owned(), "F16"),
    ] {
        assert_eq!(dtype(&name), expected, "{name}");
    }
}

#[test]
fn a_whole_model_brings_its_configurations() {
    let source = block_on(Source::open(Rc::new(sd1()))).unwrap();
    let file = open(run(&source, "q8_0").unwrap().0);
    let text = |key: &str| file.metadata().get(key).unwrap().text().unwrap().to_owned();
    assert_eq!(text("general.architecture"), "sd1");
    assert_eq!(file.metadata().get("general.file_type"), Some(&MetadataValue::Unsigned(7)));
    let configs = bundled_configs(&file).unwrap();
    for path in ["model_index.json", "unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"]
    {
        let bundled = block_on(read_bytes(&configs, path)).unwrap().unwrap();
        assert_eq!(Some(bundled), block_on(read_bytes(&sd1(), path)).unwrap(), "{path}");
    }
    assert!(block_on(configs.open("unet/none.json")).unwrap().is_none());
    for part in &source.parts {
        assert!(file.part(&part.prefix).names().eq(part.tensors.names()), "{}", part.prefix);
    }
    let plain = source_of(&[("a", &[1], vec![1.0])]);
    let plain = open(run(&plain, "q8_0").unwrap().0);
    assert_eq!(plain.names().collect::<Vec<_>>(), ["a"]);
    assert!(bundled_configs(&plain).is_some());
}

#[test]
fn numbers_that_cannot_be_kept_are_named() {
    let with = |at: usize, value: f32| {
        let mut values: Vec<f32> = (0..4 * 256).map(|i| (i as f32).sin()).collect();
        values[at] = value;
        source_of(&[("fine.weight", &[4, 256], vec![0.5; 1024]), ("worse.weight", &[4, 256], values)])
    };
    for name in ["f16", "q8_0", "q4_k", "q2_k", "q5_1"] {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = run(&with(777, value), name).unwrap_err();
            assert_eq!(
                error,
                WeightsError::NotFinite { tensor: "worse.weight".to_owned(), at: 777 },
                "{name}"
            );
        }
        let error = run(&with(3, -1e6), name).unwrap_err();
        assert!(
            matches!(&error, WeightsError::TooLarge { tensor, .. } if tensor == "worse.weight"),
            "{error}"
        );
    }
}

#[test]
fn sizes_that_are_no_whole_blocks_take_smaller_ones() {
    let tensors: [(&str, &[usize], &str); 6] = [
        ("a.weight", &[3, 512], "Q4_K"),
        ("b.weight", &[64, 64, 3, 3], "Q4_K"),
        ("c.weight", &[5, 96], "Q5_0"),
        ("d.weight", &[33, 32, 1, 1], "Q5_0"),
        ("e.weight", &[7, 9], "F16"),
        ("f.weight", &[0, 256], "F16"),
    ];
    let made: Vec<_> = tensors
        .iter()
        .map(|&(name, shape, _)| {
            let len = shape.iter().product::<usize>();
            (name, shape, (0..len).map(|i| (i as f32 * 0.7).sin()).collect())
        })
        .collect();
    let source = source_of(&made);
    let file = open(run(&source, "q4_k").unwrap().0);
    for ((name, shape, expected), (.., original)) in tensors.iter().zip(&made) {
        let info = file.get(name).unwrap();
        assert_eq!((info.dtype.to_string().as_str(), info.shape.as_slice()), (*expected, *shape), "{name}");
        if !original.is_empty() {
            let loss = measure::nmse(&values(&file, name), original).unwrap();
            assert!(loss < 1e-2, "{name}: {loss:.1e}");
        }
        let original_shape = file.metadata().contains_key(&format!("comfy.gguf.orig_shape.{name}"));
        assert_eq!(original_shape, ["b.weight", "d.weight"].contains(name), "{name}");
    }
}

#[test]
fn what_is_packed_already_is_not_packed_into_more() {
    let source = source_of(&[("a.weight", &[4, 512], (0..2048).map(|i| (i as f32).cos()).collect())]);
    let mut folder = MemoryFolder::default();
    folder.insert("model.gguf", run(&source, "q4_0").unwrap().0);
    let packed = block_on(Source::open(Rc::new(folder))).unwrap();
    for (name, expected) in [("q8_0", "Q4_0"), ("f16", "Q4_0"), ("q4_0", "Q4_0"), ("q2_k", "Q2_K")] {
        let file = open(run(&packed, name).unwrap().0);
        assert_eq!(file.get("a.weight").unwrap().dtype.to_string(), expected, "{name}");
        if expected == "Q4_0" {
            assert_eq!(values(&file, "a.weight"), values(&packed.parts[0].tensors, "a.weight"), "{name}");
        }
    }
}

#[test]
fn int8_rows_are_scaled_and_progress_is_told() {
    let builtin = DirFolder::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../public/models/builtin"));
    let source = block_on(Source::open(Rc::new(builtin))).unwrap();
    let (calls, mut file) = (Cell::new(0), Vec::new());
    let mut progress = |done: usize, all: usize| {
        assert!(done == calls.get() && done < all);
        calls.set(done + 1);
    };
    let summary = block_on(quantize(&source, target("f16"), &mut file, &mut progress)).unwrap();
    let file = open(file);
    assert_eq!(calls.get(), file.names().count());
    assert_eq!(summary.tensors_by_type.values().sum::<usize>(), calls.get());
    for part in &source.parts {
        for name in file.part(&part.prefix).names() {
            let (got, expected) = (values(&file.part(&part.prefix), name), values(&part.tensors, name));
            // Halves of what was eight bits times a factor.
            let worst =
                got.iter().zip(&expected).map(|(a, b)| (a - b).abs() - b.abs() * 5e-4).fold(0.0, f32::max);
            assert!(worst < 1e-7, "{name}: {worst:.1e}");
        }
    }
}

#[test]
fn the_writer_keeps_to_what_was_announced() {
    let tensor = |name: &str, dtype| GgufTensor { name: name.to_owned(), shape: vec![2, 3], dtype };
    let announced = [tensor("a", DType::F32), tensor("b", DType::F16)];
    let metadata = BTreeMap::from([
        ("one".to_owned(), MetadataValue::Unsigned(1 << 40)),
        ("two".to_owned(), MetadataValue::List(vec![MetadataValue::Text("x".to_owned())])),
        ("three".to_owned(), MetadataValue::Real(0.25)),
        ("four".to_owned(), MetadataValue::Signed(-1)),
        ("five".to_owned(), MetadataValue::Flag(true)),
    ]);
    let mut file = Vec::new();
    block_on(async {
        let mut writer = GgufWriter::start(&mut file, &metadata, &announced).await.unwrap();
        assert!(writer.append("b", &[0; 12]).await.is_err(), "b before a");
        writer.append("a", &[1; 10]).await.unwrap();
        assert!(writer.append("a", &[1; 15]).await.is_err(), "too much");
        writer.append("a", &[2; 14]).await.unwrap();
        writer.append("b", &[3; 12]).await.unwrap();
        assert!(writer.append("b", &[]).await.is_err(), "after the end");
        writer.finish().unwrap();
    });
    let file = open(file);
    assert_eq!(file.metadata(), &metadata);
    assert_eq!(block_on(file.read("b")).unwrap().bytes, [3; 12]);

    let mut file = Vec::new();
    let writer = block_on(GgufWriter::start(&mut file, &metadata, &announced)).unwrap();
    assert!(writer.finish().is_err(), "nothing came");
    let odd = [tensor("a", DType::Block(blocks::BlockType::Q4_0))];
    assert!(
        block_on(GgufWriter::start(&mut Vec::new(), &metadata, &odd)).is_err(),
        "six values in blocks of 32"
    );
    let elided = BTreeMap::from([("long".to_owned(), MetadataValue::Elided { length: 9 })]);
    assert!(block_on(GgufWriter::start(&mut Vec::new(), &elided, &[])).is_err(), "not kept, so not written");
}
