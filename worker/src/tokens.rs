//! Counting a prompt's tokens, as the text encoder will see them.

use protocol::{PromptSyntax, TokenCount};
use text::ClipTokenizer;

/// Counts a prompt's tokens and finds where it is divided or cut. Each `!` counts as a part of a word, which it is not for
/// a model that pads with `!`.
pub fn count(tokenizer: &ClipTokenizer, prompt: &str, syntax: PromptSyntax) -> TokenCount {
    match syntax {
        PromptSyntax::Plain => {
            let fit = tokenizer.fit(prompt);
            TokenCount {
                tokens: narrow(fit.tokens),
                capacity: narrow(ClipTokenizer::CAPACITY),
                chunk_starts: vec![0],
                seen: narrow(fit.kept.len()),
                cut_off: narrow(fit.tokens.saturating_sub(ClipTokenizer::CAPACITY)),
            }
        }
        PromptSyntax::Weighted => {
            let fit = tokenizer.fit_chunks(prompt);
            let starts = fit.chunks.iter().scan(0, |end, chunk| {
                let start = *end;
                *end += chunk.text.len();
                Some(narrow(start))
            });
            TokenCount {
                tokens: narrow(fit.tokens),
                capacity: narrow(ClipTokenizer::CAPACITY),
                chunk_starts: starts.collect(),
                seen: narrow(prompt.len()),
                cut_off: 0,
            }
        }
    }
}

/// No prompt that a person can send is beyond this.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_prompt_is_cut_behind_its_75th_token() {
        let tokenizer = ClipTokenizer::new();
        let short = count(&tokenizer, "a red apple", PromptSyntax::Plain);
        let told = TokenCount { tokens: 3, capacity: 75, chunk_starts: vec![0], seen: 11, cut_off: 0 };
        assert_eq!(short, told);
        let long = "apple ".repeat(80);
        let counted = count(&tokenizer, &long, PromptSyntax::Plain);
        assert_eq!((counted.tokens, counted.cut_off, counted.chunk_starts.len()), (80, 5, 1));
        assert_eq!(counted.seen as usize, 75 * "apple ".len());
    }

    #[test]
    fn a_weighted_prompt_is_divided_into_chunks() {
        let tokenizer = ClipTokenizer::new();
        let long = format!("{}BREAK (pear:1.2)", "apple ".repeat(80));
        let counted = count(&tokenizer, &long, PromptSyntax::Weighted);
        assert_eq!((counted.tokens, counted.cut_off, counted.chunk_starts.len()), (81, 0, 3));
        assert_eq!(counted.chunk_starts[1] as usize, 75 * "apple ".len());
        assert!(long[counted.chunk_starts[2] as usize..].starts_with("(pear"));
        assert_eq!(count(&tokenizer, "", PromptSyntax::Weighted).chunk_starts, [0]);
    }
}
