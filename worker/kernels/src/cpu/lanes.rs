//! Four values at a time, which is what a processor's or a browser's SIMD instructions compute with. The compiler finds them
//! by itself in plain loops alone, not where many values depend on each other.

pub(crate) use wide::f32x4;

/// Values of a vector.
pub(crate) const LANES: usize = 4;

/// The first four of `values`, and zeros for those that are missing.
#[inline(always)]
pub(crate) fn load(values: &[f32]) -> f32x4 {
    if let Some(chunk) = values.first_chunk() {
        return f32x4::new(*chunk);
    }
    let mut lanes = [0.0; LANES];
    lanes[..values.len()].copy_from_slice(values);
    f32x4::new(lanes)
}

/// As many of the lanes as there is room for.
#[inline(always)]
pub(crate) fn store(lanes: f32x4, values: &mut [f32]) {
    match values.first_chunk_mut() {
        Some(chunk) => *chunk = lanes.to_array(),
        None => values.copy_from_slice(&lanes.to_array()[..values.len()]),
    }
}

/// Applies `function` to each value where it lies.
#[inline(always)]
pub(crate) fn each(values: &mut [f32], function: impl Fn(f32x4) -> f32x4) {
    let (chunks, rest) = values.as_chunks_mut();
    for chunk in chunks {
        *chunk = function(f32x4::new(*chunk)).to_array();
    }
    store(function(load(rest)), rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_values_is_mapped() {
        for len in 0..10 {
            let mut values: Vec<f32> = (0..len).map(|at| at as f32).collect();
            each(&mut values, |x| x * 2.0 + 1.0);
            assert!(
                values.iter().enumerate().all(|(at, &value)| value == 2.0 * at as f32 + 1.0),
                "{values:?}"
            );
        }
    }
}
