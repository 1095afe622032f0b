//! The tiny autoencoder with one thing wrong in its files: a typed error that names the tensor, and never a panic.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use kernels::Device;
use models::{ModelError, Taesd, layout};
use pollster::block_on;
use support::{Golden, assert_close, golden_root};
use weights::{DirFolder, WeightsError};

const LIMIT: f64 = 1e-9;
/// One tensor of bfloat16 has fewer digits than the golden's.
const BF16_LIMIT: f64 = 1e-5;

fn open(device: &Device, name: &str) -> Result<Taesd, ModelError> {
    block_on(Taesd::open(device, &DirFolder::new(golden_root().join("taesd")), name))
}

fn failure(name: &str) -> ModelError {
    match open(&Device::cpu(), name) {
        Ok(_) => panic!("{name} opens"),
        Err(error) => error,
    }
}

#[test]
fn sound_files_of_any_float_type_are_the_golden() {
    let device = Device::cpu();
    let golden = Golden::read_file("taesd/sound/golden/taesd.safetensors");
    for (name, limit) in
        [("sound", LIMIT), ("f32", LIMIT), ("extra_tensor", LIMIT), ("bf16_mixed", BF16_LIMIT)]
    {
        let model = open(&device, name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let upload = |tensor: &str| {
            let (shape, values) = golden.floats(tensor);
            layout::upload(&device, shape.try_into().unwrap(), &values).unwrap()
        };
        let latents = block_on(model.encode(&upload("image"))).unwrap();
        let (_, got) = block_on(layout::download(&latents)).unwrap();
        assert_close(&format!("{name} latents"), &got, &golden.floats("latents").1, limit);
        let decoded = block_on(model.decode(&upload("latent"))).unwrap();
        let (_, got) = block_on(layout::download(&decoded)).unwrap();
        assert_close(&format!("{name} decoded"), &got, &golden.floats("decoded").1, limit);
    }
}

#[test]
fn a_lost_tensor_is_named() {
    let error = failure("missing_tensor");
    assert!(
        matches!(&error, ModelError::Weights(WeightsError::MissingTensor { tensor, .. }) if tensor == "decoder.layers.0.weight"),
        "{error}"
    );
}

#[test]
fn a_wrong_shape_is_named_with_the_right_one() {
    const FIRST: &str = "decoder.layers.0.weight";
    let wanted: &[usize] = &[16, 4, 3, 3];
    let cases: [(&str, &str, &[usize], &[usize]); 4] = [
        ("wrong_shape", FIRST, wanted, &[16, 3, 3, 3]),
        ("transposed", FIRST, wanted, &[4, 16, 3, 3]),
        ("flattened", FIRST, wanted, &[576]),
        // Here the configuration is wrong, and the first tensor that is read is named.
        ("config_mismatch", "encoder.layers.0.bias", &[32], &[16]),
    ];
    for (name, tensor, expected, got) in cases {
        let error = failure(name);
        assert!(
            matches!(&error, ModelError::WrongShape { tensor: t, expected: e, got: g } if (t.as_str(), e.as_slice(), g.as_slice()) == (tensor, expected, got)),
            "{name}: {error}"
        );
    }
}

#[test]
fn numbers_that_are_none_are_named() {
    for name in ["nan", "inf"] {
        let error = failure(name);
        assert!(
            matches!(&error, ModelError::NotFinite { tensor } if tensor == "encoder.layers.1.conv.0.weight"),
            "{name}: {error}"
        );
    }
    let error = failure("integer_weights");
    assert!(
        matches!(&error, ModelError::Weights(WeightsError::NotWeights { tensor, .. }) if tensor == "decoder.layers.0.weight"),
        "{error}"
    );
}

#[test]
fn lost_files_are_named() {
    let error = failure("config_not_json");
    assert!(
        matches!(&error, ModelError::Weights(WeightsError::BadJson { file, .. }) if file == "config_not_json/config.json"),
        "{error}"
    );
    let error = failure("lost_shard");
    assert!(
        matches!(&error, ModelError::Weights(WeightsError::MissingFile { file }) if file.ends_with("00002-of-00002.safetensors")),
        "{error}"
    );
}
