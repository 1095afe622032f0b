//! CLIP's tokenizer: text in, ids for the text encoder out.

use std::ops::Range;

use crate::{
    bpe::merge,
    normalize::{Mapped, normalize},
    pieces::pieces,
    vocabulary::{BOS, EOS, Vocabulary},
};

/// Specials that a prompt may spell out, as the published tokenizer lets it.
const SPECIALS: [(&str, u32); 2] = [("<|startoftext|>", BOS), ("<|endoftext|>", EOS)];

/// What fills a prompt up to its full length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Padding {
    /// More ends of text, as Stable Diffusion 1.x has it.
    #[default]
    EndOfText,
    /// `!`, the first entry of the vocabulary, as Stable Diffusion 2.x has it. It is a special then: each one that a prompt
    /// spells out is the padding (id 0) and no longer a part of a word (`!!` is 748 otherwise).
    ExclamationMark,
}

impl Padding {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::EndOfText, Self::ExclamationMark];

    /// Its id in the vocabulary.
    pub fn id(self) -> u32 {
        match self {
            Self::EndOfText => EOS,
            Self::ExclamationMark => 0,
        }
    }

    /// How a prompt, or a tokenizer's configuration, spells it.
    pub fn literal(self) -> &'static str {
        match self {
            Self::EndOfText => "<|endoftext|>",
            Self::ExclamationMark => "!",
        }
    }
}

/// One token of a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id in the vocabulary.
    pub id: u32,
    /// The bytes of the prompt that it stands for, on character borders. Two tokens share bytes where a
    /// character takes several tokens.
    pub span: Range<usize>,
}

/// How much of a prompt the text encoder sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit<'text> {
    /// Tokens of the whole prompt, without start and end.
    pub tokens: usize,
    /// The part that fits.
    pub kept: &'text str,
    /// The part that is cut off; empty for most prompts.
    pub cut_off: &'text str,
}

/// The tokenizer of CLIP's text encoders.
pub struct ClipTokenizer {
    vocabulary: Vocabulary,
    padding: Padding,
}

impl ClipTokenizer {
    /// Start of text.
    pub const BOS: u32 = BOS;
    /// End of text.
    pub const EOS: u32 = EOS;
    /// Tokens of its vocabulary, of which the end of text is the last.
    pub const VOCABULARY: u32 = EOS + 1;
    /// Ids that a prompt becomes, whatever its length: as many as the text encoder has positions.
    pub const LENGTH: usize = 77;
    /// Tokens of a prompt that fit between start and end.
    pub const CAPACITY: usize = Self::LENGTH - 2;

    /// As [`padding_with`](Self::padding_with) ends of text.
    #[expect(clippy::new_without_default, reason = "a default value should not cost this much")]
    pub fn new() -> Self {
        Self::padding_with(Padding::EndOfText)
    }

    /// Unpacks the embedded vocabulary, some tens of milliseconds of work; keep the tokenizer.
    #[expect(clippy::expect_used, reason = "the vocabulary is a part of the program, and a test unpacks it")]
    pub fn padding_with(padding: Padding) -> Self {
        Self { vocabulary: Vocabulary::load().expect("the embedded vocabulary is sound"), padding }
    }

    /// What fills a prompt up to its full length.
    pub fn padding(&self) -> Padding {
        self.padding
    }

    /// The 77 ids of a prompt: start, at most 75 tokens, end, then the padding.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        padded(self.tokens(text).iter().map(|token| token.id), self.padding)
    }

    /// Every token of a prompt, without start, end and limit.
    ///
    /// Specials that are spelled out (`<|endoftext|>`, the padding) count as such; the text between them is normalised to NFC
    /// and lower case, split into pieces without the white space, and each piece is merged.
    pub fn tokens(&self, text: &str) -> Vec<Token> {
        let mut tokens = Vec::new();
        let mut start = 0;
        while let Some((at, literal, id)) = self.next_special(text, start) {
            self.push_text(&mut tokens, text, start..at);
            start = at + literal.len();
            tokens.push(Token { id, span: at..start });
        }
        self.push_text(&mut tokens, text, start..text.len());
        tokens
    }

    /// What the text encoder sees of a prompt, for a token counter.
    pub fn fit<'text>(&self, text: &'text str) -> Fit<'text> {
        let tokens = self.tokens(text);
        // A character that is only partly seen counts as cut off.
        let cut = tokens.get(Self::CAPACITY).map_or(text.len(), |first_cut| first_cut.span.start);
        let (kept, cut_off) = text.split_at_checked(cut).unwrap_or((text, ""));
        Fit { tokens: tokens.len(), kept, cut_off }
    }

    /// The first special that `text` spells out from byte `start` on.
    fn next_special(&self, text: &str, start: usize) -> Option<(usize, &'static str, u32)> {
        let rest = text.get(start..)?;
        let specials = SPECIALS.into_iter().chain([(self.padding.literal(), self.padding.id())]);
        let found = specials.filter_map(|(literal, id)| Some((start + rest.find(literal)?, literal, id)));
        found.min_by_key(|&(at, ..)| at)
    }

    fn push_text(&self, tokens: &mut Vec<Token>, text: &str, range: Range<usize>) {
        let normalized = normalize(text.get(range.clone()).unwrap_or_default(), range.start);
        for piece in pieces(&normalized) {
            self.push_piece(tokens, &normalized[piece]);
        }
    }

    fn push_piece(&self, tokens: &mut Vec<Token>, piece: &[Mapped]) {
        let mut bytes = Vec::new();
        let mut origins = Vec::new();
        for mapped in piece {
            bytes.extend_from_slice(mapped.char.encode_utf8(&mut [0; 4]).as_bytes());
            origins.resize(bytes.len(), &mapped.span);
        }
        for (token, range) in merge(&self.vocabulary, &bytes) {
            let span = origins[range.start].start..origins[range.end - 1].end;
            tokens.push(Token { id: u32::from(token), span });
        }
    }
}

/// Start, at most 75 ids, end, and `padding` up to the full length.
pub(crate) fn padded(ids: impl Iterator<Item = u32>, padding: Padding) -> Vec<u32> {
    let mut all = vec![BOS];
    all.extend(ids.take(ClipTokenizer::CAPACITY));
    all.push(EOS);
    all.resize(ClipTokenizer::LENGTH, padding.id());
    all
}
