// A 3x3 convolution that keeps the size: one workgroup computes a square of 8 x 8 positions x 64 channels, or of 16 x 8
// positions x 32 channels. With DOUBLED, each position of the picture stands for 2 x 2 of the output, and the workgroup
// computes the same one of these four for all of them: see doubled.
//
// For every 16 channels of the input, the square and its border (10 x 10 positions) are read once and serve all nine
// taps, so that a pixel is read 1.6 times for each 64 channels of the output, not nine times, and a norm in front of
// the convolution is computed as seldom. Weights come for two taps at a time.
#import product
#import weight_tile
#import square
#ifdef DOUBLED
#import doubled
#else
const TAPS = 9u;
#endif

// Vectors of four channels of a position, and threads along them, SPAN vectors each.
const QUADS = TILE_COLUMNS / 4u;
const THREADS_X = QUADS / SPAN;
const HEIGHT = 8u;
const WIDTH = THREADS / THREADS_X;
const PATCH_WIDTH = WIDTH + 2u;
const PATCH_HEIGHT = HEIGHT + 2u;
const PATCH_QUADS = PATCH_WIDTH * PATCH_HEIGHT * STEP_QUADS;
// Two taps' weights.
const WEIGHT_TILES = 2u;
// The patch as [y][x][k / 4], whose indices are a thread's own or a tap's, but for constants: on a card, checks of their bounds took
// a fifth of a convolution's time.
var<workgroup> patch_tile: array<array<array<scalar4, STEP_QUADS>, PATCH_WIDTH>, PATCH_HEIGHT>;

// One vector of the patch, or, before and after the sums, whatever the threads tell each other.
fn put_note(at: u32, value: scalar4) {
    let position = at / STEP_QUADS;
    patch_tile[position / PATCH_WIDTH][position % PATCH_WIDTH][at % STEP_QUADS] = value;
}

fn note(at: u32) -> scalar4 {
    let position = at / STEP_QUADS;
    return patch_tile[position / PATCH_WIDTH][position % PATCH_WIDTH][at % STEP_QUADS];
}
#ifdef NORM_GROUPS
#import norm_groups
#endif
#ifdef MOMENTS_OF_GROUPS
#import moments_of_groups
#endif

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
#ifdef DOUBLED
    let phase = phase_of(tile / tiles_across() % 4u);
    let square = square_of(tile / tiles_across() / 4u);
#else
    let square = square_of(tile / tiles_across());
#endif

    let load_quad = thread % STEP_QUADS;
    let load_k = load_quad * 4u;
    // For computing, a thread has every THREADS_X-th vector of channels, of a column of eight positions.
    let column = thread % THREADS_X;
    let row = thread / THREADS_X;
#ifdef NORM_GROUPS
    find_groups(thread, square.sample);
#endif

#repeat c SPAN
#repeat i 8
    var sum$i_$c = scalar4(0.0);
#end
#end
    for (var input = 0u; input < params.padded_inputs; input += STEP) {
#ifdef NORM_GROUPS
        let affine = affine_of_groups(input + load_k);
#endif
        for (var at = thread; at < PATCH_QUADS; at += THREADS) {
            let begin = begin_of_patch(square, at / STEP_QUADS);
#ifdef NORM_GROUPS
            put_note(at, normalised4(begin, input + load_k, affine));
#else
            put_note(at, x4(begin, input + load_k));
#endif
        }
        for (var first_tap = 0u; first_tap < TAPS; first_tap += 2u) {
            // A block of 4 x 4 weights at a time, as many as columns for each tap.
            for (var load = thread; load < 2u * TILE_COLUMNS; load += THREADS) {
                let tap = load / TILE_COLUMNS;
                let line = load % TILE_COLUMNS / 4u;
                let channel = weight_row(tile_x, line * 4u);
#ifdef DOUBLED
                let w = sum_of_weights(channel, phase, first_tap + tap, input + load_k);
#else
                let w = weight_block(channel, first_tap + tap, input + load_k);
#endif
                put_weights(tap, load_quad, line, w);
            }
            workgroupBarrier();
            for (var tap = first_tap; tap < min(first_tap + 2u, TAPS); tap++) {
#ifdef DOUBLED
                let patch_y = tap / 2u + phase.y;
                let patch_x = tap % 2u + phase.x + row;
#else
                let patch_y = tap / 3u;
                let patch_x = tap % 3u + row;
#endif
#repeat q 4
                {
#repeat i 8
                    let x$i = patch_tile[patch_y + $iu][patch_x][$q];
#end
#repeat c SPAN
#repeat j 4
                    let w$j_$c = weight_tile[tap % 2u][$q][$j][$c][column];
#end
#repeat i 8
                    sum$i_$c += x$i.x * w0_$c;
                    sum$i_$c += x$i.y * w1_$c;
                    sum$i_$c += x$i.z * w2_$c;
                    sum$i_$c += x$i.w * w3_$c;
#end
#end
                }
#end
            }
            workgroupBarrier();
        }
    }

    let out_x = square.first_x + row;
    let first_position = (square.sample * params.out_height + square.first_y) * params.out_width;
#ifdef DOUBLED
    let first_row = 4u * first_position + 2u * (phase.y * params.out_width + out_x) + phase.x;
    let next_row = 4u * params.out_width;
#else
    let first_row = first_position + out_x;
    let next_row = params.out_width;
#endif
#repeat c SPAN
    let quad$c = column + $cu * THREADS_X;
    let out_column$c = tile_x * TILE_COLUMNS + quad$c * 4u;
#ifdef MOMENTS_OF_GROUPS
    // Only for pictures of whole squares.
    var y$c: array<scalar4, PART_ROWS>;
#repeat i 8
    y$c[$i] = finish(params.epilogue, first_row + $iu * next_row, out_column$c, sum$i_$c);
    store(first_row + $iu * next_row, out_column$c, params.epilogue.columns, y$c[$i]);
#end
    leave_part(row, quad$c, y$c);
#else
#repeat i 8
    if (out_x < params.out_width && square.first_y + $iu < params.out_height) {
        let out_row = first_row + $iu * next_row;
        let y = finish(params.epilogue, out_row, out_column$c, sum$i_$c);
        store(out_row, out_column$c, params.epilogue.columns, y);
    }
#end
#endif
#end
#ifdef MOMENTS_OF_GROUPS
    store_moments(thread, tile_x, tile / tiles_across());
#endif
}
