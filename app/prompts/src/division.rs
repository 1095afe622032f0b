//! How a prompt is divided before a text encoder sees it.

/// A prompt's text in the pieces that the text encoder takes, and what it never sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division<'text> {
    /// One piece for each chunk, in order.
    pub chunks: Vec<&'text str>,
    /// The end of the prompt that is cut off; empty for most prompts.
    pub cut_off: &'text str,
}

impl<'text> Division<'text> {
    /// Divides `text` at the bytes where chunks begin, and cuts it at byte `seen`. Places that lie in no order, beyond the
    /// text or inside a character do not divide: the pieces are always the whole text.
    pub fn of(text: &'text str, starts: &[usize], seen: usize) -> Self {
        let (seen_text, cut_off) = text.split_at_checked(seen).unwrap_or((text, ""));
        let mut chunks = Vec::new();
        let (mut rest, mut at) = (seen_text, 0);
        for &start in starts.iter().skip(1) {
            let Some((chunk, after)) = start.checked_sub(at).and_then(|length| rest.split_at_checked(length))
            else {
                continue;
            };
            chunks.push(chunk);
            (rest, at) = (after, start);
        }
        chunks.push(rest);
        Self { chunks, cut_off }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_and_the_cut_are_shown() {
        let divided = Division::of("one two three", &[0, 4, 8], 13);
        assert_eq!(divided, Division { chunks: vec!["one ", "two ", "three"], cut_off: "" });
        let cut = Division::of("one two three", &[0], 8);
        assert_eq!(cut, Division { chunks: vec!["one two "], cut_off: "three" });
    }

    /// The count may be of a text that has been typed over since.
    #[test]
    fn places_of_another_text_lose_nothing() {
        for (starts, seen) in
            [(&[0, 99][..], 99), (&[0, 2], 3), (&[0, 5, 3], 4), (&[0, usize::MAX], usize::MAX), (&[], 0)]
        {
            let text = "é ü ö";
            let divided = Division::of(text, starts, seen);
            assert_eq!(divided.chunks.concat() + divided.cut_off, text, "{starts:?} {seen}");
        }
    }
}
