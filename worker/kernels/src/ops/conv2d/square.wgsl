// Squares of WIDTH x HEIGHT positions that a 3x3 convolution computes together, and their patches: a square and its border,
// PATCH_WIDTH wide.
#import pixel

struct Square {
    sample: u32,
    first_y: u32,
    first_x: u32,
}

fn square_of(index: u32) -> Square {
    let squares_x = (params.out_width + WIDTH - 1u) / WIDTH;
    let squares_y = (params.out_height + HEIGHT - 1u) / HEIGHT;
    let y = index / squares_x;
    return Square(y / squares_y, y % squares_y * HEIGHT, index % squares_x * WIDTH);
}

// Where a position of a patch begins.
fn begin_of_patch(square: Square, at: u32) -> u32 {
    let y = i32(square.first_y + at / PATCH_WIDTH) - 1;
    let x = i32(square.first_x + at % PATCH_WIDTH) - 1;
    return pixel(square.sample * params.height, y, x);
}
