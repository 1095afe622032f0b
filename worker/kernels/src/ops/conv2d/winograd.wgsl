// A 3x3 convolution that keeps the size, by Winograd's minimal filtering F(2x2, 3x3): one workgroup computes a square of
// 8 x 8 positions x 32 channels with 16 products for each 36 of the definition.
//
// Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, CVPR 2016: for every 2 x 2 outputs Y, with the
// 4 x 4 inputs d that they depend on and the 3 x 3 filter g of one channel,
//
//     Y = At [sum over channels (G g Gt) * (Bt d B)] A,
//
//          1  0 -1  0          1    0    0
//     Bt = 0  1  1  0     G =  1/2  1/2  1/2     At = 1  1  1  0
//          0 -1  1  0          1/2 -1/2  1/2          0  1 -1 -1
//          0  1  0 -1          0    0    1
//
// where * multiplies 4 x 4 components one by one, so that each component is a matrix product of its own: 16 windows x 32
// channels, walking along the channels of the input. Filters are transformed at each read instead of once, which costs a
// tenth of the arithmetic and keeps them as small as their file has them.
//
// Four channels at a time: a patch (the square and its border) is read once, then transformed, while the next one is on
// its way. The norm in front of the convolution is computed once for each value of a patch.
#import product
#import square

const HEIGHT = 8u;
const WIDTH = 8u;
const PATCH_WIDTH = WIDTH + 2u;
const PATCH = PATCH_WIDTH * (HEIGHT + 2u);
// Windows of 4 x 4, one for 2 x 2 outputs each, along a row and of a square.
const WINDOWS_X = WIDTH / 2u;
const WINDOWS = WINDOWS_X * HEIGHT / 2u;
const QUADS = TILE_COLUMNS / 4u;
// For transforming, one half of the threads has filters, two rows each, the other half has windows, a row each.
const HALF = THREADS / 2u;
// For computing, threads of a component,
const LANES = THREADS / 16u;
// and of these along the columns and along the windows, of two vectors and eight windows each.
const THREADS_X = QUADS / 2u;
const THREADS_Y = LANES / THREADS_X;

// Vectors along four channels: transformed windows as [component][window], filters as [component][column % 4]
// [column / 4], then the patch as [position]. Later the sums, as [component][window of a row][column / 4].
const FILTERS_AT = 16u * WINDOWS;
const PATCH_AT = FILTERS_AT + 16u * TILE_COLUMNS;
var<workgroup> tiles: array<scalar4, PATCH_AT + PATCH>;
#ifdef NORM_GROUPS
#import norm_groups
#endif
#ifdef MOMENTS
// A part is every second output of a column.
#import moments
#endif

// Four channels of a position.
fn load_patch(thread: u32, begin: u32, input: u32) {
    if (thread < PATCH) {
#ifdef NORM_GROUPS
        tiles[PATCH_AT + thread] = normalised4(begin, input, affine_of_groups(input));
#else
        tiles[PATCH_AT + thread] = x4(begin, input);
#endif
    }
}

// Row `row` of Bt d B of a window.
fn transform_window(row: u32, window: u32) {
    // Each row of Bt has two values, of which only the second one's sign changes.
    let first = select(select(1u, 2u, row == 2u), 0u, row == 0u);
    let second = select(select(2u, 1u, row == 2u), 3u, row == 3u);
    let sign = select(-1.0, 1.0, row == 1u);
    let corner = PATCH_AT + window / WINDOWS_X * 2u * PATCH_WIDTH + window % WINDOWS_X * 2u;
#repeat i 4
    let d$i = tiles[corner + first * PATCH_WIDTH + $iu] + sign * tiles[corner + second * PATCH_WIDTH + $iu];
#end
    let at = row * 4u * WINDOWS + window;
    tiles[at] = d0 - d2;
    tiles[at + WINDOWS] = d1 + d2;
    tiles[at + 2u * WINDOWS] = d2 - d1;
    tiles[at + 3u * WINDOWS] = d1 - d3;
}

// Two rows of G g Gt of a column's filter: the outer ones or the inner ones.
fn transform_filter(is_inner: bool, column: u32, line: u32, input: u32) {
    // Rows of G g.
#repeat i 3
    var a$i = weight4(line, $iu, input);
    var b$i = weight4(line, 6u + $iu, input);
#end
    if (is_inner) {
#repeat i 3
        let even$i = 0.5 * (a$i + b$i);
        let odd$i = 0.5 * weight4(line, 3u + $iu, input);
        a$i = even$i + odd$i;
        b$i = even$i - odd$i;
#end
    }
    let first = FILTERS_AT + column;
    leave_filter(first + select(0u, 4u, is_inner) * TILE_COLUMNS, a0, a1, a2);
    leave_filter(first + select(12u, 8u, is_inner) * TILE_COLUMNS, b0, b1, b2);
}

