//! How far numbers are from those that were expected: the normalised mean squared error.
//!
//! It has no unit, so one ceiling fits all operators, and it cannot be passed by values that are all near zero.

/// Why two lists of numbers cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// Different lengths, or nothing at all.
    #[error("{got} values where {expected} were expected")]
    Lengths {
        /// Number of values.
        got: usize,
        /// Number of expected values.
        expected: usize,
    },
    /// Values that are no numbers come before any measure.
    #[error("{count} of {of} values are not finite")]
    NotFinite {
        /// How many, on either side.
        count: usize,
        /// Values on both sides.
        of: usize,
    },
    /// Nothing but zeros was expected: no error is small beside them.
    #[error("the expected values are all zero")]
    AllZero,
}

/// `mean((got - expected)^2) / variance(expected)`. When all expected values are equal, their mean square takes the
/// place of the variance.
///
/// # Errors
/// [`Incomparable`], when there is nothing to measure.
pub fn nmse<T: Copy + Into<f64>>(got: &[f32], expected: &[T]) -> Result<f64, Incomparable> {
    if got.len() != expected.len() || expected.is_empty() {
        return Err(Incomparable::Lengths { got: got.len(), expected: expected.len() });
    }
    let expected: Vec<f64> = expected.iter().map(|&value| value.into()).collect();
    let broken = got.iter().filter(|value| !value.is_finite()).count()
        + expected.iter().filter(|value| !value.is_finite()).count();
    if broken > 0 {
        return Err(Incomparable::NotFinite { count: broken, of: 2 * got.len() });
    }
    let mean_of = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / got.len() as f64;
    let mean = mean_of(&mut expected.iter().copied());
    let variance = mean_of(&mut expected.iter().map(|value| (value - mean).powi(2)));
    let scale = if variance > 0.0 { variance } else { mean * mean };
    if scale == 0.0 {
        return Err(Incomparable::AllZero);
    }
    let pairs = got.iter().zip(&expected);
    Ok(mean_of(&mut pairs.map(|(&got, expected)| (f64::from(got) - expected).powi(2))) / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_share_of_the_variance() {
        assert_eq!(nmse(&[0.0, 2.0], &[0.0, 2.0]), Ok(0.0));
        assert_eq!(nmse(&[1.0, 3.0], &[0.0_f32, 2.0]), Ok(1.0));
        assert_eq!(nmse(&[3.0, 3.0], &[2.0, 2.0]), Ok(0.25));
    }

    #[test]
    fn nothing_is_close_to_what_cannot_be_compared() {
        let not_finite = |count| Err(Incomparable::NotFinite { count, of: 4 });
        assert_eq!(nmse(&[f32::NAN, 2.0], &[0.0, 2.0]), not_finite(1));
        assert_eq!(nmse(&[f32::INFINITY, 2.0], &[f64::NAN, 2.0]), not_finite(2));
        assert_eq!(nmse(&[0.0], &[0.0, 2.0]), Err(Incomparable::Lengths { got: 1, expected: 2 }));
        assert_eq!(nmse(&[], &[0.0; 0]), Err(Incomparable::Lengths { got: 0, expected: 0 }));
        assert_eq!(nmse(&[0.0, 0.0], &[0.0, 0.0]), Err(Incomparable::AllZero));
    }
}
