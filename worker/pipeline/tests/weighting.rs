//! Weighted and long prompts, from the words to the picture, with the small checkpoint of Stable Diffusion 1.x.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../models/tests/support/mod.rs"]
mod support;

use kernels::Device;
use pipeline::{
    DecoderChoice, InpaintArea, Model, NoObserver, Output, PipelineError, PromptSyntax, Request, generate,
};
use pollster::block_on;
use sampling::{Philox, SamplerKind, StrengthRule};
use support::{assert_close, checkpoint, gpu};

fn request(prompt: &str, prompt_syntax: PromptSyntax) -> Request {
    Request {
        prompt: prompt.to_owned(),
        negative_prompt: String::new(),
        prompt_syntax,
        source: None,
        mask: None,
        source_fit: pipeline::SourceFit::Stretch,
        mask_feather_px: 0,
        inpaint_area: InpaintArea::Whole,
        strength: 1.0,
        strength_rule: StrengthRule::Steps,
        steps: 2,
        guidance_scale: 7.5,
        sampler: SamplerKind::Euler,
        width_px: 32,
        height_px: 16,
        decoder: DecoderChoice::Taesd,
        loras: Vec::new(),
    }
}

fn try_on(device: &Device, request: &Request) -> Result<Output, PipelineError> {
    let mut model = block_on(Model::open(checkpoint("sd1")))?;
    block_on(generate(&mut model, device, request, &mut Philox::new(9), &mut NoObserver))
}

fn run(request: &Request) -> Vec<f32> {
    let output = try_on(&Device::cpu(), request).unwrap();
    assert!(output.latents.iter().all(|value| value.is_finite()), "{:?}", request.prompt);
    output.latents
}

fn plain(prompt: &str) -> Vec<f32> {
    run(&request(prompt, PromptSyntax::Plain))
}

fn weighted(prompt: &str) -> Vec<f32> {
    run(&request(prompt, PromptSyntax::Weighted))
}

/// A prompt of this many tokens, all different words in turn.
fn long(tokens: usize) -> String {
    let words = ["red", "blue", "cat", "tree", "house", "sky", "dog", "sun", "road"];
    words.into_iter().cycle().take(tokens).collect::<Vec<_>>().join(" ")
}

#[test]
fn weights_of_one_change_no_bit() {
    let expected = plain("a red tree");
    assert_eq!(weighted("a red tree"), expected);
    assert_eq!(weighted("(a red:1.0) tree"), expected);
    assert_eq!(weighted("((a) red:1) (tree:1)").len(), expected.len());
    let full = long(75);
    assert_eq!(weighted(&full), plain(&full));
}

#[test]
fn weights_and_breaks_change_the_picture_and_a_plain_prompt_keeps_its_brackets() {
    let expected = plain("a red tree");
    let prompts = [
        "a (red:1.5) tree",
        "a [red] tree",
        "a (red:-1) tree",
        "(a:0) (red:0) (tree:100)",
        "a BREAK red tree",
    ];
    let pictures = prompts.map(weighted);
    for (picture, prompt) in pictures.iter().zip(prompts) {
        assert_ne!(*picture, expected, "{prompt}");
    }
    assert_ne!(plain("a (red:1.5) tree"), expected);
    assert_ne!(plain("a (red:1.5) tree"), pictures[0]);
}

#[test]
fn a_long_prompt_is_read_to_its_end() {
    let prompt = long(200);
    let cut = plain(&prompt);
    assert_eq!(cut, plain(&long(75)), "a plain prompt is cut off");
    let whole = weighted(&prompt);
    assert_ne!(whole, cut);
    assert_ne!(whole, weighted(&format!("{} sun", long(199))), "the last word counts");
}

#[test]
fn either_prompt_may_be_the_longer_one() {
    let negative = |text: &str| Request {
        negative_prompt: text.to_owned(),
        ..request("a red tree", PromptSyntax::Weighted)
    };
    let (short, long) = (run(&negative("blue")), run(&negative(&long(100))));
    assert_ne!(short, long);
    let unguided = Request { guidance_scale: 1.0, ..request(&self::long(100), PromptSyntax::Weighted) };
    assert_ne!(run(&unguided), run(&Request { prompt_syntax: PromptSyntax::Plain, ..unguided.clone() }));
}

#[test]
fn a_prompt_of_too_many_chunks_is_refused() {
    let breaks = "BREAK a ".repeat(40);
    for (prompt, negative_prompt) in [(breaks.as_str(), ""), ("a", breaks.as_str())] {
        let request = Request {
            negative_prompt: negative_prompt.to_owned(),
            ..request(prompt, PromptSyntax::Weighted)
        };
        let error = try_on(&Device::cpu(), &request).err();
        assert!(matches!(error, Some(PipelineError::PromptTooLong { chunks: 41, most: 32 })), "{error:?}");
    }
}

#[test]
fn three_chunks_on_the_gpu_are_those_on_the_cpu() {
    let prompt = long(200).replace("cat", "(cat:1.4)");
    let request = request(&prompt, PromptSyntax::Weighted);
    let cpu = run(&request);
    let gpu = try_on(&gpu(), &request).unwrap();
    assert_close("three chunks", &gpu.latents, &cpu, 1e-6);
}
