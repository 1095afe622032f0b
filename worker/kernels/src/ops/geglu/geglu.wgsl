// GEGLU: the first half of each row times the exact GELU of the second. One thread makes one lane, one workgroup
// 256.
#import math

struct Params {
    // Lanes of the output, in all and per row.
    lanes: u32,
    half: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [rows, 2 * half]
@group(0) @binding(1) var<storage, read> x: array<lane>;
// [rows, half]
@group(0) @binding(2) var<storage, read_write> out: array<lane>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let at = workgroup_index(group, groups) * 256u + thread;
    if (at >= params.lanes) {
        return;
    }
    let first = at / params.half * 2u * params.half + at % params.half;
    out[at] = x[first] * gelu(x[first + params.half]);
}
