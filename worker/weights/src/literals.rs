//! Python's JSON: it writes numbers that JSON does not have.

/// Numbers without a JSON form, as Python's `json` spells them. The longer one comes first.
const LITERALS: [&[u8]; 3] = [b"-Infinity", b"Infinity", b"NaN"];

/// The text with `null` for every infinity and NaN outside its strings. Published configurations have them: diffusers
/// writes `"lambda_min_clipped": -Infinity` for a setting that is off.
pub(crate) fn without_infinities(json: Vec<u8>) -> Vec<u8> {
    let mut kept = Vec::with_capacity(json.len());
    let (mut rest, mut in_string) = (json.as_slice(), false);
    while let Some((&first, after)) = rest.split_first() {
        let literal = LITERALS.iter().find(|literal| !in_string && rest.starts_with(literal));
        if let Some(literal) = literal {
            kept.extend_from_slice(b"null");
            rest = rest.get(literal.len()..).unwrap_or_default();
            continue;
        }
        kept.push(first);
        rest = after;
        match first {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                // An escaped quote does not end the string.
                kept.extend(rest.first());
                rest = rest.get(1..).unwrap_or_default();
            }
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_are_replaced() {
        for (text, expected) in [
            (r#"{"a": -Infinity, "b": NaN}"#, r#"{"a": null, "b": null}"#),
            (r#"[Infinity,1e9]"#, "[null,1e9]"),
            (r#"{"NaN": "-Infinity \" NaN"}"#, r#"{"NaN": "-Infinity \" NaN"}"#),
            (r#""\\" NaN"#, r#""\\" null"#),
            (r#"{"cut": "\"#, r#"{"cut": "\"#),
        ] {
            let got = without_infinities(text.as_bytes().to_vec());
            assert_eq!(String::from_utf8(got).unwrap(), expected);
        }
    }
}
