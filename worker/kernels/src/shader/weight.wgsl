// Elements of a weight, widened from the type of its file. Scales of int8 rows come later, once per sum: see
// epilogue. `stored` is what the weight's buffer is an array of: four neighbouring elements, or a word of blocks.
#import prelude

#ifdef WEIGHT_BLOCK
alias stored = u32;
#import block
#endif

#ifdef WEIGHT_F32
alias stored = vec4<f32>;

fn widen(elements: stored) -> scalar4 {
    return elements;
}
#endif
#ifdef WEIGHT_F16
alias stored = vec2<u32>;

fn widen(elements: stored) -> scalar4 {
    return scalar4(unpack2x16float(elements.x), unpack2x16float(elements.y));
}
#endif
#ifdef WEIGHT_BF16
alias stored = vec2<u32>;

// A bfloat16 is the upper half of an f32.
fn widen(elements: stored) -> scalar4 {
    return bitcast<vec4<f32>>(vec4(
        elements.x << 16u, elements.x & 0xffff0000u,
        elements.y << 16u, elements.y & 0xffff0000u,
    ));
}
#endif
#ifdef WEIGHT_I8
alias stored = u32;

// Each byte moves to the top, and the arithmetic shift back extends its sign.
fn widen(elements: stored) -> scalar4 {
    return scalar4(bitcast<vec4<i32>>(vec4(elements) << vec4(24u, 16u, 8u, 0u)) >> vec4(24u));
}
#endif
