//! The ways in which published files differ, and files that cannot be right.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail by panicking")]

mod support;

use std::{collections::HashMap, rc::Rc};

use kernels::{Device, KernelError};
use models::{ClipText, ClipTextConfig, ModelError, Taesd, Taps, UNet, Vae, VaeConfig, layout};
use pollster::block_on;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use support::{Golden, checkpoint, golden_root};
use weights::{MemoryFolder, MemorySource, Tensors, WeightsError};

const TAESD: &str = "taesd/diffusion_pytorch_model.safetensors";
const TENSOR: &str = "encoder.layers.1.conv.2.weight";

type Edited = HashMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

/// Reads a golden weight file, lets `edit` change its tensors, and writes it again.
fn edited(file: &str, edit: impl FnOnce(&mut Edited)) -> Vec<u8> {
    let bytes = std::fs::read(golden_root().join("sd1").join(file)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap().tensors();
    let mut tensors: Edited = tensors
        .into_iter()
        .map(|(name, view)| (name, (view.dtype(), view.shape().to_vec(), view.data().to_vec())))
        .collect();
    edit(&mut tensors);
    let views = tensors
        .iter()
        .map(|(name, (dtype, shape, data))| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

fn renamed(tensors: &mut Edited, rename: impl Fn(&str) -> String) {
    *tensors = tensors.drain().map(|(name, tensor)| (rename(&name), tensor)).collect();
}

async fn open(bytes: Vec<u8>) -> Tensors {
    Tensors::open(Rc::new(MemorySource::new(bytes))).await.unwrap()
}

#[test]
fn text_encoders_may_be_nested() {
    block_on(async {
        let device = Device::cpu();
        let file = edited("text_encoder/model.safetensors", |tensors| {
            renamed(tensors, |name| format!("text_model.{name}"));
            let ids = (0..77_i64).flat_map(i64::to_le_bytes).collect();
            tensors.insert("text_model.embeddings.position_ids".to_owned(), (Dtype::I64, vec![1, 77], ids));
        });
        let folder = checkpoint("sd1");
        let config = ClipTextConfig::load(folder.as_ref(), "text_encoder/config.json").await.unwrap();
        let nested = ClipText::load(&device, &open(file).await, &config).await.unwrap();
        let plain = ClipText::open(&device, folder.as_ref(), "text_encoder").await.unwrap();
        let prompt = vec![vec![49406, 320, 736, 49407]];
        let [nested, plain] =
            [nested.forward(&prompt, 0).await, plain.forward(&prompt, 0).await].map(Result::unwrap);
        assert_eq!(nested.to_vec().await.unwrap(), plain.to_vec().await.unwrap());
    });
}

#[test]
fn autoencoders_may_have_the_older_attention() {
    block_on(async {
        let device = Device::cpu();
        let names = [("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")];
        let file = edited("vae/diffusion_pytorch_model.safetensors", |tensors| {
            renamed(tensors, |name| {
                names.iter().fold(name.to_owned(), |name, (new, old)| name.replace(new, old))
            });
            // Older still: the projections are 1x1 convolutions.
            for (name, (_, shape, _)) in tensors.iter_mut() {
                if name.contains("attentions.0.") && shape.len() == 2 {
                    shape.extend([1, 1]);
                }
            }
        });
        let folder = checkpoint("sd1");
        let config = VaeConfig::load(folder.as_ref(), "vae/config.json").await.unwrap();
        let older = Vae::load(&device, &open(file).await, &config).await.unwrap();
        let newer = Vae::open(&device, folder.as_ref(), "vae").await.unwrap();
        let latents: Vec<f32> = (0..4 * 3 * 5).map(|i| (i as f32).sin()).collect();
        let latents = layout::upload(&device, [1, 4, 3, 5], &latents).unwrap();
        let [older, newer] = [older.decode(&latents).await, newer.decode(&latents).await].map(Result::unwrap);
        assert_eq!(older.shape(), [1, 24, 40, 3]);
        assert_eq!(older.to_vec().await.unwrap(), newer.to_vec().await.unwrap());
    });
}

#[test]
fn skipping_layers_is_not_the_last_state() {
    block_on(async {
        let folder = checkpoint("sd1");
        let model = ClipText::open(&Device::cpu(), folder.as_ref(), "text_encoder").await.unwrap();
        let prompt = vec![vec![49406, 320, 736, 49407]];
        let last = model.forward(&prompt, 0).await.unwrap().to_vec().await.unwrap();
        let penultimate = model.forward(&prompt, 1).await.unwrap().to_vec().await.unwrap();
        assert_ne!(last, penultimate);
        for (prompts, clip_skip) in [(prompt, 3), (vec![vec![0; 78]], 0), (vec![vec![49408]], 0), (vec![], 0)]
        {
            let error = model.forward(&prompts, clip_skip).await.unwrap_err();
            assert!(matches!(error, ModelError::BadInput { .. }), "{error}");
        }
    });
}

/// Opens the tiny autoencoder after an edit of its weights.
fn taesd_error(edit: impl FnOnce(&mut Edited)) -> ModelError {
    let mut folder = MemoryFolder::default();
    folder.insert(TAESD, edited(TAESD, edit));
    folder.insert("taesd/config.json", std::fs::read(golden_root().join("sd1/taesd/config.json")).unwrap());
    block_on(Taesd::open(&Device::cpu(), &folder, "taesd")).err().expect("this file must be refused")
}

#[test]
fn damaged_weights_are_named() {
    let missing = taesd_error(|tensors| drop(tensors.remove(TENSOR)));
    assert!(matches!(&missing, ModelError::Weights(WeightsError::MissingTensor { .. })), "{missing}");
    let flat = taesd_error(|tensors| tensors.get_mut(TENSOR).unwrap().1 = vec![32, 32 * 9]);
    assert!(matches!(&flat, ModelError::WrongShape { .. }), "{flat}");
    let infinite =
        taesd_error(|tensors| tensors.get_mut(TENSOR).unwrap().2[..2].copy_from_slice(&[0x00, 0x7c]));
    assert!(matches!(&infinite, ModelError::NotFinite { .. }), "{infinite}");
    let integers = taesd_error(|tensors| tensors.get_mut(TENSOR).unwrap().0 = Dtype::I16);
    assert!(matches!(&integers, ModelError::Weights(WeightsError::NotWeights { .. })), "{integers}");
    for error in [missing, flat, infinite, integers] {
        assert!(error.to_string().contains(TENSOR), "{error}");
    }
}

#[test]
fn settings_that_nothing_implements_are_named() {
    let config = std::fs::read_to_string(golden_root().join("sd1/unet/config.json")).unwrap();
    let edits = [
        ("\"act_fn\": \"silu\"", "\"act_fn\": \"mish\"", "act_fn"),
        ("\"class_embed_type\": null", "\"class_embed_type\": \"timestep\"", "class_embed_type"),
        ("\"DownBlock2D\"", "\"AttnDownBlock2D\"", "down_block_types"),
        ("\"UNetMidBlock2DCrossAttn\"", "\"UNetMidBlock2DSimpleCrossAttn\"", "mid_block_type"),
        ("\"attention_head_dim\": 8", "\"attention_head_dim\": 7", "attention_head_dim"),
        ("\"layers_per_block\": 2", "\"layers_per_block\": [2, 2]", "layers_per_block"),
        ("\"norm_num_groups\": 32", "\"norm_num_groups\": 0", "norm_num_groups"),
    ];
    for (from, to, field) in edits {
        let mut folder = MemoryFolder::default();
        let changed = config.replacen(from, to, 1);
        assert_ne!(changed, config, "{from} is not in the file");
        folder.insert("unet/config.json", changed.into_bytes());
        let weights = golden_root().join("sd1/unet/diffusion_pytorch_model.safetensors");
        folder.insert("unet/diffusion_pytorch_model.safetensors", std::fs::read(weights).unwrap());
        let error = block_on(UNet::open(&Device::cpu(), &folder, "unet")).err().expect(to);
        assert!(error.to_string().contains(field), "{to}: {error}");
    }
}

#[test]
fn a_forward_pass_can_be_cancelled() {
    block_on(async {
        let device = Device::cpu();
        let unet = UNet::open(&device, checkpoint("sd1").as_ref(), "unet").await.unwrap();
        let golden = Golden::read("sd1", "unet_oblong");
        let (shape, prompts) = golden.floats("encoder_hidden_states");
        let context = unet.context(&device.tensor(&shape, &prompts).unwrap()).await.unwrap();
        let sample = device.zeros(&[1, 8, 8, 4]).unwrap();
        device.cancel_token().cancel();
        let error = unet.forward(&sample, &[1.0], &context, &Taps::none()).await.unwrap_err();
        assert!(matches!(error, ModelError::Kernel(KernelError::Cancelled)), "{error}");
        device.cancel_token().reset();
        unet.forward(&sample, &[1.0], &context, &Taps::none()).await.unwrap();
    });
}
