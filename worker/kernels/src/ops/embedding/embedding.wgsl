// Looks rows of a table up and widens them: one thread makes four neighbouring values, one workgroup 256 times that.
//
// A table may be larger than a binding. Then each dispatch sees a window of its rows and leaves the others' places
// alone.
#import weight

struct Params {
    ids: u32,
    channels: u32,
    padded_channels: u32,
    first_row: u32,
    end_row: u32,
    // 1 when rows have scales.
    scaled: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> ids: array<u32>;
// Rows first_row .. end_row.
@group(0) @binding(2) var<storage, read> table: array<stored>;
// Of all rows.
@group(0) @binding(3) var<storage, read> scales: array<scalar>;
// [ids, channels]
@group(0) @binding(4) var<storage, read_write> out: array<scalar>;

// Four values of a row that is in sight. Past the end of the row they belong to another one.
#ifdef WEIGHT_BLOCK
fn word(at: u32) -> u32 { return table[at]; }

fn table4(row: u32, channel: u32) -> scalar4 {
    let first = row * params.channels + channel;
    return scalar4(decode(first), decode(first + 1u), decode(first + 2u), decode(first + 3u));
}
#else
fn table4(row: u32, channel: u32) -> scalar4 {
    return widen(table[(row * params.padded_channels + channel) / 4u]);
}
#endif

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let quads = (params.channels + 3u) / 4u;
    let at = workgroup_index(group, groups) * 256u + thread;
    if (at >= params.ids * quads) {
        return;
    }
    let id = ids[at / quads];
    if (id < params.first_row || id >= params.end_row) {
        return;
    }
    let channel = at % quads * 4u;
    var values = table4(id - params.first_row, channel);
    if (params.scaled != 0u) {
        values *= scales[id];
    }
    let begin = at / quads * params.channels + channel;
#repeat i 4
    if (channel + $iu < params.channels) {
        out[begin + $iu] = values[$i];
    }
#end
}
