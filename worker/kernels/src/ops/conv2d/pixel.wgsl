// Where a convolution finds a pixel.

// `image_row` counts rows of pixels in the images before. `y` and `x` are in the picture after its pixels were repeated
// to `grown_height` x `grown_width`, and may lie outside of it. Without a branch, since each thread asks several times in a
// row: compilers took seconds for that.
fn pixel(image_row: u32, y: i32, x: i32) -> u32 {
    let row = u32(y) * params.height / params.grown_height;
    let column = u32(x) * params.width / params.grown_width;
    let is_inside = y >= 0 && y < i32(params.grown_height) && x >= 0 && x < i32(params.grown_width);
    return select(NOWHERE, begin_of((image_row + row) * params.width + column), is_inside);
}
