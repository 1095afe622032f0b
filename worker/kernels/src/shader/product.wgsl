// What all matrix products share: parameters, bindings, and how four values of x or of the weight are read.
//
// One workgroup computes TILE_ROWS x TILE_COLUMNS outputs and walks along k in steps of 16: all threads load a tile
// of x and a tile of the weight into workgroup memory, then each adds up its rows x 4 outputs in registers. The main
// function is in `tile` or, for 3x3 convolutions, in `patch` or `winograd`.
//
// x may be normalised while it is read (NORM_ROWS: layer norm; NORM_GROUPS: group norm, perhaps with SiLU), or have
// more channels in a second tensor (BESIDE). With GATED, half of a tile's columns gate the other half.
#import weight
#import epilogue

// Depth of a tile. Rows of the weight are padded to a multiple of it; blocks are read as if they were.
const STEP = 16u;
// What `locate` says about a row that lies in the padding.
const NOWHERE = 0xffffffffu;

struct Params {
    epilogue: Epilogue,
    rows: u32,
    // Rows of the weight: columns of the product.
    columns: u32,
    // Values of x per row and tap, and the same with the weight's padding.
    inputs: u32,
    padded_inputs: u32,
    // Positions of a filter.
    taps: u32,
    // Steps along all taps.
    steps: u32,
    // This dispatch computes tiles first_tile .. end_tile, counted along columns, then rows.
    first_tile: u32,
    end_tile: u32,
    // BESIDE only: how many of the inputs are x's own.
    own_inputs: u32,
    // Norms only: what is added to the variance,
    eps: scalar,
    // for groups whether SiLU follows, how many there are and their channels, and where the moments of x are (see
    // moments_of_groups and moments_of_rows): the first vector, tiles of rows per sample, vectors of such a tile, or of a
    // row, and the tile's columns.
    silu: u32,
    groups: u32,
    group_channels: u32,
    moments_at: u32,
    moments_tiles: u32,
    moments_slots: u32,
    moments_columns: u32,
    // Moments of the output only: the same about these.
    out_groups: u32,
    out_group_channels: u32,
    out_moments_at: u32,
    out_moments_slots: u32,
    // Convolutions only: input height and width, the same after pixels were repeated, output height and width,
    height: u32,
    width: u32,
    grown_height: u32,
    grown_width: u32,
    out_height: u32,
    out_width: u32,
    // width of the filter, stride, rows of padding above, columns of padding to the left.
    filter_width: u32,
    stride: u32,
    top: u32,
    left: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(5) var<storage, read> x: array<element>;
// What NORM_ROWS and NORM_GROUPS multiply with and add, [2, inputs]; with BESIDE, the further inputs.
@group(0) @binding(6) var<storage, read> second: array<element>;
@group(0) @binding(7) var<storage, read> weight: array<stored>;
@group(0) @binding(8) var<storage, read_write> out: array<element>;
#import store

#ifdef GATED
const SHARE = 2u;
#else
const SHARE = 1u;
#endif
// Columns of the output that a tile makes.
const OUT_COLUMNS = TILE_COLUMNS / SHARE;

fn tiles_across() -> u32 {
    return (params.epilogue.columns + OUT_COLUMNS - 1u) / OUT_COLUMNS;
}

// The weight's row for a column of a tile: with GATED, the second half are gates.
fn weight_row(tile_x: u32, column: u32) -> u32 {
#ifdef GATED
    let gates = select(0u, params.epilogue.columns - OUT_COLUMNS, column >= OUT_COLUMNS);
    return gates + tile_x * OUT_COLUMNS + column;
#else
    return tile_x * TILE_COLUMNS + column;
#endif
}

// Four values of x, `input` behind the beginning of a row and tap; zeros outside. Rows begin at the values of
// `begin`; with BESIDE, `begin` counts rows.
fn x4(begin: u32, input: u32) -> scalar4 {
    if (begin == NOWHERE || input >= params.inputs) {
        return scalar4(0.0);
    }
#ifdef BESIDE
    if (input >= params.own_inputs) {
        return second[(begin * (params.inputs - params.own_inputs) + input - params.own_inputs) / 4u];
    }
    return x[(begin * params.own_inputs + input) / 4u];
#else
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
#endif
}

// Where row number `row` of x begins.
fn begin_of(row: u32) -> u32 {
#ifdef BESIDE
    return row;
#else
    return row * params.inputs;
#endif
}

#ifdef NORM
// What is done to four channels: (x - mean) * factor + shift.
struct Affine {
    mean: scalar4,
    factor: scalar4,
    shift: scalar4,
}

fn normalised4(begin: u32, input: u32, affine: Affine) -> scalar4 {
    if (begin == NOWHERE || input >= params.inputs) {
        return scalar4(0.0);
    }
    let y = (x[(begin + input) / 4u] - affine.mean) * affine.factor + affine.shift;
    if (params.silu != 0u) {
        return silu(y);
    }
    return y;
}
#endif

// Four weights of an output column, from `input` of `tap` on; zeros past the last input and the last tap. Columns
// past the end repeat the last one; their sums are never stored.
#ifndef WEIGHT_BLOCK
fn weight4(column: u32, tap: u32, input: u32) -> scalar4 {
    if (tap >= params.taps) {
        return scalar4(0.0);
    }
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
// Of products with one tap; whoever has nine reads them all at once (see filter).
fn weight4(column: u32, tap: u32, input: u32) -> scalar4 {
    if (tap >= params.taps || input >= params.inputs) {
        return scalar4(0.0);
    }
    return decode(place(column, tap, input));
}
#endif
#ifdef SCATTERED
// The weights of four output columns instead, for one input.
fn weight_of_4(column: u32, tap: u32, input: u32) -> scalar4 {
    if (tap >= params.taps || input >= params.inputs) {
        return scalar4(0.0);
    }
    return scalar4(
        decode(place(column, tap, input)),
        decode(place(column + 1u, tap, input)),
        decode(place(column + 2u, tap, input)),
        decode(place(column + 3u, tap, input)),
    );
}

// Of one column, but apart from each other.
fn weight4(column: u32, tap: u32, input: u32) -> scalar4 {
    if (tap >= params.taps || input >= params.inputs) {
        return scalar4(0.0);
    }
    return scalar4(
        decode(place(column, tap, input)),
        decode(place(column, tap, input + 1u)),
        decode(place(column, tap, input + 2u)),
        decode(place(column, tap, input + 3u)),
    );
}
#endif

// Weights of four columns and four inputs, as [input][column].
fn weight_block(column: u32, tap: u32, input: u32) -> mat4x4<f32> {
#ifdef SCATTERED
    return mat4x4<f32>(
        weight_of_4(column, tap, input),
        weight_of_4(column, tap, input + 1u),
        weight_of_4(column, tap, input + 2u),
        weight_of_4(column, tap, input + 3u),
    );
#else
    // A block of 4 x 4 changes from rows along k to rows along columns.
    return transpose(mat4x4<f32>(
        weight4(column, tap, input),
        weight4(column + 1u, tap, input),
        weight4(column + 2u, tap, input),
        weight4(column + 3u, tap, input),
    ));
#endif
}
