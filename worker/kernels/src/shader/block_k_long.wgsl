// Superblocks of 256 values of four or five bits, with a scale and a minimum for each 32. Words:
// 0       halves: scales' scale, minima's scale
// 1 to 3  eight scales and eight minima of 6 bits, see scale_at
// then    with FIFTH_BITS 8 words of fifth bits: value i has bit i / 32 of byte i % 32
// then    32 words of 4-bit integers: in each 32 bytes the lower halves are 32 values, the upper halves the next 32

fn scale_at(begin: u32, at: u32) -> Scale {
    let sub = at / 32u;
    let first = byte(word(begin + 1u), sub);
    let second = byte(word(begin + 2u), sub);
    var scale = first & 63u;
    var minimum = second & 63u;
    // The last four of each have their lower four bits in the last word, and the rest above the first four.
    if (sub >= 4u) {
        let third = byte(word(begin + 3u), sub);
        scale = (third & 15u) | ((first >> 6u) << 4u);
        minimum = (third >> 4u) | ((second >> 6u) << 4u);
    }
    let halves = unpack2x16float(word(begin));
    return Scale(halves.x * scalar(scale), -(halves.y * scalar(minimum)));
}

fn four_bits(begin: u32, at: u32) -> integers {
    return bits(bytes(word(begin + at / 64u * 8u + at % 32u / 4u), at), at / 32u % 2u * 4u, 4u);
}

#ifdef FIFTH_BITS
fn integers_at(begin: u32, at: u32) -> integers {
    let fifths = bits(bytes(word(begin + 4u + at % 32u / 4u), at), at / 32u, 1u);
    return above(four_bits(begin + 12u, at), fifths, 4u);
}
#else
fn integers_at(begin: u32, at: u32) -> integers {
    return four_bits(begin + 4u, at);
}
#endif
