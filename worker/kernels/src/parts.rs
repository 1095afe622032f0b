//! How something is cut into parts.

/// The length of even parts of `count` that have at most `most` each: as few parts as possible, of which the last one is
/// little shorter than the others. At least 1.
pub(crate) fn even_part(count: usize, most: usize) -> usize {
    let parts = count.div_ceil(most.max(1)).max(1);
    count.div_ceil(parts).max(1)
}

#[cfg(test)]
mod tests {
    use super::even_part;

    #[test]
    fn parts_are_few_and_even() {
        assert_eq!([0, 1, 100, 101, 250].map(|count| even_part(count, 100)), [1, 1, 100, 51, 84]);
        assert_eq!(even_part(5, 0), 1);
    }
}
