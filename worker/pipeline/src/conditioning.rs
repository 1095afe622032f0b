//! From prompts to what the denoiser attends to.
//!
//! A plain prompt is 77 tokens and no more. A weighted one is cut into chunks, each encoded by itself as a prompt of
//! its own; their states stand one after the other along the tokens. Then each token's state is multiplied by its
//! weight and the chunk's mean is restored, as the widely used web UI does by default (`EmphasisOriginal` in its
//! `modules/sd_emphasis.py`): with the states `z` `[77, c]` of a chunk and the weights `w` `[77]`,
//!
//! ```text
//! y[t, i] = w[t] * z[t, i]
//! out     = y * mean(z) / mean(y)          the means go over all 77 * c values
//! ```
//!
//! A chunk whose weights are all 1 keeps its states to the bit.

use kernels::{Device, Tensor};
use text::Chunk;

use crate::{
    Model, Observer, PipelineError, PromptSyntax, Request, Stage, denoise::Guidance, model::PromptKey,
};

/// Chunks of a prompt that are encoded: 2400 tokens. It bounds what a pasted book costs.
const MOST_CHUNKS: usize = 32;

/// Weights of both signs can bring a mean close to 0. A mean that would have to grow by more than this is left.
const MOST_RESTORATION: f64 = 1000.0;

/// Encodes the prompt, and with guidance by halves the negative prompt before it, to `[1 or 2, t, c]`. Both have the same number
/// of tokens `t`, 77 for each chunk of the longer one; the shorter one is filled up with empty chunks. Prompts that were
/// encoded lately are not encoded again.
pub(crate) async fn encode_prompts(
    model: &mut Model,
    device: &Device,
    request: &Request,
    guidance: Guidance,
    observer: &mut dyn Observer,
) -> Result<Tensor, PipelineError> {
    let guided = matches!(guidance, Guidance::Halves(_));
    let key = PromptKey {
        prompts: prompts(request, guided).map(str::to_owned).collect(),
        syntax: request.prompt_syntax,
        loras: request.loras.clone(),
    };
    if let Some(states) = model.encoded(device, &key) {
        return Ok(states);
    }
    let states = encode(model, device, request, guided, observer).await?;
    model.keep_encoded(key, &states);
    Ok(states)
}

async fn encode(
    model: &mut Model,
    device: &Device,
    request: &Request,
    guided: bool,
    observer: &mut dyn Observer,
) -> Result<Tensor, PipelineError> {
    observer.stage(Stage::Loading);
    let encoder = model.text(device, &request.loras).await?;
    observer.stage(Stage::EncodingText);
    match request.prompt_syntax {
        PromptSyntax::Plain => {
            let encode = |prompt| model.tokenizer.encode(prompt);
            let prompts: Vec<Vec<u32>> = prompts(request, guided).map(encode).collect();
            Ok(encoder.forward(&prompts, 0).await?)
        }
        PromptSyntax::Weighted => {
            let prompts = padded_chunks(model, request, guided);
            let padding = model.tokenizer.padding();
            let ids: Vec<Vec<u32>> = prompts.iter().flatten().map(|chunk| chunk.ids(padding)).collect();
            let states = encoder.forward(&ids, 0).await?;
            let weights: Vec<Vec<f64>> = prompts.iter().flatten().map(Chunk::weights).collect();
            let states = weigh(device, states, &weights).await?;
            // The chunks of a prompt are neighbours already.
            let tokens = weights.iter().map(Vec::len).sum::<usize>() / prompts.len().max(1);
            let width = states.shape().last().copied().unwrap_or_default();
            Ok(states.reshape(&[prompts.len(), tokens, width])?)
        }
    }
}

/// # Errors
/// [`PipelineError::PromptTooLong`] for a weighted prompt of too many chunks.
pub(crate) fn check(model: &Model, request: &Request) -> Result<(), PipelineError> {
    match chunks(model, request) {
        chunks if chunks > MOST_CHUNKS => Err(PipelineError::PromptTooLong { chunks, most: MOST_CHUNKS }),
        _ => Ok(()),
    }
}