// A row of G g times Gt.
fn leave_filter(at: u32, g0: scalar4, g1: scalar4, g2: scalar4) {
    let even = 0.5 * (g0 + g2);
    let odd = 0.5 * g1;
    tiles[at] = g0;
    tiles[at + TILE_COLUMNS] = even + odd;
    tiles[at + 2u * TILE_COLUMNS] = even - odd;
    tiles[at + 3u * TILE_COLUMNS] = g2;
}

// One output of At M A, from the sums of a row of windows: the one at `y`, `x` of the two rows of outputs.
fn output(y: u32, x: u32, quad: u32) -> scalar4 {
    // Three components along each direction, of which the first one's sign is positive.
    let sign_y = 1.0 - 2.0 * scalar(y);
    let sign_x = 1.0 - 2.0 * scalar(x % 2u);
    let window = x / 2u * QUADS + quad;
#repeat i 3
#repeat j 3
    let m$i$j = tiles[((y + $iu) * 4u + x % 2u + $ju) * WINDOWS_X * QUADS + window];
#end
    let row$i = m$i0 + sign_x * (m$i1 + m$i2);
#end
    return row0 + sign_y * (row1 + row2);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let tile = params.first_tile + workgroup_index(group, groups);
    if (tile >= params.end_tile) {
        return;
    }
    let tile_x = tile % tiles_across();
    let square = square_of(tile / tiles_across());
#ifdef NORM_GROUPS
    find_groups(thread, square.sample);
#endif

    // For loading: a position, and a column's filter.
    let begin = begin_of_patch(square, thread);
    let line = weight_row(tile_x, thread % QUADS * 4u + thread / QUADS % 4u);
    // For computing: which component, which vectors of columns and which windows.
    let lane = thread % LANES;
    let column = lane % THREADS_X;
    let windows_at = thread / LANES * WINDOWS + lane / THREADS_X;
    let filters_at = FILTERS_AT + thread / LANES * TILE_COLUMNS + column;

#repeat c 2
#repeat r 4
#repeat i 2
    var sum$r$i_$c = scalar4(0.0);
#end
#end
#end
    load_patch(thread, begin, 0u);
    workgroupBarrier();
    for (var input = 0u; input < params.inputs; input += 4u) {
        if (thread < HALF) {
            transform_filter(thread >= TILE_COLUMNS, thread % TILE_COLUMNS, line, input);
        } else {
            transform_window((thread - HALF) / WINDOWS, thread % WINDOWS);
        }
        workgroupBarrier();
        load_patch(thread, begin, input + 4u);
#repeat r 4
#repeat i 2
        let x$r$i = tiles[windows_at + ($ru * 2u + $iu) * THREADS_Y];
#end
#end
#repeat c 2
        // From rows along the channels to rows along the columns.
        let w$c = transpose(mat4x4<f32>(
            tiles[filters_at + $cu * THREADS_X],
            tiles[filters_at + $cu * THREADS_X + QUADS],
            tiles[filters_at + $cu * THREADS_X + 2u * QUADS],
            tiles[filters_at + $cu * THREADS_X + 3u * QUADS],
        ));
#repeat r 4
#repeat i 2
        sum$r$i_$c += x$r$i.x * w$c[0];
        sum$r$i_$c += x$r$i.y * w$c[1];
        sum$r$i_$c += x$r$i.z * w$c[2];
        sum$r$i_$c += x$r$i.w * w$c[3];
#end
#end
#end
        workgroupBarrier();
    }

    // All components of a row of windows come together, as many times as there are rows.
    let quad = thread % QUADS;
    let out_x = thread / QUADS % WIDTH;
    let out_y = thread / QUADS / WIDTH;
    let out_column = tile_x * TILE_COLUMNS + quad * 4u;
    let sums_at = (thread / LANES * WINDOWS_X + lane / THREADS_X) * QUADS + column;
    let first_row = (square.sample * params.out_height + square.first_y + out_y) * params.out_width
        + square.first_x + out_x;
#ifdef MOMENTS
    var y: array<scalar4, PART_ROWS>;
#endif
#repeat r 4
#repeat c 2
#repeat i 2
    tiles[sums_at + $iu * THREADS_Y * QUADS + $cu * THREADS_X] = sum$r$i_$c;
#end
#end
    workgroupBarrier();
    let row$r = first_row + $ru * 2u * params.out_width;
#ifdef MOMENTS
    // Only for pictures of whole squares.
    y[$r] = finish(params.epilogue, row$r, out_column, output(out_y, out_x, quad));
    store(row$r, out_column, params.epilogue.columns, y[$r]);
#else
    if (square.first_x + out_x < params.out_width && square.first_y + out_y + $ru * 2u < params.out_height) {
        let y = finish(params.epilogue, row$r, out_column, output(out_y, out_x, quad));
        store(row$r, out_column, params.epilogue.columns, y);
    }
#endif
    workgroupBarrier();
#end
#ifdef MOMENTS
    leave_part(thread / QUADS, quad, y);
    store_moments(thread, tile_x, tile / tiles_across());
#endif
}
