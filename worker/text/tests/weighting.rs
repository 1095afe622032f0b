//! Weights in prompts, and chunks of long ones, as the widely used web UI reads them.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use std::{path::Path, sync::LazyLock};

use serde_json::Value;
use text::{ClipTokenizer, MOST_OPEN, MOST_WEIGHT, Padding, Part, Segment, parse_weighted};

static TOKENIZER: LazyLock<ClipTokenizer> = LazyLock::new(ClipTokenizer::new);
static OTHER_PADDING: LazyLock<ClipTokenizer> =
    LazyLock::new(|| ClipTokenizer::padding_with(Padding::ExclamationMark));

fn rows(file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/tokens");
    serde_json::from_slice(&std::fs::read(folder.join(file)).unwrap()).unwrap()
}

/// Text and weight of every part; a break is `None`.
fn parts(prompt: &str) -> Vec<Option<(String, f64)>> {
    let read = |part| match part {
        Part::Text(Segment { text, weight, .. }) => Some((text, weight)),
        Part::Break { .. } => None,
    };
    parse_weighted(prompt).into_iter().map(read).collect()
}

/// What a prompt should give: text and weight, or a break.
type Expected<'a> = &'a [Option<(&'a str, f64)>];

fn assert_parts(prompt: &str, expected: Expected<'_>) {
    let got = parts(prompt);
    let same = got.len() == expected.len()
        && got.iter().zip(expected).all(|(got, expected)| match (got, expected) {
            (Some((text, weight)), Some((wanted, near))) => text == wanted && (weight - near).abs() < 1e-12,
            (None, None) => true,
            _ => false,
        });
    assert!(same, "{prompt:?} gives {got:?}, not {expected:?}");
}

#[test]
fn documented_examples_give_the_documented_parts() {
    assert_parts("normal text", &[Some(("normal text", 1.0))]);
    assert_parts(
        "an (important) word",
        &[Some(("an ", 1.0)), Some(("important", 1.1)), Some((" word", 1.0))],
    );
    assert_parts("(unbalanced", &[Some(("unbalanced", 1.1))]);
    assert_parts(r"\(literal\]", &[Some(("(literal]", 1.0))]);
    assert_parts("(unnecessary)(parens)", &[Some(("unnecessaryparens", 1.1))]);
    assert_parts(
        "a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).",
        &[
            Some(("a ", 1.0)),
            Some(("house", 1.573)),
            Some((" ", 1.1)),
            Some(("on", 1.0)),
            Some((" a ", 1.1)),
            Some(("hill", 0.55)),
            Some((", sun, ", 1.1)),
            Some(("sky", 1.4641)),
            Some((".", 1.1)),
        ],
    );
}

#[test]
fn odd_prompts_give_defined_parts() {
    let most = MOST_WEIGHT;
    let digits = format!("(a:{}1)", "0".repeat(5000));
    let huge = format!("(a:{})", "9".repeat(5000));
    let tiny = format!("(a:0.{}1)", "0".repeat(5000));
    let table: &[(&str, Expected<'_>)] = &[
        ("", &[]),
        ("()", &[]),
        ("\\", &[]),
        ("((word))", &[Some(("word", 1.21))]),
        ("[word]", &[Some(("word", 1.0 / 1.1))]),
        ("[[word]]", &[Some(("word", 1.0 / 1.21))]),
        ("([word])", &[Some(("word", 1.0))]),
        ("(a [b) c]", &[Some(("a ", 1.1)), Some(("b", 1.0)), Some((" c", 1.0 / 1.1))]),
        ("a) b]", &[Some(("a) b]", 1.0))]),
        ("a:1.3)", &[Some(("a:1.3)", 1.0))]),
        ("[a:1.3]", &[Some(("a:1.3", 1.0 / 1.1))]),
        ("(a : 1.3 )", &[Some(("a ", 1.3))]),
        ("(a:+.5)(b:5.)", &[Some(("a", 0.5)), Some(("b", 5.0))]),
        ("(a:-2)", &[Some(("a", -2.0))]),
        ("(a:0)", &[Some(("a", 0.0))]),
        // No numbers: the text stays and the bracket closes as it does without.
        ("(a:1.2.3)", &[Some(("a:1.2.3", 1.1))]),
        ("(a:.)", &[Some(("a:.", 1.1))]),
        ("(a:-)", &[Some(("a:-", 1.1))]),
        ("(a:nan)", &[Some(("a:nan", 1.1))]),
        ("(a:inf)", &[Some(("a:inf", 1.1))]),
        ("(a:1e9)", &[Some(("a:1e9", 1.1))]),
        ("(a:１)", &[Some(("a:１", 1.1))]),
        (&digits, &[Some(("a", 1.0))]),
        (&huge, &[Some(("a", most))]),
        (&tiny, &[Some(("a", 0.0))]),
        ("(a:-1000)", &[Some(("a", -most))]),
        ("((a:99):99)", &[Some(("a", most))]),
        (r"a\b\\c\:", &[Some((r"ab\c:", 1.0))]),
        ("a BREAK b", &[Some(("a", 1.0)), None, Some(("b", 1.0))]),
        ("(a BREAK b:2)", &[Some(("a", 2.0)), None, Some(("b", 2.0))]),
        ("BREAK BREAK,BREAK", &[None, None, Some((",", 1.0)), None]),
        ("BREAKS break xBREAK BREAK_ 9BREAK", &[Some(("BREAKS break xBREAK BREAK_ 9BREAK", 1.0))]),
        // A break keeps a weight of its own apart, whatever that is.
        ("(a:-1)BREAK(b:-1)", &[Some(("a", -1.0)), None, Some(("b", -1.0))]),
    ];
    for (prompt, expected) in table {
        assert_parts(prompt, expected);
    }
}

#[test]
fn random_prompts_give_the_parts_of_the_web_ui() {
    let rows = rows("weighted.json");
    assert!(rows.len() >= 300);
    for row in rows {
        let expected: Vec<Option<(&str, f64)>> = row["parts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|part| Some((part[0].as_str()?, part[1].as_f64()?)))
            .collect();
        assert_parts(row["prompt"].as_str().unwrap(), &expected);
    }
}

#[test]
fn brackets_without_end_cost_no_more_than_their_limit() {
    let prompt = "(".repeat(300_000) + &"x".repeat(10) + &")[".repeat(300_000);
    let start = std::time::Instant::now();
    let got = parts(&prompt);
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    assert!(got.iter().flatten().all(|(_, weight)| weight.abs() <= MOST_WEIGHT));

    let limit = "(".repeat(MOST_OPEN) + "(x)";
    assert_eq!(parts(&limit), [Some(("(x".to_owned(), MOST_WEIGHT))]);
}

#[test]
fn parts_know_their_bytes() {
    let prompt = "a (b\\(é)(c:1.1) BREAK d";
    let parsed = parse_weighted(prompt);
    let spans: Vec<&str> = parsed
        .iter()
        .map(|part| match part {
            Part::Text(segment) => &prompt[segment.span.clone()],
            Part::Break { span } => &prompt[span.clone()],
        })
        .collect();
    assert_eq!(spans, ["a ", "b\\(é)(c", " BREAK ", "d"]);
    let Part::Text(segment) = &parsed[1] else { panic!("{parsed:?}") };
    assert_eq!(segment.text, "b(éc");
    let of = |range| &prompt[segment.span_of(range)];
    assert_eq!((of(0..1), of(1..2), of(2..4), of(4..5)), ("b", "(", "é", "c"));
    assert_eq!((of(0..2), of(2..5), of(1..1)), ("b\\(", "é)(c", ""));
}

#[test]
fn chunks_break_where_the_web_ui_breaks_them() {
    let rows = rows("chunks.json");
    assert!(rows.len() >= 60);
    for row in rows {
        let prompt = row["prompt"].as_str().unwrap();
        let chunks = TOKENIZER.chunks(prompt);
        let got: Vec<[u64; 2]> = chunks
            .iter()
            .map(|chunk| {
                let weighted = chunk.tokens.iter().filter(|token| token.weight != 1.0).count();
                [chunk.tokens.len() as u64, weighted as u64]
            })
            .collect();
        let expected: Vec<[u64; 2]> = row["chunks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|chunk| [0, 1].map(|at| chunk[at].as_u64().unwrap()))
            .collect();
        assert_eq!(got, expected, "{prompt:?}");
    }
}

#[test]
fn chunks_end_at_a_comma_that_is_near() {
    // Words before a comma, words after it, and the tokens of each chunk.
    let table: [(usize, usize, &[usize]); 9] = [
        (0, 0, &[1]),
        (54, 19, &[74]),
        (54, 20, &[75]),
        (54, 21, &[75, 1]),
        (55, 20, &[56, 20]),
        (55, 100, &[56, 75, 25]),
        (73, 2, &[74, 2]),
        (74, 1, &[75, 1]),
        (75, 1, &[75, 2]),
    ];
    for (before, after, expected) in table {
        let prompt = format!("{}, {}", "very ".repeat(before), "very ".repeat(after));
        let fit = TOKENIZER.fit_chunks(&prompt);
        let tokens: Vec<usize> = fit.chunks.iter().map(|chunk| chunk.tokens).collect();
        assert_eq!(tokens, expected, "{before} words, a comma and {after} words");
        assert_eq!(fit.tokens, before + 1 + after);
    }
}

#[test]
fn a_counter_sees_which_part_falls_into_which_chunk() {
    let texts = |prompt| {
        let fit = TOKENIZER.fit_chunks(prompt);
        let texts: Vec<&str> = fit.chunks.iter().map(|chunk| chunk.text).collect();
        assert_eq!(texts.concat(), prompt);
        (fit.tokens, texts.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(texts(""), (0, vec![String::new()]));
    assert_eq!(texts("a (b:2) BREAK c"), (3, vec!["a (b:2) BREAK ".to_owned(), "c".to_owned()]));
    assert_eq!(texts("BREAK a BREAK").1, ["BREAK ", "a BREAK"]);
    assert_eq!(texts("a BREAK BREAK b").1, ["a BREAK ", "BREAK ", "b"]);
    let first = format!("{}, ", "very ".repeat(60));
    let second = format!("(end {}:1.2)", "very ".repeat(20));
    let (tokens, got) = texts(&format!("{first}{second}"));
    assert_eq!(tokens, 82);
    // The bracket has no token of its own: it stays with what is before it.
    assert_eq!(got, [format!("{first}("), second[1..].to_owned()]);
}

#[test]
fn chunks_of_a_plain_prompt_are_its_tokens() {
    for row in rows("sd1.json").iter().chain(&rows("odd.json")) {
        let prompt = row["prompt"].as_str().unwrap();
        let tokens = TOKENIZER.tokens(prompt);
        if prompt.contains(['(', ')', '[', ']', '\\']) || tokens.len() > ClipTokenizer::CAPACITY {
            continue;
        }
        let [chunk] = &TOKENIZER.chunks(prompt)[..] else { panic!("{prompt:?} has more than one chunk") };
        assert_eq!(chunk.ids(TOKENIZER.padding()), TOKENIZER.encode(prompt), "{prompt:?}");
        // Each `!` is a token then, and many are more than fit.
        let first = &OTHER_PADDING.chunks(prompt)[0];
        if OTHER_PADDING.tokens(prompt).len() <= ClipTokenizer::CAPACITY {
            assert_eq!(first.ids(Padding::ExclamationMark), OTHER_PADDING.encode(prompt), "{prompt:?}");
        }
        assert_eq!(chunk.weights(), [1.0; 77], "{prompt:?}");
        assert!(chunk.tokens.iter().map(|token| &token.span).eq(tokens.iter().map(|token| &token.span)));
    }
}

#[test]
fn weights_stand_beside_their_tokens() {
    let chunks = TOKENIZER.chunks("a (red:1.5) (apple:-0.5)");
    let (ids, weights) = (chunks[0].ids(Padding::EndOfText), chunks[0].weights());
    assert_eq!((ids.len(), weights.len()), (77, 77));
    assert_eq!(ids, TOKENIZER.encode("a red apple"));
    assert_eq!(weights[..5], [1.0, 1.0, 1.5, -0.5, 1.0]);
    assert!(weights[5..].iter().all(|&weight| weight == 1.0));
}
