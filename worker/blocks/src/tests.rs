//! Decoding against candle's, to the bit, and what encoding loses. The reference's own bytes and values are in the
//! tests of `weights`, which reads the files that hold them.
#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

use super::*;

/// Numbers in -1..1, the same every time.
fn wave(len: usize) -> Vec<f32> {
    (0..len).map(|i| ((i * i) as f32 * 0.37 + i as f32 * 0.011).sin()).collect()
}

#[test]
fn types_are_what_ggml_says() {
    for block in BlockType::ALL {
        assert_eq!(BlockType::from_ggml_id(block.ggml_id()), Some(block));
        assert_eq!(block.bytes_of(block.values() * 3), Some(block.bytes() * 3));
        assert_eq!(block.bytes_of(block.values() + 1), None);
    }
    assert_eq!(BlockType::from_ggml_id(4), None);
    assert_eq!(BlockType::Q4_K.to_string(), "Q4_K");
}

#[test]
fn decoding_what_was_encoded_loses_little_and_the_less_the_more_bits() {
    let values = wave(4096);
    let loss = |block: BlockType| {
        let bytes = encode(block, &values).unwrap();
        assert_eq!(Some(bytes.len()), block.bytes_of(values.len()));
        assert!(block.is_finite(&bytes));
        let mut decoded = vec![f32::NAN; values.len()];
        block.decode(&bytes, &mut decoded);
        let squares = values.iter().zip(&decoded).map(|(a, b)| f64::from(a - b).powi(2));
        squares.sum::<f64>() / values.iter().map(|&a| f64::from(a).powi(2)).sum::<f64>()
    };
    use BlockType::{Q2_K, Q3_K, Q4_0, Q4_1, Q4_K, Q5_0, Q5_1, Q5_K, Q6_K, Q8_0};
    let ceilings = [
        (Q8_0, 4e-5),
        (Q6_K, 1e-3),
        (Q5_K, 4e-3),
        (Q5_1, 3e-3),
        (Q5_0, 4e-3),
        (Q4_K, 1e-2),
        (Q4_1, 1e-2),
        (Q4_0, 1.5e-2),
        (Q3_K, 5e-2),
        (Q2_K, 2e-1),
    ];
    for (block, ceiling) in ceilings {
        let loss = loss(block);
        println!("{block}: {loss:.1e}");
        assert!(loss < ceiling && loss > ceiling / 100.0, "{block}: {loss:.1e}");
    }
}

#[test]
fn a_scale_that_is_no_number_is_found() {
    for block in BlockType::ALL {
        let mut bytes = vec![0; block.bytes() * 2];
        assert!(block.is_finite(&bytes), "{block}");
        // Every two bytes as an infinite half: some of them are the scale.
        bytes[block.bytes()..].as_chunks_mut::<2>().0.fill([0x00, 0x7c]);
        assert!(!block.is_finite(&bytes), "{block}");
    }
}

#[test]
fn partial_blocks_are_left_alone() {
    let mut values = [7.0; 40];
    BlockType::Q8_0.decode(&[0; 50], &mut values);
    assert_eq!((values[31], values[32]), (0.0, 7.0));
}
