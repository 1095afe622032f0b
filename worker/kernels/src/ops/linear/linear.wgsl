// A linear layer: one workgroup computes a tile of x w^T. See matmul.
#import matmul

// Where the row begins. Rows past the end repeat the last one; their sums are never stored.
fn origin(row: u32) -> u32 {
    return min(row, params.rows - 1u) * params.inputs;
}

fn locate(origin: u32, tap: u32) -> u32 {
    return origin;
}
