//! Files cut off or changed anywhere.

use super::*;

#[test]
fn every_truncation_is_refused() {
    let text = written(&sound());
    let end = text.trim_end().len();
    for length in 0..end {
        let refused = read_bytes(&text.as_bytes()[..length]);
        assert!(refused.is_err(), "cut at {length} of {end}");
    }
    assert!(read_bytes(&text.as_bytes()[..end]).is_ok());
}

#[test]
fn what_follows_the_end_is_refused() {
    let text = written(&sound());
    for more in ["}", ",", "{}", "x", "\0"] {
        assert!(matches!(read_text(&format!("{text}{more}")), Err(PackError::Syntax { .. })), "{more:?}");
    }
}

/// A changed byte is refused, or changes words alone: never a picture, and never the order of things.
#[test]
fn no_changed_byte_passes_into_a_picture() {
    let text = written(&sound()).into_bytes();
    let (mut taken, before) = (0, sound());
    for at in 0..text.len() {
        for change in [1, 4, 32, 128] {
            let mut damaged = text.clone();
            damaged[at] ^= change;
            if let Ok(read) = read_bytes(&damaged) {
                taken += 1;
                for (key, picture) in &read.pictures {
                    assert_eq!(Some(picture), before.picture(*key), "byte {at}");
                }
            }
        }
    }
    assert!(taken > 100, "prompts may have any letters: {taken}");
}

/// Brackets and commas where none belong.
#[test]
fn what_is_not_json_is_refused() {
    let text = written(&sound());
    for (before, after) in [
        ("\n  \"version\": 1,", "\n  \"version\": 1"),
        ("\n  \"version\": 1,", "\n  \"version\": 1,,"),
        ("\n  \"version\": 1,", "\n  \"version\" 1,"),
        ("\n  \"version\": 1,", "\n  version: 1,"),
        ("\n  \"version\": 1,", "\n  \"version\": ,"),
        ("\n  \"version\": 1,", "\n  \"version\": 01,"),
        ("\n  \"version\": 1,", "\n  \"version\": 1 1,"),
        ("\n  \"version\": 1,", "\n  // a comment\n  \"version\": 1,"),
        ("\n    },\n    {", "\n    }\n    {"),
        ("\n    }\n  ]", "\n    },\n  ]"),
        ("\n    }\n  ]", "\n    }\n  },"),
        ("\n  ]\n}", "\n  ],\n}"),
        ("\"favorite\": true", "\"favorite\": True"),
        ("\"favorite\": true", "\"favorite\": [}"),
        ("\"favorite\": true", "\"favorite\": \"\u{1}\""),
    ] {
        assert!(text.contains(before), "{before}");
        let error = read_text(&text.replacen(before, after, 1)).expect_err(after);
        assert!(!matches!(error, PackError::File(_)), "{error}");
    }
}

#[test]
fn damaged_foreign_files_are_refused() {
    let zip = super::foreign::zip(&[
        ("generation.json", b"{\"prompt\":\"x\"}"),
        ("generation.png", png(5, 3, 1).bytes()),
    ]);
    let picture = png(5, 3, 1);
    for file in [zip.as_slice(), picture.bytes()] {
        for length in 0..file.len() - 1 {
            // A PNG may lack its end: the settings come before.
            if let Ok(read) = read_bytes(&file[..length]) {
                assert!(file == picture.bytes() && read.pack.entries.len() == 1, "cut at {length}");
            }
        }
        for at in 0..file.len() {
            for bit in 0..8 {
                let mut damaged = file.to_vec();
                damaged[at] ^= 1 << bit;
                read_bytes(&damaged).ok();
            }
        }
    }
}
