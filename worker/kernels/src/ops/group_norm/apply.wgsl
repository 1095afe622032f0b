// Last stage of group normalization: (x - mean) / deviation * gamma + beta, then SiLU if asked. One thread makes one
// lane, one workgroup 256.
#import math

struct Params {
    // Lanes in all, per sample and per position.
    lanes: u32,
    lanes_per_sample: u32,
    lanes_per_position: u32,
    // Values per group, groups per sample.
    channels_per_group: u32,
    groups: u32,
    activation: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<lane>;
// Mean and inverse deviation, [samples, groups].
@group(0) @binding(2) var<storage, read> statistics: array<vec2<scalar>>;
// [2, channels]
@group(0) @binding(3) var<storage, read> affine: array<lane>;
@group(0) @binding(4) var<storage, read_write> out: array<lane>;

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
    let first_group = at / params.lanes_per_sample * params.groups;
    let channel_lane = at % params.lanes_per_position;
    var mean: lane;
    var inverse: lane;
#ifdef SINGLE
    let found = statistics[first_group + channel_lane / params.channels_per_group];
    mean = found.x;
    inverse = found.y;
#else
    // A lane may lie across the border of two groups.
#repeat i 4
    let found$i = statistics[first_group + (channel_lane * 4u + $iu) / params.channels_per_group];
    mean[$i] = found$i.x;
    inverse[$i] = found$i.y;
#end
#endif
    let shift = affine[params.lanes_per_position + channel_lane];
    let y = (x[at] - mean) * inverse * affine[channel_lane] + shift;
    out[at] = activate(y, params.activation);
}
