// Tiles of the weight in workgroup memory, each as [k / 4][k % 4][column / 4], and vectors of columns again by which of a
// thread's each is. An index that is a constant needs no check of its bounds, and the others are a thread's own.
//
// Wants WEIGHT_TILES, and of a tile QUADS vectors of columns, SPAN for each of THREADS_X threads.

// Vectors of four in a step along k.
const STEP_QUADS = STEP / 4u;
var<workgroup> weight_tile: array<array<array<array<array<scalar4, THREADS_X>, SPAN>, 4>, STEP_QUADS>, WEIGHT_TILES>;

// Four inputs, as rows, of the four columns of vector `line`.
fn put_weights(tile: u32, quad: u32, line: u32, w: mat4x4<f32>) {
#repeat i 4
    weight_tile[tile][quad][$i][line / THREADS_X][line % THREADS_X] = w[$i];
#end
}
