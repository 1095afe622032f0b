// The tiled matrix product behind linear layers and convolutions: rows of x times rows of the weight.
//
// One workgroup computes TILE_ROWS x TILE_COLUMNS outputs. It walks along k in steps of 16: all threads load a tile
// of x and a tile of the weight into workgroup memory, then each adds up ROWS x 4 outputs in registers. The
// importer says where a row of x begins: `origin(row)` once per row, `locate(origin, tap)` once per row and tap.
//
// With PARTIAL, k is cut among several workgroups that store their sums in a scratch buffer, one matrix each, for
// sum_splits to add up. Small matrices would otherwise leave most of the GPU idle.
#import weight
#ifdef PARTIAL
#import lane
#else
#import epilogue
#endif

// Depth of a tile. Rows of the weight are padded to a multiple of it; blocks are read as if they were.
const STEP = 16u;
const THREADS = 128u;
// Threads along a row of the output, four columns each, and threads along a column.
const THREADS_X = TILE_COLUMNS / 4u;
const THREADS_Y = THREADS / THREADS_X;
// What `locate` says about a row that lies in the padding.
const NOWHERE = 0xffffffffu;

struct Params {
#ifndef PARTIAL
    epilogue: Epilogue,
#endif
    rows: u32,
    columns: u32,
    // Values of x per row and tap, and the same with the weight's padding.
    inputs: u32,
    padded_inputs: u32,
    // Positions of a filter.
    taps: u32,
    // Steps along all taps, and how many of them one workgroup takes.
    steps: u32,
    steps_per_split: u32,
    // This dispatch computes tiles first_tile .. end_tile, counted along columns, then rows, then splits.
    first_tile: u32,
    end_tile: u32,
    // Convolutions only: input height and width, output height and width,
    height: u32,
    width: u32,
    out_height: u32,
    out_width: u32,
    // width of the filter, stride, rows of padding above, columns of padding to the left.
    filter_width: u32,
    stride: u32,
    top: u32,
    left: u32,
}

#ifdef ALIGNED
alias element = scalar4;
#else
alias element = scalar;
#endif

@group(0) @binding(0) var<uniform> params: Params;
#ifdef PARTIAL
@group(0) @binding(1) var<storage, read> x: array<element>;
@group(0) @binding(2) var<storage, read> weight: array<stored>;
@group(0) @binding(3) var<storage, read_write> out: array<element>;
#else
@group(0) @binding(5) var<storage, read> x: array<element>;
@group(0) @binding(6) var<storage, read> weight: array<stored>;
@group(0) @binding(7) var<storage, read_write> out: array<element>;
#endif
#import store

// [row][k / 4]
var<workgroup> x_tile: array<scalar4, TILE_ROWS * STEP / 4u>;
// [k][column / 4]
var<workgroup> weight_tile: array<scalar4, STEP * TILE_COLUMNS / 4u>;

// Four values of x, `input` behind the beginning of a row and tap; zeros outside.
fn x4(begin: u32, input: u32) -> scalar4 {
    if (begin == NOWHERE || input >= params.inputs) {
        return scalar4(0.0);
    }
#ifdef ALIGNED
    return x[(begin + input) / 4u];
#else
    var values = scalar4(0.0);
#repeat i 4
    if (input + $iu < params.inputs) {
        values[$i] = x[begin + input + $iu];
    }
#end
    return values;
#endif
}

// Four weights of an output column, from `input` of `tap` on; zeros past the last input. Columns past the end repeat
// the last one; their sums are never stored.
#ifndef WEIGHT_BLOCK
fn weight4(column: u32, tap: u32, input: u32) -> scalar4 {
    let row = min(column, params.columns - 1u) * params.taps + tap;
    return widen(weight[(row * params.padded_inputs + input) / 4u]);
}
#endif
#ifdef WEIGHT_BLOCK
fn word(at: u32) -> u32 { return weight[at]; }

