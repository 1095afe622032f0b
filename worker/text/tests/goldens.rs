//! Ids as the published tokenizer gives them.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::path::Path;

use serde_json::Value;
use text::{ClipTokenizer, Padding};

fn rows(file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/tokens");
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

fn ids(value: &Value) -> Vec<u32> {
    value.as_array().unwrap().iter().map(|id| id.as_u64().unwrap() as u32).collect()
}

#[test]
fn prompts_encode_as_published() {
    let files = [
        ("sd1.json", "ids", Padding::EndOfText),
        ("sdxl.json", "ids", Padding::EndOfText),
        ("sdxl.json", "ids_2", Padding::ExclamationMark),
    ];
    for (file, field, padding) in files {
        let tokenizer = ClipTokenizer::padding_with(padding);
        let rows = rows(file);
        assert_eq!(rows.len(), 14);
        for row in rows {
            let prompt = row["prompt"].as_str().unwrap();
            assert_eq!(tokenizer.encode(prompt), ids(&row[field]), "{file}: {prompt:?}");
        }
    }
}

#[test]
fn odd_text_gives_the_published_tokens() {
    let tokenizer = ClipTokenizer::new();
    let rows = rows("odd.json");
    assert!(rows.len() > 200);
    for row in rows {
        let prompt = row["prompt"].as_str().unwrap();
        let tokens = tokenizer.tokens(prompt);
        let mut got = vec![ClipTokenizer::BOS];
        got.extend(tokens.iter().map(|token| token.id));
        got.push(ClipTokenizer::EOS);
        assert_eq!(got, ids(&row["ids"]), "{prompt:?}");
        for pair in tokens.windows(2) {
            assert!(pair[0].span.start <= pair[1].span.start, "{prompt:?}: {pair:?}");
        }
        assert!(
            tokens.iter().all(|token| prompt.get(token.span.clone()).is_some_and(|text| !text.is_empty()))
        );
    }
}

#[test]
fn a_counter_sees_what_is_cut_off() {
    let tokenizer = ClipTokenizer::new();
    let short = tokenizer.fit("a red apple");
    assert_eq!((short.tokens, short.kept, short.cut_off), (3, "a red apple", ""));

    let exact = "very ".repeat(75);
    assert_eq!(tokenizer.fit(&exact).cut_off, "");

    let long = format!("{}the end", "very ".repeat(74));
    let fit = tokenizer.fit(&long);
    assert_eq!((fit.tokens, fit.cut_off), (76, "end"));
    assert_eq!(format!("{}{}", fit.kept, fit.cut_off), long);
    assert_eq!(tokenizer.encode(fit.kept), tokenizer.encode(&long));

    let specials = "<|endoftext|> x";
    assert_eq!(tokenizer.tokens(specials)[0].span, 0..13);
}

#[test]
fn a_huge_word_takes_no_long_time() {
    let tokenizer = ClipTokenizer::new();
    let letters =
        "etaoinshrdlu".chars().cycle().enumerate().map(|(i, letter)| if i % 7 == 0 { 'a' } else { letter });
    let word: String = letters.take(300_000).collect();
    let start = std::time::Instant::now();
    assert!(tokenizer.tokens(&word).len() > 50_000);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
