// Attention without the matrix of scores (FlashAttention: Dao et al. 2022, arXiv:2205.14135), with SUBGROUPS or without.
//
// One workgroup computes ROWS x 16 queries of one head, and of these SLICE values of the output. It walks along the
// keys in tiles of 32: scores of the tile (over the whole head, in steps of 16), softmax so far, then weights times
// values (of VALUE_KEYS at a time). The running maximum and sum of a row live in the registers of each thread that has
// a part of that row. Heads of more than 160 values would not fit into registers: several workgroups then share a
// head's output, and each computes the scores anew.
#import element

// THREADS_X threads stand along the keys (or the values of a head), SPAN vectors of four keys each, and 16 along the
// queries.
const THREADS_Y = 16u;
const THREADS = THREADS_X * THREADS_Y;
const QUERIES = ROWS * THREADS_Y;
const KEYS = 32u;
const KEY_QUADS = KEYS / 4u;
// Values of a head per step of the scores.
const STEP = 16u;
// Vectors of four in a row of the output slice.
const SLICE_QUADS = SLICE / 4u;
// A score no softmax can see.
const LOWEST = -1e30;

struct Params {
    queries: u32,
    keys: u32,
    heads: u32,
    head: u32,
    // Workgroups that share the output of a head.
    slices: u32,
    causal: u32,
    // Values in a row of q, k and v, and where the heads begin in it: all three may be parts of one tensor.
    q_width: u32,
    q_first: u32,
    k_width: u32,
    k_first: u32,
    v_width: u32,
    v_first: u32,
    // 1 / sqrt(head)
    scale: scalar,
    // This dispatch computes tiles first_tile .. end_tile, counted along queries, slices, heads, samples.
    first_tile: u32,
    end_tile: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [batch, queries, q_width], [batch, keys, k_width], [batch, keys, v_width].
@group(0) @binding(1) var<storage, read> q: array<element>;
@group(0) @binding(2) var<storage, read> k: array<element>;
@group(0) @binding(3) var<storage, read> v: array<element>;
@group(0) @binding(4) var<storage, read_write> out: array<element>;

// Three things in turn: queries [query][head / 4] with keys [head][key / 4] behind them; row maxima; values
// [key][head / 4].
const KEY_TILE = QUERIES * STEP / 4u;
const STAGED = max(KEY_TILE + STEP * KEYS / 4u, max(THREADS, VALUE_KEYS * SLICE_QUADS));
var<workgroup> staged: array<scalar4, STAGED>;
// Softmax weights, [query][key / 4].
var<workgroup> weights: array<scalar4, QUERIES * KEYS / 4u>;

// Four values of a head from `at` on; zeros past its end. `begin` is where the head's values begin.
#ifdef ALIGNED
fn q4(begin: u32, at: u32) -> scalar4 { return select(scalar4(0.0), q[(begin + at) / 4u], at < params.head); }
fn k4(begin: u32, at: u32) -> scalar4 { return select(scalar4(0.0), k[(begin + at) / 4u], at < params.head); }
fn v4(begin: u32, at: u32) -> scalar4 { return select(scalar4(0.0), v[(begin + at) / 4u], at < params.head); }
#else
fn q4(begin: u32, at: u32) -> scalar4 {
    var values = scalar4(0.0);
#repeat i 4
    values[$i] = select(0.0, q[begin + at + $iu], at + $iu < params.head);
#end
    return values;
}
fn k4(begin: u32, at: u32) -> scalar4 {
    var values = scalar4(0.0);
#repeat i 4
    values[$i] = select(0.0, k[begin + at + $iu], at + $iu < params.head);
#end
    return values;
}
fn v4(begin: u32, at: u32) -> scalar4 {
    var values = scalar4(0.0);
#repeat i 4
    values[$i] = select(0.0, v[begin + at + $iu], at + $iu < params.head);
#end
    return values;
}
#endif

fn store(begin: u32, at: u32, values: scalar4) {
#ifdef ALIGNED
    if (at < params.head) {
        out[(begin + at) / 4u] = values;
    }
#else
#repeat i 4
    if (at + $iu < params.head) {
        out[begin + at + $iu] = values[$i];
    }
#end
#endif
}

fn max4(x: scalar4) -> scalar {
    return max(max(x.x, x.y), max(x.z, x.w));
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
#ifdef SUBGROUPS
    @builtin(subgroup_id) subgroup: u32,
    @builtin(subgroup_size) subgroup_size: u32,
    @builtin(subgroup_invocation_id) invocation: u32,
) {
    // Threads of a row stand side by side in a subgroup, whichever way they are counted otherwise.
    let thread = subgroup * subgroup_size + invocation;
#else
    @builtin(local_invocation_index) thread: u32,
) {
#endif
    let tile = params.first_tile + workgroup_index(group, groups);
    if (tile >= params.end_tile) {
        return;
    }
    let tiles_per_head = (params.queries + QUERIES - 1u) / QUERIES;
    let first_query = tile % tiles_per_head * QUERIES;
    let first_value = tile / tiles_per_head % params.slices * SLICE;
    let head = tile / tiles_per_head / params.slices % params.heads;
    let sample = tile / tiles_per_head / params.slices / params.heads;
    let q_begin = sample * params.queries * params.q_width + params.q_first + head * params.head;
    let k_begin = sample * params.keys * params.k_width + params.k_first + head * params.head;
    let v_begin = sample * params.keys * params.v_width + params.v_first + head * params.head;
    // The output has nothing but heads in its rows.
    let width = params.heads * params.head;
    let out_begin = sample * params.queries * width + head * params.head;
    let end_key = select(params.keys, min(params.keys, first_query + QUERIES), params.causal != 0u);

    // For loading, four threads stand side by side along a head.
    let load_line = thread / 4u;
    let load_at = thread % 4u * 4u;
    // For computing, a thread has every THREADS_X-th vector of keys (or values) and every 16th query.
    let column = thread % THREADS_X;
    let row = thread / THREADS_X;

#repeat i ROWS
    let query$i = min(first_query + row + $iu * THREADS_Y, params.queries - 1u);
    let visible$i = select(params.keys, min(params.keys, query$i + 1u), params.causal != 0u);
    var maximum$i = scalar(LOWEST);
    var total$i = scalar(0.0);
#repeat c VECTORS
    var sum$i_$c = scalar4(0.0);
#end
#end
    for (var first_key = 0u; first_key < end_key; first_key += KEYS) {
        // Scores of a thread's keys for each row.
#repeat c SPAN
#repeat i ROWS
        var score$i_$c = scalar4(0.0);
#end
#end
        for (var at = 0u; at < params.head; at += STEP) {
            for (var line = load_line; line < QUERIES; line += THREADS / 4u) {
                let load_query = min(first_query + line, params.queries - 1u);
                staged[line * (STEP / 4u) + thread % 4u] = q4(q_begin + load_query * params.q_width, at + load_at);
            }
            if (load_line < KEY_QUADS) {
                // A block of 4 x 4 changes from rows along the head to rows along the keys.
#repeat j 4
                let load_key$j = min(first_key + load_line * 4u + $ju, params.keys - 1u);
#end
                let block = transpose(mat4x4<f32>(
                    k4(k_begin + load_key0 * params.k_width, at + load_at),
                    k4(k_begin + load_key1 * params.k_width, at + load_at),
                    k4(k_begin + load_key2 * params.k_width, at + load_at),
                    k4(k_begin + load_key3 * params.k_width, at + load_at),
                ));
#repeat j 4
                staged[KEY_TILE + (load_at + $ju) * KEY_QUADS + load_line] = block[$j];
#end
            }
            workgroupBarrier();
            // Past the end of the head there are zeros.
            let quads = min(STEP, params.head - at + 3u) / 4u;
            for (var quad = 0u; quad < quads; quad++) {
#repeat i ROWS
                let q$i = staged[(row + $iu * THREADS_Y) * (STEP / 4u) + quad];
#end
#repeat c SPAN
#repeat j 4
                let k$j_$c = staged[KEY_TILE + (quad * 4u + $ju) * KEY_QUADS + column + $cu * THREADS_X];
#end
#repeat i ROWS
                score$i_$c += q$i.x * k0_$c;
                score$i_$c += q$i.y * k1_$c;
                score$i_$c += q$i.z * k2_$c;
                score$i_$c += q$i.w * k3_$c;
#end
#end
            }
            workgroupBarrier();
        }

        // Each thread shares the maxima of its rows with the others that have parts of them.
        var tile_maximum = scalar4(LOWEST);
#repeat c SPAN
        let key$c = vec4(first_key + (column + $cu * THREADS_X) * 4u) + vec4(0u, 1u, 2u, 3u);
#repeat i ROWS
        score$i_$c = select(scalar4(LOWEST), score$i_$c * params.scale, key$c < vec4(visible$i));
        tile_maximum[$i] = max(tile_maximum[$i], max4(score$i_$c));
#end
#end
#ifdef SUBGROUPS
        for (var apart = 1u; apart < THREADS_X; apart *= 2u) {
            tile_maximum = max(tile_maximum, subgroupShuffleXor(tile_maximum, apart));
        }
#else
        staged[thread] = tile_maximum;
        workgroupBarrier();
#repeat j THREADS_X
        tile_maximum = max(tile_maximum, staged[row * THREADS_X + $ju]);
#end
#endif
#repeat i ROWS
        let maximum_now$i = max(maximum$i, tile_maximum[$i]);
        let shrink$i = exp(maximum$i - maximum_now$i);
        maximum$i = maximum_now$i;
        total$i *= shrink$i;
#repeat c VECTORS
        sum$i_$c *= shrink$i;
#end
#repeat c SPAN
        weights[(row + $iu * THREADS_Y) * KEY_QUADS + column + $cu * THREADS_X] =
            select(scalar4(0.0), exp(score$i_$c - maximum$i), key$c < vec4(visible$i));
#end
#end
        workgroupBarrier();

        for (var first = 0u; first < KEYS; first += VALUE_KEYS) {
            for (var at = thread; at < VALUE_KEYS * SLICE_QUADS; at += THREADS) {
                let value_key = min(first_key + first + at / SLICE_QUADS, params.keys - 1u);
                staged[at] = v4(v_begin + value_key * params.v_width, first_value + at % SLICE_QUADS * 4u);
            }
            workgroupBarrier();
            for (var quad = 0u; quad < VALUE_KEYS / 4u; quad++) {
#repeat i ROWS
                let w$i = weights[(row + $iu * THREADS_Y) * KEY_QUADS + first / 4u + quad];
                total$i += w$i.x + w$i.y + w$i.z + w$i.w;
#end
#repeat c VECTORS
#repeat j 4
                let v$j_$c = staged[(quad * 4u + $ju) * SLICE_QUADS + column + $cu * THREADS_X];
#end
#repeat i ROWS
                sum$i_$c += w$i.x * v0_$c;
                sum$i_$c += w$i.y * v1_$c;
                sum$i_$c += w$i.z * v2_$c;
                sum$i_$c += w$i.w * v3_$c;
#end
#end
            }
            workgroupBarrier();
        }
    }

#repeat i ROWS
    if (first_query + row + $iu * THREADS_Y < params.queries) {
#repeat c VECTORS
        store(out_begin + query$i * width, first_value + (column + $cu * THREADS_X) * 4u, sum$i_$c / total$i);
#end
    }
#end
}
