// The main function of linear layers, and of convolutions as products.
//
// With SLICES, the threads of a workgroup form that many groups, each of which takes every SLICES-th step along k for
// the whole tile; in the end their sums are added. Small matrices would otherwise leave most of the GPU idle.
//
// The importer says which row of x a row of the product reads: `origin(row)` once per row, `locate(origin, tap)` once
// per row and tap.
#import product

const LANES = THREADS / SLICES;
// Vectors of four in a row of a tile, and in a row of its output.
const QUADS = TILE_COLUMNS / 4u;
const OUT_QUADS = OUT_COLUMNS / 4u;
// Threads along a row of the output, SPAN vectors each, and threads along a column.
const THREADS_X = QUADS / SPAN;
const THREADS_Y = LANES / THREADS_X;

// Of each slice: x as [row][k / 4], then the weight as [k][column / 4]. Later its sums, as [row][column / 4].
const X_QUADS = TILE_ROWS * STEP / 4u;
const SLICE_QUADS = X_QUADS + STEP * QUADS;
var<workgroup> tiles: array<scalar4, SLICES * SLICE_QUADS>;
#ifdef NORM_ROWS
#import norm_rows
#endif
#ifdef NORM_GROUPS
#import norm_groups
#endif
#ifdef MOMENTS
#import moments
#endif

// Four finished outputs of a tile's row to their place.
fn store_quad(tile_x: u32, row: u32, quad: u32, sum: scalar4) {
    if (row < params.rows) {
        let column = weight_row(tile_x, quad * 4u);
        store(row, column, params.epilogue.columns, finish(params.epilogue, row, column, sum));
    }
}

