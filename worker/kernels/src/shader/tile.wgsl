// The main function of linear layers, and of convolutions as products.
//
// With SLICES, the threads of a workgroup form that many groups, each of which takes every SLICES-th step along k for
// the whole tile; in the end their sums are added. Small matrices would otherwise leave most of the GPU idle.
//
// The importer says which row of x a row of the product reads: `origin(row)` once per row, `locate(origin, tap)` once
// per row and tap.
#import product
#import weight_tile

const LANES = THREADS / SLICES;
// Vectors of four in a row of a tile, and in a row of its output.
const QUADS = TILE_COLUMNS / 4u;
const OUT_QUADS = OUT_COLUMNS / 4u;
// Threads along a row of the output, SPAN vectors each, and threads along a column.
const THREADS_X = QUADS / SPAN;
const THREADS_Y = LANES / THREADS_X;

const WEIGHT_TILES = SLICES;
// Of each slice: x as [row][k / 4], and rows again by which of a thread's each is, as it is with the weight: checks of indices
// that are sums of constants and others took an eighth of a product's time.
var<workgroup> x_tile: array<array<array<array<scalar4, STEP_QUADS>, THREADS_Y>, ROWS>, SLICES>;

fn put_x(slice: u32, line: u32, quad: u32, value: scalar4) {
    x_tile[slice][line / THREADS_Y][line % THREADS_Y][quad] = value;
}

fn x_of(slice: u32, line: u32, quad: u32) -> scalar4 {
    return x_tile[slice][line / THREADS_Y][line % THREADS_Y][quad];
}

// Whatever the threads tell each other before and after the sums, as many vectors as x has.
fn put_note(at: u32, value: scalar4) {
    put_x(0u, at / STEP_QUADS, at % STEP_QUADS, value);
}

fn note(at: u32) -> scalar4 {
    return x_of(0u, at / STEP_QUADS, at % STEP_QUADS);
}

// Sums of a slice for other threads, as [row][column / 4]: the first vectors of a row where x was, the others where the
// weight was.
fn put_sum(slice: u32, line: u32, quad: u32, sum: scalar4) {
    if (quad < STEP_QUADS) {
        put_x(slice, line, quad, sum);
    } else {
        let at = line * STEP_QUADS + quad - STEP_QUADS;
        weight_tile[slice][at / QUADS / 4u][at / QUADS % 4u][at % QUADS / THREADS_X][at % THREADS_X] = sum;
    }
}

fn sum_of(slice: u32, line: u32, quad: u32) -> scalar4 {
    if (quad < STEP_QUADS) {
        return x_of(slice, line, quad);
    }
    let at = line * STEP_QUADS + quad - STEP_QUADS;
    return weight_tile[slice][at / QUADS / 4u][at / QUADS % 4u][at % QUADS / THREADS_X][at % THREADS_X];
}
#ifdef NORM_ROWS
#import norm_rows
#endif
#ifdef NORM_GROUPS
#import norm_groups
#endif
#ifdef MOMENTS_OF_GROUPS
#import moments_of_groups
#endif
#ifdef MOMENTS_OF_ROWS
#import moments_of_rows
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
    // For loading, four threads stand side by side along k.
    let load_line = lane / STEP_QUADS;
    let load_quad = lane % STEP_QUADS;
    let load_k = load_quad * 4u;
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
    var begins: array<u32, LOADS>;
#repeat i LOADS
    begins[$i] = locate(origin$i, 0u);
#end
    let spreads = spreads_of_parts(begins, slice * STEP_QUADS + load_quad);
#repeat i LOADS
    put_x(slice, line$i, load_quad, spreads[$i]);
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
        let affine$i = Affine(scalar4(norm$i.x), gain * norm$i.y, shift);
        put_x(slice, line$i, load_quad, normalised4(begin$i, input + load_k, affine$i));
#end
#endif
#ifdef NORM_GROUPS
        let affine = affine_of_groups(input + load_k);
#repeat i LOADS
        put_x(slice, line$i, load_quad, normalised4(begin$i, input + load_k, affine));
#end
#endif
#ifndef NORM
#repeat i LOADS
        put_x(slice, line$i, load_quad, x4(begin$i, input + load_k));
#end
#endif
        for (var line = load_line; line < QUADS; line += LANES / 4u) {
            put_weights(slice, load_quad, line, weight_block(weight_row(tile_x, line * 4u), tap, input + load_k));
        }
        workgroupBarrier();
        // All vectors of the step: as a loop, whose end is tested, they took 6 to 10 % longer on a card.
#repeat q 4
        {
#repeat i ROWS
            let x$i = x_tile[slice][$i][row][$q];
#end
#repeat c SPAN
#repeat i 4
            let w$i_$c = weight_tile[slice][$q][$i][$c][column];
#end
#repeat i ROWS
            sum$i_$c += x$i.x * w0_$c;
            sum$i_$c += x$i.y * w1_$c;
            sum$i_$c += x$i.z * w2_$c;
            sum$i_$c += x$i.w * w3_$c;
#end
#end
        }
#end
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
    put_sum(slice, row + $iu * THREADS_Y, column + $cu * THREADS_X, sum$i_$c);
#end
#end
    workgroupBarrier();
    for (var at = thread; at < TILE_ROWS * OUT_QUADS; at += THREADS) {
        let out_row = at / OUT_QUADS;
        let quad = at % OUT_QUADS;
        var total = scalar4(0.0);
#repeat s SLICES
        total += sum_of($su, out_row, quad);
#end
#ifdef GATED
        var gates = scalar4(0.0);
#repeat s SLICES
        gates += sum_of($su, out_row, OUT_QUADS + quad);
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
        put_sum(0u, row + $iu * THREADS_Y, column - OUT_QUADS, sum$i_0);
#end
    }
    workgroupBarrier();
    if (column < OUT_QUADS) {
#repeat i ROWS
        let gates$i = sum_of(0u, row + $iu * THREADS_Y, column);
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
    if (first_row + row + $iu * THREADS_Y < params.rows) {
        store(first_row + row + $iu * THREADS_Y, out_column$c, params.epilogue.columns, y$c[$i]);
    }
#end
#end
#ifdef MOMENTS_OF_GROUPS
#repeat c SPAN
    leave_part(row, quad$c, y$c);
#end
    store_moments(thread, tile_x, first_row / TILE_ROWS);
#else
    let columns = min(TILE_COLUMNS, params.epilogue.columns - tile_x * TILE_COLUMNS);
#repeat c SPAN
    leave_sums(row, quad$c, quad$c * 4u < columns, y$c);
#end
    workgroupBarrier();
    let means = means_of_rows(row, columns);
    workgroupBarrier();
#repeat c SPAN
    leave_squares(row, quad$c, quad$c * 4u < columns, y$c, means);
#end
    workgroupBarrier();
    if (column == 0u) {
        store_row_moments(first_row, row, tile_x, columns, means);
    }
#endif
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