/// Chunks of the longer prompt.
pub(crate) fn chunks(model: &Model, request: &Request) -> usize {
    match request.prompt_syntax {
        PromptSyntax::Plain => 1,
        PromptSyntax::Weighted => {
            let prompts = prompts(request, request.is_guided());
            prompts.map(|prompt| model.tokenizer.chunks(prompt).len()).max().unwrap_or_default()
        }
    }
}

/// The prompts in the order of the batch.
fn prompts(request: &Request, guided: bool) -> impl Iterator<Item = &str> {
    let negative = guided.then_some(request.negative_prompt.as_str());
    negative.into_iter().chain([request.prompt.as_str()])
}

/// The chunks of each prompt, equally many for each.
fn padded_chunks(model: &Model, request: &Request, guided: bool) -> Vec<Vec<Chunk>> {
    let mut prompts: Vec<Vec<Chunk>> =
        prompts(request, guided).map(|prompt| model.tokenizer.chunks(prompt)).collect();
    let most = prompts.iter().map(Vec::len).max().unwrap_or_default();
    for chunks in &mut prompts {
        chunks.resize_with(most, Chunk::default);
    }
    prompts
}

/// Weighs states `[chunks, tokens, c]` with one list of `tokens` weights for each chunk.
async fn weigh(device: &Device, states: Tensor, weights: &[Vec<f64>]) -> Result<Tensor, PipelineError> {
    if weights.iter().flatten().all(|&weight| weight == 1.0) {
        return Ok(states);
    }
    let mut values = states.to_vec().await?;
    let length = values.len() / weights.len().max(1);
    for (chunk, weights) in values.chunks_exact_mut(length.max(1)).zip(weights) {
        weigh_chunk(chunk, weights);
    }
    Ok(device.tensor(states.shape(), &values)?)
}

/// One chunk's states `[tokens, c]`, in place.
fn weigh_chunk(states: &mut [f32], weights: &[f64]) {
    if weights.iter().all(|&weight| weight == 1.0) {
        return;
    }
    let wanted = mean(states);
    let width = states.len() / weights.len().max(1);
    for (token, &weight) in states.chunks_exact_mut(width.max(1)).zip(weights) {
        scale(token, weight);
    }
    let restoration = wanted / mean(states);
    if restoration.abs() <= MOST_RESTORATION {
        scale(states, restoration);
    }
}

fn scale(values: &mut [f32], factor: f64) {
    for value in values {
        *value = (f64::from(*value) * factor) as f32;
    }
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// States `[3, 4]` with a mean of their own.
    fn states() -> Vec<f32> {
        (0..12).map(|index| (index as f32 * 1.7).sin() + 0.3).collect()
    }

    #[test]
    fn the_mean_is_restored_and_the_proportions_are_the_weights() {
        for weights in [[1.0, 1.3, 1.0], [0.0, 2.0, 0.5], [1.0, -0.5, 1.0]] {
            let (before, mut after) = (states(), states());
            weigh_chunk(&mut after, &weights);
            assert!((mean(&before) - mean(&after)).abs() < 1e-6, "{weights:?}");
            let factor = f64::from(after[11]) / f64::from(before[11]) / weights[2];
            for (index, (&before, &after)) in before.iter().zip(&after).enumerate() {
                let expected = f64::from(before) * weights[index / 4] * factor;
                assert!((f64::from(after) - expected).abs() < 1e-5, "{weights:?} {index}");
            }
        }
    }

    #[test]
    fn weights_of_one_change_no_bit() {
        let mut after = states();
        weigh_chunk(&mut after, &[1.0; 3]);
        assert_eq!(after, states());
    }

    #[test]
    fn a_mean_that_cannot_be_restored_is_left() {
        let mut after = states();
        weigh_chunk(&mut after, &[0.0; 3]);
        assert_eq!(after, [0.0; 12]);
        let mut balanced = vec![1.0, 1.0];
        weigh_chunk(&mut balanced, &[1.0, -1.0]);
        assert_eq!(balanced, [1.0, -1.0]);
    }
}
