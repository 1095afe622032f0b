// Blocks of 32 values. Words:
// 0     halves: scale, minimum (zero where the type has none)
// 1     with FIFTH_BITS: bit i is the top bit of value i
// then  with EIGHT_BITS 8 words of signed bytes; otherwise 4 words of 4-bit integers, of which the lower halves of the
//       bytes are values 0 to 15 and the upper halves values 16 to 31

fn scale_at(begin: u32, at: u32) -> Scale {
    let halves = unpack2x16float(word(begin));
    return Scale(halves.x, halves.y);
}

#ifdef EIGHT_BITS
// With the sign's bit turned round, signed bytes count from -128: the ZERO_POINT is 128.
fn integers_at(begin: u32, at: u32) -> integers {
    return bytes(word(begin + 1u + at / 4u), at) ^ integers(128u);
}
#else
fn four_bits(begin: u32, at: u32) -> integers {
    return bits(bytes(word(begin + at % 16u / 4u), at), at / 16u * 4u, 4u);
}

#ifdef FIFTH_BITS
fn integers_at(begin: u32, at: u32) -> integers {
#ifdef QUADS
    let places = vec4(at, at + 1u, at + 2u, at + 3u);
#else
    let places = at;
#endif
    let fifths = (integers(word(begin + 1u)) >> places) & integers(1u);
    return above(four_bits(begin + 2u, at), fifths, 4u);
}
#else
fn integers_at(begin: u32, at: u32) -> integers {
    return four_bits(begin + 1u, at);
}
#endif
#endif