// Blocks cannot be put into another order, so their values lie as in the file: [columns, inputs, taps].
fn place(column: u32, tap: u32, input: u32) -> u32 {
    return (min(column, params.columns - 1u) * params.inputs + input) * params.taps + tap;
}
#endif
#ifdef QUADS
fn weight4(column: u32, tap: u32, input: u32) -> scalar4 {
    if (input >= params.inputs) {
        return scalar4(0.0);
    }
    return decode(place(column, tap, input));
}
#endif
#ifdef SCATTERED
// The weights of four output columns instead, for one input.
fn weight_of_4(column: u32, tap: u32, input: u32) -> scalar4 {
    if (input >= params.inputs) {
        return scalar4(0.0);
    }
    return scalar4(
        decode(place(column, tap, input)),
        decode(place(column + 1u, tap, input)),
        decode(place(column + 2u, tap, input)),
        decode(place(column + 3u, tap, input)),
    );
}
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
    let tiles_x = (params.columns + TILE_COLUMNS - 1u) / TILE_COLUMNS;
    let tiles_y = (params.rows + TILE_ROWS - 1u) / TILE_ROWS;
    let first_column = tile % tiles_x * TILE_COLUMNS;
    let first_row = tile / tiles_x % tiles_y * TILE_ROWS;
    let split = tile / tiles_x / tiles_y;
    let end_step = min((split + 1u) * params.steps_per_split, params.steps);

    // For loading, four threads stand side by side along k.
    let load_line = thread / 4u;
    let load_k = thread % 4u * 4u;
    // For computing, a thread has four columns and every THREADS_Y-th row.
    let column = thread % THREADS_X;
    let row = thread / THREADS_X;

    let first_k = split * params.steps_per_split * STEP;
    var tap = first_k / params.padded_inputs;
    var input = first_k % params.padded_inputs;
#repeat i LOADS
    let origin$i = origin(first_row + load_line + $iu * (THREADS / 4u));
    var begin$i = locate(origin$i, tap);
#end
#repeat i ROWS
    var sum$i = scalar4(0.0);
#end
    for (var step = split * params.steps_per_split; step < end_step; step++) {
#repeat i LOADS
        x_tile[$iu * THREADS + thread] = x4(begin$i, input + load_k);
#end
        if (load_line < THREADS_X) {
            let load_column = first_column + load_line * 4u;
#ifdef SCATTERED
            for (var k = load_k; k < load_k + 4u; k++) {
                weight_tile[k * THREADS_X + load_line] = weight_of_4(load_column, tap, input + k);
            }
#else
            // A block of 4 x 4 changes from rows along k to rows along columns.
            let w = transpose(mat4x4<f32>(
                weight4(load_column, tap, input + load_k),
                weight4(load_column + 1u, tap, input + load_k),
                weight4(load_column + 2u, tap, input + load_k),
                weight4(load_column + 3u, tap, input + load_k),
            ));
#repeat i 4
            weight_tile[(load_k + $iu) * THREADS_X + load_line] = w[$i];
#end
#endif
        }
        workgroupBarrier();
        for (var quad = 0u; quad < STEP / 4u; quad++) {
#repeat i 4
            let w$i = weight_tile[(quad * 4u + $iu) * THREADS_X + column];
#end
#repeat i ROWS
            let x$i = x_tile[(row + $iu * THREADS_Y) * (STEP / 4u) + quad];
            sum$i += x$i.x * w0;
            sum$i += x$i.y * w1;
            sum$i += x$i.z * w2;
            sum$i += x$i.w * w3;
#end
        }
        workgroupBarrier();
        input += STEP;
        if (input >= params.padded_inputs) {
            input = 0u;
            tap++;
#repeat i LOADS
            begin$i = locate(origin$i, tap);
#end
        }
    }

    let out_column = first_column + column * 4u;
#repeat i ROWS
    let out_row$i = first_row + row + $iu * THREADS_Y;
    if (out_row$i < params.rows) {
#ifdef PARTIAL
        store(split * params.rows + out_row$i, out_column, params.columns, sum$i);
#else
        store(out_row$i, out_column, params.columns, finish(params.epilogue, out_row$i, out_column, sum$i));
#endif
    }
#end
}
