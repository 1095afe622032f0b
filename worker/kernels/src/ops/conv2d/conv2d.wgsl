// A convolution as a matrix product whose left matrix is never built (implicit GEMM): one workgroup computes
// TILE_ROWS positions x TILE_COLUMNS channels of the output. See tile.
//
// x: [batch, height, width, inputs], weight: [columns, filter height, filter width, padded inputs].
#import tile
#import pixel

// An output position: the upper left corner of its window, in input coordinates that may lie outside.
struct Origin {
    y: i32,
    x: i32,
    // Rows of pixels in the images before.
    image_row: u32,
}

fn origin(row: u32) -> Origin {
    // Rows past the end repeat the last one; their sums are never stored.
    let position = min(row, params.rows - 1u);
    let out_row = position / params.out_width;
    let y = out_row % params.out_height * params.stride;
    let x = position % params.out_width * params.stride;
    let image_row = out_row / params.out_height * params.height;
    return Origin(i32(y) - i32(params.top), i32(x) - i32(params.left), image_row);
}

fn locate(origin: Origin, tap: u32) -> u32 {
    let y = origin.y + i32(tap / params.filter_width);
    let x = origin.x + i32(tap % params.filter_width);
    return pixel(origin.image_row, y, x);
}
