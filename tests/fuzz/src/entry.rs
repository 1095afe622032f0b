//! What is done with outside data, for libFuzzer and for `tests/damaged_input.rs`. Whatever the bytes are, none of this
//! may panic or allocate much more than they are long; an error is as good as a success.

use std::{rc::Rc, sync::LazyLock};

use pollster::block_on;
use text::{ClipTokenizer, MOST_WEIGHT, Part, parse_weighted};
use weights::{
    Checkpoint, MemoryFolder, MemorySource, RawTensor, Survey, Tensors,
    lora::{Lora, LoraPart, ModuleShape, ModuleShapes},
    quantize::{Plan, Source, Target},
};

/// Entries of CLIP's vocabulary.
const VOCABULARY: u32 = 49408;

/// Parts of a model that files are opened for.
const PARTS: [&str; 3] = ["unet", "vae", "text_encoder"];

/// Modules of a made-up model, some as wide as those in the seeds.
const MODULES: [(&str, [usize; 4]); 7] = [
    ("conv_in", [4, 4, 1, 1]),
    ("down_blocks.0.attentions.0.proj_in", [4, 4, 1, 1]),
    ("down_blocks.0.resnets.0.conv1", [4, 4, 3, 3]),
    ("mid_block.attentions.0.proj_in", [4, 4, 1, 1]),
    ("mid_block.attentions.0.transformer_blocks.0.attn1.to_q", [64, 64, 1, 1]),
    ("mid_block.attentions.0.transformer_blocks.0.attn1.to_out.0", [64, 64, 1, 1]),
    ("encoder.layers.0.self_attn.q_proj", [4, 4, 1, 1]),
];

static TOKENIZER: LazyLock<ClipTokenizer> = LazyLock::new(ClipTokenizer::new);

/// Opens a weight file of any format and reads all of its tensors.
///
/// # Panics
/// When the crate `weights` does, or gives a tensor of another length than its shape.
pub fn weights(data: &[u8]) {
    let Ok(tensors) = block_on(Tensors::open(Rc::new(MemorySource::new(data)))) else { return };
    for name in tensors.names() {
        let Some(info) = tensors.get(name) else { panic!("{name:?} is listed and not there") };
        assert!(info.range.start <= info.range.end && info.range.end <= data.len() as u64, "{info:?}");
        if let Ok(tensor) = block_on(tensors.read(name)) {
            check_tensor(&tensor);
        }
    }
}

/// Opens a LoRA, reads its matrices, and holds its names against a model's.
///
/// # Panics
/// When the crate `weights` does, or finds a place for a module that the model lacks.
pub fn lora(data: &[u8]) {
    let Ok(lora) = block_on(Lora::open("the file", Rc::new(MemorySource::new(data)))) else { return };
    for entry in lora.entries() {
        assert!(entry.rank > 0, "{entry:?}");
        for matrix in [block_on(lora.down(entry)), block_on(lora.up(entry))].into_iter().flatten() {
            check_tensor(&matrix);
        }
    }
    let modules: ModuleShapes = MODULES
        .iter()
        .filter_map(|(name, shape)| Some(((*name).to_owned(), ModuleShape::of_weight(shape)?)))
        .collect();
    for part in [LoraPart::UNet, LoraPart::TextEncoder] {
        let Ok(fit) = lora.fit(part, &modules) else { continue };
        assert!(fit.used.iter().all(|(module, _)| modules.contains_key(module)), "{fit:?}");
    }
    if let Ok(unused) = lora.unused(&modules, &modules) {
        assert!(unused.len() <= 2 * data.len());
    }
}

/// Looks through a file, opens it as a whole model, and plans a smaller one.
///
/// # Panics
/// When the crate `weights` does, or shows a tensor of another length than its shape.
pub fn checkpoint(data: &[u8]) {
    let Ok(tensors) = block_on(Tensors::open(Rc::new(MemorySource::new(data)))) else { return };
    let survey = Survey::of(&tensors);
    for part in survey.parts.values() {
        let Ok(viewed) = tensors.with_views(&part.views) else { continue };
        for tensor in viewed.names().filter_map(|name| block_on(viewed.read(name)).ok()) {
            check_tensor(&tensor);
        }
    }
    let mut folder = MemoryFolder::default();
    folder.insert("checkpoint.safetensors", data);
    let folder = Rc::new(folder);
    if let Ok(checkpoint) = block_on(Checkpoint::open(folder.clone())) {
        for part in PARTS {
            assert!(block_on(checkpoint.tensors(part)).is_ok(), "{part} is lost");
        }
    }
    if let Ok(source) = block_on(Source::open(folder)) {
        let planned = Plan::new(&source, Target::F16).map_or(0, |plan| plan.tensors.len());
        assert!(planned <= data.len());
    }
}

fn check_tensor(tensor: &RawTensor) {
    if let Ok(values) = tensor.to_f32() {
        let count = tensor.shape.iter().try_fold(1_usize, |count, &axis| count.checked_mul(axis));
        assert_eq!(Some(values.len()), count, "{} of shape {:?}", tensor.dtype, tensor.shape);
    }
}

/// Reads a prompt, plain and weighted: parts, tokens, chunks, and what a counter shows.
///
/// # Panics
/// When the crate `text` does, or gives parts, tokens or chunks that break its promises.
pub fn prompt(data: &[u8]) {
    let prompt = String::from_utf8_lossy(data);
    check_parts(&prompt);
    check_chunks(&prompt);
    let fit = TOKENIZER.fit(&prompt);
    assert_eq!(format!("{}{}", fit.kept, fit.cut_off), prompt);
    check_ids(&TOKENIZER.encode(&prompt));
}

fn check_parts(prompt: &str) {
    let mut end = 0;
    for part in parse_weighted(prompt) {
        let span = match part {
            Part::Break { span } => span,
            Part::Text(segment) => {
                assert!(segment.weight.is_finite() && segment.weight.abs() <= MOST_WEIGHT);
                assert!(!segment.text.is_empty());
                assert_eq!(segment.span_of(0..segment.text.len()).end, segment.span.end);
                segment.span
            }
        };
        assert!(span.start >= end, "{span:?} begins before {end}");
        assert!(prompt.get(span.clone()).is_some_and(|text| !text.is_empty()), "{span:?}");
        end = span.end;
    }
}

fn check_chunks(prompt: &str) {
    let chunks = TOKENIZER.chunks(prompt);
    let fit = TOKENIZER.fit_chunks(prompt);
    assert!(!chunks.is_empty());
    assert_eq!(chunks.len(), fit.chunks.len());
    assert_eq!(fit.chunks.iter().map(|chunk| chunk.text).collect::<String>(), prompt);
    for chunk in &chunks {
        assert!(chunk.tokens.len() <= ClipTokenizer::CAPACITY);
        assert_eq!(chunk.weights().len(), ClipTokenizer::CAPACITY + 2);
        check_ids(&chunk.ids(TOKENIZER.padding()));
        for token in &chunk.tokens {
            assert!(token.weight.is_finite());
            let text = prompt.get(token.span.clone());
            assert!(text.is_some_and(|text| !text.is_empty()), "{token:?}");
        }
    }
}

fn check_ids(ids: &[u32]) {
    assert_eq!(ids.len(), ClipTokenizer::CAPACITY + 2);
    assert_eq!(ids.first(), Some(&ClipTokenizer::BOS));
    assert!(ids.iter().all(|&id| id < VOCABULARY));
}