// The same for values that are gated by others.
fn store_gated(tile_x: u32, row: u32, quad: u32, sum: scalar4, gate_sum: scalar4) {
    if (row < params.rows) {
        let column = weight_row(tile_x, quad * 4u);
        let gate_column = weight_row(tile_x, quad * 4u + OUT_COLUMNS);
        let value = finish(params.epilogue, row, column, sum);
        let gate = finish(params.epilogue, row, gate_column, gate_sum);
        store(row, column, params.epilogue.columns, value * gelu(gate));
    }
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
    let first_row = tile / tiles_across() * TILE_ROWS;

    let slice = thread / LANES;
    let lane = thread % LANES;
    let x_tile = slice * SLICE_QUADS;
    let weight_tile = x_tile + X_QUADS;
    // For loading, four threads stand side by side along k.
    let load_line = lane / 4u;
    let load_k = lane % 4u * 4u;
    // For computing, a thread has every THREADS_Y-th row and every THREADS_X-th vector of columns.
    let column = lane % THREADS_X;
    let row = lane / THREADS_X;

    var tap = slice * STEP / params.padded_inputs;
    var input = slice * STEP % params.padded_inputs;
#repeat i LOADS
    let line$i = load_line + $iu * (LANES / 4u);
    let origin$i = origin(first_row + line$i);
    var begin$i = select(NOWHERE, locate(origin$i, tap), tap < params.taps);
#end
#ifdef NORM_ROWS
    let part = slice * 4u + lane % 4u;
#repeat i LOADS
    tiles[line$i * PARTS + part] = spread_of_part(locate(origin$i, 0u), part);
#end
    workgroupBarrier();
#repeat i LOADS
    let norm$i = norm_of_row(line$i);
#end
    workgroupBarrier();
#endif
#ifdef NORM_GROUPS
    find_groups(thread, first_row / params.epilogue.rows_per_sample);
#endif

#repeat c SPAN
#repeat i ROWS
    var sum$i_$c = scalar4(0.0);
#end
#end
    let rounds = (params.steps + SLICES - 1u) / SLICES;
    for (var round = 0u; round < rounds; round++) {
#ifdef NORM_ROWS
        let at = min(input + load_k, params.inputs - 4u);
        let gain = second[at / 4u];
        let shift = second[(params.inputs + at) / 4u];
#repeat i LOADS
        tiles[x_tile + $iu * LANES + lane] =
            normalised4(begin$i, input + load_k, Affine(scalar4(norm$i.x), gain * norm$i.y, shift));
#end
#endif
#ifdef NORM_GROUPS
        let affine = affine_of_groups(input + load_k);
#repeat i LOADS
        tiles[x_tile + $iu * LANES + lane] = normalised4(begin$i, input + load_k, affine);
#end
#endif
#ifndef NORM
#repeat i LOADS
        tiles[x_tile + $iu * LANES + lane] = x4(begin$i, input + load_k);
#end
#endif
        for (var line = load_line; line < QUADS; line += LANES / 4u) {
            let w = weight_block(weight_row(tile_x, line * 4u), tap, input + load_k);
#repeat i 4
            tiles[weight_tile + (load_k + $iu) * QUADS + line] = w[$i];
#end
        }
        workgroupBarrier();
        for (var quad = 0u; quad < STEP / 4u; quad++) {
#repeat i ROWS
            let x$i = tiles[x_tile + (row + $iu * THREADS_Y) * (STEP / 4u) + quad];
#end
#repeat c SPAN
#repeat i 4
            let w$i_$c = tiles[weight_tile + (quad * 4u + $iu) * QUADS + column + $cu * THREADS_X];
#end
#repeat i ROWS
            sum$i_$c += x$i.x * w0_$c;
            sum$i_$c += x$i.y * w1_$c;
            sum$i_$c += x$i.z * w2_$c;
            sum$i_$c += x$i.w * w3_$c;
#end
#end
        }
        workgroupBarrier();
        input += STEP * SLICES;
        if (input >= params.padded_inputs) {
            tap += input / params.padded_inputs;
            input %= params.padded_inputs;
#repeat i LOADS
            begin$i = select(NOWHERE, locate(origin$i, tap), tap < params.taps);
#end
        }
    }

#ifdef SLICED
    // All slices' sums of a quad of the output, and with GATED those of its gates, come together in one thread.
#repeat c SPAN
#repeat i ROWS
    tiles[x_tile + (row + $iu * THREADS_Y) * QUADS + column + $cu * THREADS_X] = sum$i_$c;
#end
#end
    workgroupBarrier();
    for (var at = thread; at < TILE_ROWS * OUT_QUADS; at += THREADS) {
        let out_row = at / OUT_QUADS;
        let quad = at % OUT_QUADS;
        var total = scalar4(0.0);
#repeat s SLICES
        total += tiles[$su * SLICE_QUADS + out_row * QUADS + quad];
#end
#ifdef GATED
        var gates = scalar4(0.0);
#repeat s SLICES
        gates += tiles[$su * SLICE_QUADS + out_row * QUADS + OUT_QUADS + quad];
#end
        store_gated(tile_x, first_row + out_row, quad, total, gates);
#else
        store_quad(tile_x, first_row + out_row, quad, total);
#endif
    }
#else
#ifdef GATED
#ifdef WIDE
    // A thread's second vector of columns gates the first.
#repeat i ROWS
    store_gated(tile_x, first_row + row + $iu * THREADS_Y, column, sum$i_0, sum$i_1);
#end
#else
    // Gates lie with other threads than what they gate.
    if (column >= OUT_QUADS) {
#repeat i ROWS
        tiles[(row + $iu * THREADS_Y) * OUT_QUADS + column - OUT_QUADS] = sum$i_0;
#end
    }
    workgroupBarrier();
    if (column < OUT_QUADS) {
#repeat i ROWS
        let gates$i = tiles[(row + $iu * THREADS_Y) * OUT_QUADS + column];
        store_gated(tile_x, first_row + row + $iu * THREADS_Y, column, sum$i_0, gates$i);
#end
    }
#endif
#else
#ifdef MOMENTS
#repeat c SPAN
    let quad$c = column + $cu * THREADS_X;
    let out_column$c = tile_x * TILE_COLUMNS + quad$c * 4u;
    var y$c: array<scalar4, PART_ROWS>;
#repeat i ROWS
    y$c[$i] = finish(params.epilogue, first_row + row + $iu * THREADS_Y, out_column$c, sum$i_$c);
    store(first_row + row + $iu * THREADS_Y, out_column$c, params.epilogue.columns, y$c[$i]);
#end
    leave_part(row, quad$c, y$c);
#end
    store_moments(thread, tile_x, first_row / TILE_ROWS);
#else
#repeat c SPAN
#repeat i ROWS
    store_quad(tile_x, first_row + row + $iu * THREADS_Y, column + $cu * THREADS_X, sum$i_$c);
#end
#end
#endif
#endif
#endif
}
