// Values of a quantized weight, decoded from its blocks: step * (integer - ZERO_POINT) + shift, in the order of
// operations of the crate `blocks`.
//
// Blocks lie one after the other, in words: BLOCK_WORDS of them hold BLOCK_VALUES values. A type with one half as its
// scale is two bytes short of a whole word; the padding lies behind that half, so that whatever follows is aligned.
//
// With QUADS four neighbouring values are decoded at once. The first one's place is a multiple of four, so all four
// are under one scale, and their bits are at one height of the four bytes of a word. Everything below is written so
// that it reads the same for one value and for four.
//
// The importer says `word(at)`, a word of the weight. The module imported here says `scale_at(begin, at)` and
// `integers_at(begin, at)` for the value (or four) at `at` of the block that begins at the word `begin`.
#import prelude

#ifdef QUADS
alias integers = vec4<u32>;
alias decoded = scalar4;
#else
alias integers = u32;
alias decoded = scalar;
#endif

struct Scale {
    step: scalar,
    shift: scalar,
}

// Byte `at % 4` of a word.
fn byte(word: u32, at: u32) -> u32 {
    return (word >> (at % 4u * 8u)) & 255u;
}

// The byte of value `at`, or those of the four that begin there.
fn bytes(word: u32, at: u32) -> integers {
#ifdef QUADS
    return (vec4(word) >> vec4(0u, 8u, 16u, 24u)) & vec4(255u);
#else
    return byte(word, at);
#endif
}

// `count` bits of each byte, from `lowest` on.
fn bits(of_bytes: integers, lowest: u32, count: u32) -> integers {
    return (of_bytes >> integers(lowest)) & integers((1u << count) - 1u);
}

// Puts `upper` above `count` lower bits.
fn above(lower: integers, upper: integers, count: u32) -> integers {
    return lower | (upper << integers(count));
}

#ifdef BLOCK_LEGACY
#import block_legacy
#endif
#ifdef BLOCK_K_SHORT
#import block_k_short
#endif
#ifdef BLOCK_K_LONG
#import block_k_long
#endif
#ifdef BLOCK_Q6_K
#import block_q6_k
#endif

// The value at `at` of the whole weight, or the four that begin there.
fn decode(at: u32) -> decoded {
    let begin = at / BLOCK_VALUES * BLOCK_WORDS;
    let within = at % BLOCK_VALUES;
    let scale = scale_at(begin, within);
    let steps = decoded(integers_at(begin, within)) - decoded(scalar(ZERO_POINT));
    return scale.step * steps + scale.shift;
}
