//! The order of a filter's values. Files have `[o, i, kh, kw]`; a convolution over channels-last pictures multiplies
//! `[o, kh, kw, i]`, so that one row of the filter lies like the patch of a picture that it meets.

/// Copies rows of values `[inputs, taps]` to rows `[taps, padded_inputs]`. Padding stays as it is in `to`.
pub(crate) fn channels_last<T: Copy>(
    from: &[T],
    to: &mut [T],
    [inputs, taps]: [usize; 2],
    padded_inputs: usize,
) {
    for (from, to) in from.chunks_exact(inputs * taps).zip(to.chunks_exact_mut(taps * padded_inputs)) {
        for (tap, to) in to.chunks_exact_mut(padded_inputs).enumerate() {
            let column = from.iter().skip(tap).step_by(taps);
            for (to, from) in to.iter_mut().zip(column) {
                *to = *from;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taps_come_before_channels() {
        // Two rows, two inputs, three taps: the value at [row, input, tap] is 100 row + 10 input + tap.
        let file: Vec<u8> = [0, 100].iter().flat_map(|r| [0, 1, 2, 10, 11, 12].map(|v| r + v)).collect();
        let mut out = vec![7; 24];
        channels_last(&file, &mut out, [2, 3], 4);
        let row = |r: u8| [r, r + 10, 7, 7, r + 1, r + 11, 7, 7, r + 2, r + 12, 7, 7];
        assert_eq!(out, [row(0), row(100)].concat());
    }
}
