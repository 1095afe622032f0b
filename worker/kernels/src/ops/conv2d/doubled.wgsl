// A 3x3 convolution of a picture whose pixels were doubled along both directions. Each output meets only 2 x 2 different
// pixels, so the weights that meet the same one are added first, and 4 products stand for 9. Along one direction, with a
// filter g and pixels x,
//
//     y[2n]     = g[0] x[n - 1] + (g[1] + g[2]) x[n]
//     y[2n + 1] = (g[0] + g[1]) x[n] + g[2] x[n + 1].
//
// The weights are added at each read, which takes as many reads as nine taps did, and keeps them as their file has them.

const TAPS = 4u;

// Which of the four outputs of a pixel: 0 or 1 along both directions.
struct Phase {
    y: u32,
    x: u32,
}

fn phase_of(index: u32) -> Phase {
    return Phase(index / 2u, index % 2u);
}

// Weights of four columns and four inputs for one of 2 x 2 pixels, as [input][column].
fn sum_of_weights(column: u32, phase: Phase, tap: u32, input: u32) -> mat4x4<f32> {
    let pixel_y = tap / 2u;
    let pixel_x = tap % 2u;
    // A pixel on the side of the phase is met by one tap, the other one by two.
    let first_y = pixel_y * (1u + phase.y);
    let first_x = pixel_x * (1u + phase.x);
    let end_y = first_y + select(2u, 1u, pixel_y == phase.y);
    let end_x = first_x + select(2u, 1u, pixel_x == phase.x);
    var sum = mat4x4<f32>();
    for (var y = first_y; y < end_y; y++) {
        for (var x = first_x; x < end_x; x++) {
            sum += weight_block(column, y * 3u + x, input);
        }
    }
    return sum;
}
