// Superblocks of 256 values of six bits, with a signed scale for each 16. Words:
// 0 to 31   lower four bits: in each half of 128 values, 64 bytes have values 0 to 63 in their lower halves and 64 to
//           127 in their upper ones
// 32 to 47  upper two bits: in each half, 32 bytes have the bits of four values that lie 32 apart
// 48 to 51  scales
// 52        half: scales' scale

fn scale_at(begin: u32, at: u32) -> Scale {
    let sub = at / 16u;
    // The byte moves to the top, and the arithmetic shift back extends its sign.
    let scale = bitcast<i32>(byte(word(begin + 48u + sub / 4u), sub) << 24u) >> 24u;
    return Scale(unpack2x16float(word(begin + 52u)).x * scalar(scale), 0.0);
}

fn integers_at(begin: u32, at: u32) -> integers {
    let half_block = at / 128u;
    let lower = bits(bytes(word(begin + half_block * 16u + at % 64u / 4u), at), at % 128u / 64u * 4u, 4u);
    let upper =
        bits(bytes(word(begin + 32u + half_block * 8u + at % 32u / 4u), at), at % 128u / 32u * 2u, 2u);
    return above(lower, upper, 4u);
}
