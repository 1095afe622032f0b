// A function of one value on each value: one thread takes four, one workgroup 1024.
#import math

struct Params {
    lanes: u32,
    // An activation's number, or one of those below.
    function: u32,
    // Of SCALE_SHIFT; TANH_CLAMP has its limit in `scale`.
    scale: scalar,
    shift: scalar,
}

const TANH_CLAMP = 16u;
const SCALE_SHIFT = 17u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<lane>;
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
    let value = x[at];
    switch params.function {
        case TANH_CLAMP: { out[at] = tanh_exact(value / params.scale) * params.scale; }
        case SCALE_SHIFT: { out[at] = value * params.scale + params.shift; }
        default: { out[at] = activate(value, params.function); }
    }
}
