// The main function of linear layers, and of convolutions as products.
//
// With SLICES, the threads of a workgroup form that many groups, each of which takes every SLICES-th step along k for
// the whole tile; in the end their sums are added. Small matrices would otherwise leave most of the GPU idle.
//
// The importer says which row of x a row of the product reads: `origin(row)` once per row, `locate(origin, tap)` once
// per row and tap.
#import product

const LANES = THREADS / SLICES;
// Threads along a row of the output, four columns each, and threads along a column.
const THREADS_X = TILE_COLUMNS / 4u;
const THREADS_Y = LANES / THREADS_X;
// Vectors of four in a row of a tile's output.
const OUT_QUADS = OUT_COLUMNS / 4u;

// Of each slice: x as [row][k / 4], then the weight as [k][column / 4]. Later its sums, as [row][column / 4].
const X_QUADS = TILE_ROWS * STEP / 4u;
const SLICE_QUADS = X_QUADS + STEP * THREADS_X;
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
    // For computing, a thread has four columns and every THREADS_Y-th row.
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

#repeat i ROWS
    var sum$i = scalar4(0.0);
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
        if (load_line < THREADS_X) {
            let w = weight_block(weight_row(tile_x, load_line * 4u), tap, input + load_k);
#repeat i 4
            tiles[weight_tile + (load_k + $iu) * THREADS_X + load_line] = w[$i];
#end
        }
        workgroupBarrier();
        for (var quad = 0u; quad < STEP / 4u; quad++) {
#repeat i 4
            let w$i = tiles[weight_tile + (quad * 4u + $iu) * THREADS_X + column];
#end
#repeat i ROWS
            let x$i = tiles[x_tile + (row + $iu * THREADS_Y) * (STEP / 4u) + quad];
            sum$i += x$i.x * w0;
            sum$i += x$i.y * w1;
            sum$i += x$i.z * w2;
            sum$i += x$i.w * w3;
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
#repeat i ROWS
    tiles[x_tile + (row + $iu * THREADS_Y) * THREADS_X + column] = sum$i;
#end
    workgroupBarrier();
    for (var at = thread; at < TILE_ROWS * OUT_QUADS; at += THREADS) {
        let out_row = at / OUT_QUADS;
        let quad = at % OUT_QUADS;
        var total = scalar4(0.0);
#repeat s SLICES
        total += tiles[$su * SLICE_QUADS + out_row * THREADS_X + quad];
#end
#ifdef GATED
        var gates = scalar4(0.0);
#repeat s SLICES
        gates += tiles[$su * SLICE_QUADS + out_row * THREADS_X + OUT_QUADS + quad];
#end
        store_gated(tile_x, first_row + out_row, quad, total, gates);
#else
        store_quad(tile_x, first_row + out_row, quad, total);
#endif
    }
#else
#ifdef GATED
    // Gates lie with other threads than what they gate.
    if (column >= OUT_QUADS) {
#repeat i ROWS
        tiles[(row + $iu * THREADS_Y) * OUT_QUADS + column - OUT_QUADS] = sum$i;
#end
    }
    workgroupBarrier();
    if (column < OUT_QUADS) {
#repeat i ROWS
        let gates$i = tiles[(row + $iu * THREADS_Y) * OUT_QUADS + column];
        store_gated(tile_x, first_row + row + $iu * THREADS_Y, column, sum$i, gates$i);
#end
    }
#else
#ifdef MOMENTS
    let out_column = tile_x * TILE_COLUMNS + column * 4u;
    var y: array<scalar4, 8>;
#repeat i ROWS
    y[$i] = finish(params.epilogue, first_row + row + $iu * THREADS_Y, out_column, sum$i);
    store(first_row + row + $iu * THREADS_Y, out_column, params.epilogue.columns, y[$i]);
#end
    store_moments(thread, row, column, tile_x, first_row / TILE_ROWS, y);
#else
#repeat i ROWS
    store_quad(tile_x, first_row + row + $iu * THREADS_Y, column, sum$i);
#end
#endif
#endif
#endif
}
