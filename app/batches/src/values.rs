//! Numbers as a person types them: a list, in which there may be ranges.
//!
//! | typed | means |
//! | --- | --- |
//! | `0.2, 0.4, 0.6` | these |
//! | `1-5` | 1, 2, 3, 4, 5 |
//! | `0.2-0.5` of a strength | 0.2, 0.3, 0.4, 0.5 |
//! | `0.2-0.8 (+0.2)` | 0.2, 0.4, 0.6, 0.8 |
//! | `0.2-0.8 [4]` | four values, evenly spread |

use crate::{AxisKind, AxisValue};

/// Most values of one axis.
pub const MOST_VALUES: usize = 64;

/// Digits after the point that a value is rounded to, so that 0.1 + 0.2 is 0.3.
const DECIMALS: usize = 6;

/// Why a text is no list of values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValuesError {
    /// Nothing is there.
    #[error("Write some values, such as {list}.", list = examples(*.0).0)]
    Nothing(AxisKind),
    /// A part is no number and no range.
    #[error("“{0}” is not a number or a range such as {range}.", range = examples(*.1).1)]
    NotANumber(String, AxisKind),
    /// A number has a fraction where there can be none.
    #[error("“{0}” must be a whole number.")]
    NotWhole(String),
    /// A range never ends, or goes nowhere.
    #[error("The range “{0}” does not lead from its first number to its last.")]
    NoWay(String),
    /// There are too many.
    #[error("That is more than {MOST_VALUES} values; write fewer or a wider step.")]
    TooMany,
}

/// A list and a range that make sense for a setting.
fn examples(kind: AxisKind) -> (&'static str, &'static str) {
    match kind {
        AxisKind::Strength => ("0.3, 0.5, 0.7", "0.2-0.8 (+0.2)"),
        _ => ("1, 2, 3", "2-8 (+2)"),
    }
}

/// Reads the values of a setting that is a number. Values that occur again are left out.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn read_values(kind: AxisKind, text: &str) -> Result<Vec<AxisValue>, ValuesError> {
    let mut values: Vec<AxisValue> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        for value in read_part(kind, part)? {
            if values.iter().all(|known| known.value != value) {
                values.push(AxisValue { label: value.clone(), value });
            }
            if values.len() > MOST_VALUES {
                return Err(ValuesError::TooMany);
            }
        }
    }
    if values.is_empty() { Err(ValuesError::Nothing(kind)) } else { Ok(values) }
}

fn read_part(kind: AxisKind, part: &str) -> Result<Vec<String>, ValuesError> {
    // Seeds go beyond what an f64 tells apart, so a single whole number is never made one.
    if part.parse::<u64>().is_ok() {
        return Ok(vec![part.trim_start_matches('0').to_owned()].into_iter().map(or_zero).collect());
    }
    if let Ok(number) = part.parse::<f64>() {
        return written(kind, number, part).map(|number| vec![number]);
    }
    let range = Range::read(kind, part).ok_or_else(|| ValuesError::NotANumber(part.to_owned(), kind))?;
    range.numbers(kind, part)?.into_iter().map(|number| written(kind, number, part)).collect()
}

fn or_zero(digits: String) -> String {
    if digits.is_empty() { "0".to_owned() } else { digits }
}

/// A number as it would stand in the form.
fn written(kind: AxisKind, number: f64, part: &str) -> Result<String, ValuesError> {
    if !number.is_finite() {
        return Err(ValuesError::NotANumber(part.to_owned(), kind));
    }
    let text = format!("{number:.DECIMALS$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match kind.is_whole() && text.contains('.') {
        true => Err(ValuesError::NotWhole(part.to_owned())),
        false => Ok(text.to_owned()),
    }
}

/// `first-last`, with how far apart or how many.
struct Range {
    first: f64,
    last: f64,
    spread: Spread,
}

enum Spread {
    Step(f64),
    Count(usize),
}

impl Range {
    fn read(kind: AxisKind, part: &str) -> Option<Self> {
        let (ends, spread) = match part.split_once(['(', '[']) {
            None => (part, None),
            Some((ends, rest)) => (ends.trim_end(), Some(rest.trim())),
        };
        // The dash between the numbers, not the sign of the first.
        let dash = ends.char_indices().skip(1).find(|(_, letter)| *letter == '-')?.0;
        let (first, last) =
            (ends.get(..dash)?.trim().parse().ok()?, ends.get(dash + 1..)?.trim().parse().ok()?);
        let spread = match spread {
            // All strengths lie between 0 and 1.
            None => Spread::Step(if kind == AxisKind::Strength { 0.1 } else { 1.0 }),
            Some(rest) if part.contains('(') => {
                Spread::Step(rest.strip_suffix(')')?.trim().trim_start_matches('+').parse().ok()?)
            }
            Some(rest) => Spread::Count(rest.strip_suffix(']')?.trim().parse().ok()?),
        };
        Some(Self { first, last, spread })
    }

