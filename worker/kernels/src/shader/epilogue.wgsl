// What happens to four neighbouring sums of a matrix product before they are stored:
// y = activation(sum * scale + bias + per_sample) + residual, or with the residual inside the activation.
//
// Which parts there are is decided at run time: the branches are the same for all threads and run once per output,
// and one pipeline serves all.
#import element
#import math

struct Epilogue {
    // Columns of the output.
    columns: u32,
    // Row r belongs to sample r / rows_per_sample.
    rows_per_sample: u32,
    activation: u32,
    // HAS_*
    parts: u32,
    // Values per sample lie in rows of this length, from this column on.
    per_sample_width: u32,
    per_sample_first: u32,
    // A structure within parameters takes a multiple of 16 bytes.
    unused: vec2<u32>,
}

const HAS_SCALES = 1u;
const HAS_BIAS = 2u;
const HAS_PER_SAMPLE = 4u;
const HAS_RESIDUAL = 8u;
const HAS_RESIDUAL_INSIDE = 16u;

// [columns], [columns], [samples, width], [rows, columns].
@group(0) @binding(1) var<storage, read> scales: array<element>;
@group(0) @binding(2) var<storage, read> bias: array<element>;
@group(0) @binding(3) var<storage, read> per_sample: array<element>;
@group(0) @binding(4) var<storage, read> residual: array<element>;

// `at` counts columns. Past the end of a row the values belong to another one; they are never stored.
#ifdef ALIGNED
fn scales4(at: u32) -> scalar4 { return scales[at / 4u]; }
fn bias4(at: u32) -> scalar4 { return bias[at / 4u]; }
fn per_sample4(at: u32) -> scalar4 { return per_sample[at / 4u]; }
fn residual4(at: u32) -> scalar4 { return residual[at / 4u]; }
#else
fn scales4(at: u32) -> scalar4 { return scalar4(scales[at], scales[at + 1u], scales[at + 2u], scales[at + 3u]); }
fn bias4(at: u32) -> scalar4 { return scalar4(bias[at], bias[at + 1u], bias[at + 2u], bias[at + 3u]); }
fn per_sample4(at: u32) -> scalar4 {
    return scalar4(per_sample[at], per_sample[at + 1u], per_sample[at + 2u], per_sample[at + 3u]);
}
fn residual4(at: u32) -> scalar4 {
    return scalar4(residual[at], residual[at + 1u], residual[at + 2u], residual[at + 3u]);
}
#endif

fn finish(epilogue: Epilogue, row: u32, first_column: u32, sum: scalar4) -> scalar4 {
    var y = sum;
    if ((epilogue.parts & HAS_SCALES) != 0u) {
        y *= scales4(first_column);
    }
    if ((epilogue.parts & HAS_BIAS) != 0u) {
        y += bias4(first_column);
    }
    if ((epilogue.parts & HAS_PER_SAMPLE) != 0u) {
        let sample = row / epilogue.rows_per_sample;
        y += per_sample4(sample * epilogue.per_sample_width + epilogue.per_sample_first + first_column);
    }
    if ((epilogue.parts & HAS_RESIDUAL_INSIDE) != 0u) {
        y += residual4(row * epilogue.columns + first_column);
    }
    y = activate(y, epilogue.activation);
    if ((epilogue.parts & HAS_RESIDUAL) != 0u) {
        y += residual4(row * epilogue.columns + first_column);
    }
    return y;
}
