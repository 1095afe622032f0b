//! The tokens of both prompts, which the worker counts: it has the vocabulary.

use std::time::Duration;

use leptos::leptos_dom::helpers::debounce;
use leptos::prelude::*;
use protocol::{Command, PromptSyntax, TokenCount};

use super::Studio;

/// Typing is counted once it pauses.
const PAUSE: Duration = Duration::from_millis(150);

/// A text with its count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Counted {
    /// What is asked of the engine: the prompt in its style.
    pub text: String,
    pub count: TokenCount,
}

/// The counts of the prompt and the negative prompt.
#[derive(Clone, Copy)]
pub(crate) struct Tokens {
    pub prompt: RwSignal<Option<Counted>>,
    pub negative_prompt: RwSignal<Option<Counted>>,
    asked: StoredValue<(u64, Vec<String>)>,
}

impl Tokens {
    pub(super) fn new() -> Self {
        Self {
            prompt: RwSignal::new(None),
            negative_prompt: RwSignal::new(None),
            asked: StoredValue::new((0, Vec::new())),
        }
    }
}

impl Studio {
    /// Counts both prompts whenever one of them, or how they are read, is another.
    pub(super) fn follow_prompts(self) {
        let mut ask = debounce(PAUSE, move |()| self.count_tokens());
        Effect::new(move |_| {
            self.form.prompt.track();
            self.form.negative_prompt.track();
            self.form.prompt_weights.track();
            self.form.style.track();
            self.prompts.styles().track();
            ask(());
        });
    }

    pub(super) fn count_tokens(self) {
        let values = untrack(|| self.form.values());
        // A style that is gone is told about when a picture is asked for.
        let values = self.styled(values.clone()).unwrap_or(values);
        let texts = vec![values.prompt.trim().to_owned(), values.negative_prompt.trim().to_owned()];
        let syntax = match values.prompt_weights {
            true => PromptSyntax::Weighted,
            false => PromptSyntax::Plain,
        };
        let revision = self.prompts.tokens.asked.with_value(|(revision, _)| revision + 1);
        self.prompts.tokens.asked.set_value((revision, texts.clone()));
        self.send(Command::CountTokens { revision, texts, syntax }, Vec::new());
    }

    /// Takes the answer to the latest question; earlier ones are of texts that have changed since.
    pub(super) fn take_tokens(self, revision: u64, counts: Vec<TokenCount>) {
        let tokens = self.prompts.tokens;
        let (asked, texts) = tokens.asked.get_value();
        if asked != revision {
            return;
        }
        let mut counted = texts.into_iter().zip(counts).map(|(text, count)| Counted { text, count });
        tokens.prompt.set(counted.next());
        tokens.negative_prompt.set(counted.next());
    }
}