    fn numbers(&self, kind: AxisKind, part: &str) -> Result<Vec<f64>, ValuesError> {
        let way = self.last - self.first;
        let no_way = || ValuesError::NoWay(part.to_owned());
        if !way.is_finite() {
            return Err(no_way());
        }
        match self.spread {
            Spread::Count(0) => Err(no_way()),
            Spread::Count(count) if count > MOST_VALUES => Err(ValuesError::TooMany),
            Spread::Count(1) => Ok(vec![self.first]),
            Spread::Count(count) => {
                let spread = (0..count).map(|k| self.first + way * k as f64 / (count - 1) as f64);
                Ok(spread.map(|number| if kind.is_whole() { number.round() } else { number }).collect())
            }
            Spread::Step(step) => {
                // A range that goes down is written with a step that goes down, or with none.
                let step = if way < 0.0 && step > 0.0 { -step } else { step };
                let steps = way / step;
                if !steps.is_finite() || steps < 0.0 {
                    return Err(no_way());
                }
                if steps >= MOST_VALUES as f64 {
                    return Err(ValuesError::TooMany);
                }
                // Rounding must not lose the last value.
                let count = (steps + 1e-9).floor() as usize + 1;
                Ok((0..count).map(|k| self.first + step * k as f64).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: AxisKind, text: &str) -> Result<Vec<String>, ValuesError> {
        Ok(read_values(kind, text)?.into_iter().map(|value| value.value).collect())
    }

    #[test]
    fn lists_and_ranges_are_read() {
        let cases: [(&str, &[&str]); 9] = [
            ("0.2, 0.4, 0.6, 0.8", &["0.2", "0.4", "0.6", "0.8"]),
            (" 1 ,, 2,1 ", &["1", "2"]),
            ("1-5", &["1", "2", "3", "4", "5"]),
            ("0.2-0.8 (+0.2)", &["0.2", "0.4", "0.6", "0.8"]),
            ("0.1-0.3(0.1), 1.0", &["0.1", "0.2", "0.3", "1"]),
            ("0.2 - 0.8 [3]", &["0.2", "0.5", "0.8"]),
            ("3-1", &["3", "2", "1"]),
            ("7-1 (-3)", &["7", "4", "1"]),
            ("5-6 [1]", &["5"]),
        ];
        for (text, values) in cases {
            assert_eq!(read(AxisKind::Guidance, text).unwrap(), values, "{text}");
        }
    }

    #[test]
    fn strengths_are_a_tenth_apart() {
        assert_eq!(read(AxisKind::Strength, "0.2-0.5").unwrap(), ["0.2", "0.3", "0.4", "0.5"]);
        assert_eq!(read(AxisKind::Strength, "0.5-0.3").unwrap(), ["0.5", "0.4", "0.3"]);
        assert_eq!(read(AxisKind::Strength, "0.1-0.9 (+0.4)").unwrap(), ["0.1", "0.5", "0.9"]);
    }

    #[test]
    fn whole_numbers_stay_whole_and_large_seeds_exact() {
        assert_eq!(
            read(AxisKind::Seed, "18446744073709551615, 007, 0").unwrap(),
            ["18446744073709551615", "7", "0"]
        );
        assert_eq!(read(AxisKind::Steps, "5-20 [3]").unwrap(), ["5", "13", "20"]);
        assert_eq!(read(AxisKind::Steps, "4.0").unwrap(), ["4"]);
        assert_eq!(read(AxisKind::Steps, "2, 2.5"), Err(ValuesError::NotWhole("2.5".to_owned())));
        assert_eq!(read(AxisKind::Steps, "1-2 (+0.5)"), Err(ValuesError::NotWhole("1-2 (+0.5)".to_owned())));
    }

    #[test]
    fn what_is_no_list_is_told() {
        let not = |text: &str| Err(ValuesError::NotANumber(text.to_owned(), AxisKind::Guidance));
        for text in ["many", "1-", "-", "1-2 (+x)", "1-2 [", "1-2)", "NaN", "inf", "1-2 (1", "1 2"] {
            assert_eq!(read(AxisKind::Guidance, text), not(text), "{text}");
        }
        assert_eq!(read(AxisKind::Guidance, " , "), Err(ValuesError::Nothing(AxisKind::Guidance)));
        let of_strength = read(AxisKind::Strength, "much").unwrap_err().to_string();
        assert_eq!(of_strength, "“much” is not a number or a range such as 0.2-0.8 (+0.2).");
        for text in ["1-5 (+0)", "1-5 (-1)", "1-5 [0]"] {
            assert_eq!(read(AxisKind::Guidance, text), Err(ValuesError::NoWay(text.to_owned())), "{text}");
        }
        for text in ["1-65", "0-1 (0.000001)", "1-2 [65]", "1-60, 61-70", "1-1e308 (1)"] {
            assert_eq!(read(AxisKind::Guidance, text), Err(ValuesError::TooMany), "{text}");
        }
    }
}
