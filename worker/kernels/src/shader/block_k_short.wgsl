// Superblocks of 256 values of two or three bits, with a scale for each 16.
//
// Q2_K, words:                                        Q3_K, with THIRD_BITS, words:
// 0 to 3    bytes: scale, above it minimum             0 to 7    third bits: value i has bit i / 32 of byte i % 32
// 4 to 19   two-bit integers                           8 to 23   two-bit integers
// 20        halves: scales' scale, minima's scale      24 to 26  scales: lower four bits, then upper two
//                                                      27        half: scales' scale
//
// Two-bit integers come in two halves of 128 values: one byte has the bits of four values that lie 32 apart.
fn two_bits(begin: u32, at: u32) -> integers {
    return bits(bytes(word(begin + at / 128u * 8u + at % 32u / 4u), at), at % 128u / 32u * 2u, 2u);
}

#ifdef THIRD_BITS
fn scale_at(begin: u32, at: u32) -> Scale {
    let sub = at / 16u;
    let lower = (byte(word(begin + 24u + sub % 8u / 4u), sub) >> (sub / 8u * 4u)) & 15u;
    let upper = (byte(word(begin + 26u), sub) >> (sub / 4u * 2u)) & 3u;
    let scale = scalar(lower | (upper << 4u)) - 32.0;
    return Scale(unpack2x16float(word(begin + 27u)).x * scale, 0.0);
}

fn integers_at(begin: u32, at: u32) -> integers {
    let thirds = bits(bytes(word(begin + at % 32u / 4u), at), at / 32u, 1u);
    return above(two_bits(begin + 8u, at), thirds, 2u);
}
#else
fn scale_at(begin: u32, at: u32) -> Scale {
    let sub = at / 16u;
    let packed = byte(word(begin + sub / 4u), sub);
    let halves = unpack2x16float(word(begin + 20u));
    return Scale(halves.x * scalar(packed & 15u), -(halves.y * scalar(packed >> 4u)));
}

fn integers_at(begin: u32, at: u32) -> integers {
    return two_bits(begin + 4u, at);
}
#endif
