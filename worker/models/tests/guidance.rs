//! A UNet that takes the guidance scale as an input.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use kernels::Device;
use models::{Taps, UNet, layout};
use pollster::block_on;
use safetensors::SafeTensors;
use support::{Golden, assert_close, checkpoint, checkpoint_with, golden_root, json_with, weights_with};

const CONFIG: &str = "unet/config.json";
const WEIGHTS: &str = "unet/diffusion_pytorch_model.safetensors";
/// Width of the sinusoids; odd, so that the last one is padding.
const DIM: usize = 19;

/// The weight that a latent consistency model has beside those of Stable Diffusion: `[channels, DIM]`.
fn cond_proj(channels: usize) -> Vec<f32> {
    (0..channels * DIM).map(|i| ((i * i) as f32 * 0.37).sin() * 0.3).collect()
}

/// diffusers' `get_guidance_scale_embedding` of `scale - 1`.
fn embedding(scale: f64) -> Vec<f64> {
    let half = DIM / 2;
    let angle = |i: usize| (scale - 1.0) * 1000.0 / 10_000_f64.powf(i as f64 / (half - 1) as f64);
    let waves = (0..half).map(|i| angle(i).sin()).chain((0..half).map(|i| angle(i).cos()));
    waves.chain([0.0]).collect()
}

fn floats(bytes: &[u8], name: &str) -> (Vec<usize>, Vec<f64>) {
    let file = SafeTensors::deserialize(bytes).unwrap();
    let tensor = file.tensor(name).unwrap();
    let widen = |bits: u16| {
        let (exponent, fraction) = (i32::from((bits >> 10) & 31), f64::from(bits & 1023) / 1024.0);
        let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
        sign * if exponent == 0 {
            fraction * 2_f64.powi(-14)
        } else {
            (1.0 + fraction) * 2_f64.powi(exponent - 15)
        }
    };
    let values = tensor.data().as_chunks().0.iter().map(|&bytes| widen(u16::from_le_bytes(bytes))).collect();
    (tensor.shape().to_vec(), values)
}

/// What the scale adds before the first layer adds a constant behind it: with that in the bias, a UNet without the
/// input must give the same.
#[test]
fn the_scale_is_a_shift_of_the_first_bias() {
    let weights = std::fs::read(golden_root().join("sd1").join(WEIGHTS)).unwrap();
    let (shape, linear_1) = floats(&weights, "time_embedding.linear_1.weight");
    let (_, bias) = floats(&weights, "time_embedding.linear_1.bias");
    let &[width, channels] = shape.as_slice() else { panic!("{shape:?}") };
    let proj = cond_proj(channels);
    let tensor = ("time_embedding.cond_proj.weight", [channels, DIM]);
    let config = json_with("sd1", CONFIG, &[("time_cond_proj_dim", DIM.into())]);
    let guided = checkpoint_with(
        "sd1",
        vec![
            (CONFIG, config),
            (WEIGHTS, weights_with("sd1", WEIGHTS, &[(tensor.0, &tensor.1, proj.clone())])),
        ],
    );
    let device = Device::cpu();
    let guided = block_on(UNet::open(&device, guided.as_ref(), "unet")).unwrap();
    let mut outputs = Vec::new();
    for scale in [1.0, 3.5, 8.5] {
        let waves = embedding(scale);
        let dot = |row: &[f32]| -> f64 { row.iter().zip(&waves).map(|(&w, x)| f64::from(w) * x).sum() };
        let added: Vec<f64> = proj.chunks(DIM).map(dot).collect();
        let shifted: Vec<f32> = linear_1
            .chunks(channels)
            .zip(&bias)
            .map(|(row, bias)| (bias + row.iter().zip(&added).map(|(w, x)| w * x).sum::<f64>()) as f32)
            .collect();
        let shifted = weights_with("sd1", WEIGHTS, &[("time_embedding.linear_1.bias", &[width], shifted)]);
        let plain = checkpoint_with("sd1", vec![(WEIGHTS, shifted)]);
        let plain = block_on(UNet::open(&device, plain.as_ref(), "unet")).unwrap();
        let expected = block_on(output(&device, &plain, None));
        let got = block_on(output(&device, &guided, Some(scale)));
        assert_close(&format!("guidance {scale}"), &got, &expected, 1e-9);
        outputs.push(got);
    }
    assert!(measure::nmse(&outputs[0], &outputs[2]).unwrap() > 1e-5, "the scale makes no difference");
}

async fn output(device: &Device, unet: &UNet, scale: Option<f64>) -> Vec<f32> {
    let golden = Golden::read("sd1", "unet_oblong");
    let (shape, prompts) = golden.floats("encoder_hidden_states");
    let prompts = device.tensor(&shape, &prompts).unwrap();
    let context = match scale {
        Some(scale) => unet.guided_context(&prompts, scale).await.unwrap(),
        None => unet.context(&prompts).await.unwrap(),
    };
    let (shape, sample) = golden.floats("sample");
    let sample = layout::upload(device, shape.try_into().unwrap(), &sample).unwrap();
    let output = unet.forward(&sample, &[500.0], &context, &Taps::none()).await.unwrap();
    layout::download(&output).await.unwrap().1
}

#[test]
fn impossible_guidance_inputs_are_refused() {
    let device = Device::cpu();
    let open = |dim: u64| {
        let config = json_with("sd1", CONFIG, &[("time_cond_proj_dim", dim.into())]);
        let folder = checkpoint_with("sd1", vec![(CONFIG, config)]);
        block_on(UNet::open(&device, folder.as_ref(), "unet")).err().unwrap().to_string()
    };
    assert!(open(3).contains("time_cond_proj_dim"), "{}", open(3));
    assert!(open(256).contains("cond_proj.weight"), "{}", open(256));
    let plain = block_on(UNet::open(&device, checkpoint("sd1").as_ref(), "unet")).unwrap();
    let prompts = device.zeros(&[1, 77, 32]).unwrap();
    let error = block_on(plain.guided_context(&prompts, 8.0)).err().unwrap();
    assert!(error.to_string().contains("guidance scale 8"), "{error}");
}
