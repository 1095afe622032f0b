//! Prompts that were encoded before.

use std::collections::VecDeque;

use kernels::Tensor;
use models::LoraUse;

use crate::PromptSyntax;

/// Encoded prompts that are kept: a few hundred KB each.
const MOST_PROMPTS: usize = 4;

/// Everything that the states of prompts depend on, besides the model.
#[derive(PartialEq)]
pub(crate) struct PromptKey {
    /// The prompts of a batch, in its order.
    pub(crate) prompts: Vec<String>,
    pub(crate) syntax: PromptSyntax,
    pub(crate) loras: Vec<LoraUse>,
}

/// The latest prompts with their states, `[prompts, tokens, width]`: pictures of one prompt, such as those of a batch,
/// do without the text encoder from the second one on, and a large model does not have to load it.
#[derive(Default)]
pub(crate) struct EncodedPrompts(VecDeque<(PromptKey, Tensor)>);

impl EncodedPrompts {
    pub(crate) fn get(&self, key: &PromptKey) -> Option<Tensor> {
        self.0.iter().find(|(known, _)| known == key).map(|(_, states)| states.clone())
    }

    pub(crate) fn insert(&mut self, key: PromptKey, states: Tensor) {
        self.0.truncate(MOST_PROMPTS - 1);
        self.0.push_front((key, states));
    }
}
