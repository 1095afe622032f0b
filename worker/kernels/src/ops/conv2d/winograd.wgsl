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
#import filter

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

// Vectors along four channels: transformed windows as [component][window], filters as [component][column % 4][column / 4],
// windows and columns by which of a thread's each is, and the patch as [position]. Later the sums lie where the filters were,
// as [component][window of a row][column / 4]. An index that is a constant needs no check of its bounds.
var<workgroup> window_tile: array<array<array<scalar4, THREADS_Y>, 8>, 16>;
var<workgroup> filter_tile: array<array<array<array<scalar4, THREADS_X>, 2>, 4>, 16>;
var<workgroup> patch_tile: array<scalar4, PATCH>;

fn put_window(component: u32, window: u32, value: scalar4) {
    window_tile[component][window / THREADS_Y][window % THREADS_Y] = value;
}

// Whatever the threads tell each other before and after the sums, as many vectors as there are windows.
fn put_note(at: u32, value: scalar4) {
    put_window(at / WINDOWS, at % WINDOWS, value);
}

fn note(at: u32) -> scalar4 {
    return window_tile[at / WINDOWS][at % WINDOWS / THREADS_Y][at % THREADS_Y];
}
#ifdef NORM_GROUPS
#import norm_groups
#endif
#ifdef MOMENTS_OF_GROUPS
// A part is every second output of a column.
#import moments_of_groups
#endif

// Four channels of a position.
fn load_patch(thread: u32, begin: u32, input: u32) {
    if (thread < PATCH) {
#ifdef NORM_GROUPS
        patch_tile[thread] = normalised4(begin, input, affine_of_groups(input));
#else
        patch_tile[thread] = x4(begin, input);
#endif
    }
}

// Row `row` of Bt d B of a window.
fn transform_window(row: u32, window: u32) {
    // Each row of Bt has two values, of which only the second one's sign changes.
    let first = select(select(1u, 2u, row == 2u), 0u, row == 0u);
    let second = select(select(2u, 1u, row == 2u), 3u, row == 3u);
    let sign = select(-1.0, 1.0, row == 1u);
    let corner = window / WINDOWS_X * 2u * PATCH_WIDTH + window % WINDOWS_X * 2u;
#repeat i 4
    let d$i = patch_tile[corner + first * PATCH_WIDTH + $iu] + sign * patch_tile[corner + second * PATCH_WIDTH + $iu];
#end
    put_window(row * 4u, window, d0 - d2);
    put_window(row * 4u + 1u, window, d1 + d2);
    put_window(row * 4u + 2u, window, d2 - d1);
    put_window(row * 4u + 3u, window, d1 - d3);
}

// Two rows of G g Gt of a column's filter: the outer ones or the inner ones.
fn transform_filter(is_inner: bool, column: u32, line: u32, input: u32) {
    let g = filter_of(line, input);
    // Rows of G g.
#repeat i 3
    var a$i = g[$i];
    var b$i = g[6 + $i];
#end
    if (is_inner) {
#repeat i 3
        let even$i = 0.5 * (a$i + b$i);
        let odd$i = 0.5 * g[3 + $i];
        a$i = even$i + odd$i;
        b$i = even$i - odd$i;
#end
    }
    leave_filter(select(0u, 4u, is_inner), column, a0, a1, a2);
    leave_filter(select(12u, 8u, is_inner), column, b0, b1, b2);
}

// A row of G g times Gt: four components from `first` on.
fn leave_filter(first: u32, column: u32, g0: scalar4, g1: scalar4, g2: scalar4) {
    let even = 0.5 * (g0 + g2);
    let odd = 0.5 * g1;
    let part = column / QUADS;
    let vector = column % QUADS / THREADS_X;
    let at = column % THREADS_X;
    filter_tile[first][part][vector][at] = g0;
    filter_tile[first + 1u][part][vector][at] = even + odd;
    filter_tile[first + 2u][part][vector][at] = even - odd;
    filter_tile[first + 3u][part][vector][at] = g2;
}

// One output of At M A, from the sums of a row of windows: the one at `y`, `x` of the two rows of outputs.
fn output(y: u32, x: u32, quad: u32) -> scalar4 {
    // Three components along each direction, of which the first one's sign is positive.
    let sign_y = 1.0 - 2.0 * scalar(y);
    let sign_x = 1.0 - 2.0 * scalar(x % 2u);
#repeat i 3
#repeat j 3
    let m$i$j = filter_tile[(y + $iu) * 4u + x % 2u + $ju][x / 2u][quad / THREADS_X][quad % THREADS_X];
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
    let component = thread / LANES;
    let window = lane / THREADS_X;

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
        let x$r$i = window_tile[component][$ru * 2u + $iu][window];
#end
#end
#repeat c 2
        // From rows along the channels to rows along the columns.
        let w$c = transpose(mat4x4<f32>(
            filter_tile[component][0][$c][column],
            filter_tile[component][1][$c][column],
            filter_tile[component][2][$c][column],
            filter_tile[component][3][$c][column],
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
    let first_row = (square.sample * params.out_height + square.first_y + out_y) * params.out_width
        + square.first_x + out_x;
#ifdef MOMENTS_OF_GROUPS
    var y: array<scalar4, PART_ROWS>;
#endif
#repeat r 4
#repeat c 2
#repeat i 2
    filter_tile[component][$iu * THREADS_Y + window][$c][column] = sum$r$i_$c;
#end
#end
    workgroupBarrier();
    let row$r = first_row + $ru * 2u * params.out_width;
#ifdef MOMENTS_OF_GROUPS
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
#ifdef MOMENTS_OF_GROUPS
    leave_part(thread / QUADS, quad, y);
    store_moments(thread, tile_x, tile / tiles_across());
#endif
}
