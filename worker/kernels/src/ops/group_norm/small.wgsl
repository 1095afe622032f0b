// Group normalization in one go: one workgroup normalizes one group of one sample, then applies SiLU if asked.
//
// It reads its group twice, 256 values at a time. For small groups that takes less time than it takes to start the
// three stages that large ones need.
#import math
#import total_spread

struct Params {
    positions: u32,
    channels: u32,
    channels_per_group: u32,
    // samples * groups
    workgroups: u32,
    activation: u32,
    eps: scalar,
}

@group(0) @binding(0) var<uniform> params: Params;
// [samples, positions, channels]
@group(0) @binding(1) var<storage, read> x: array<scalar>;
// [channels]
@group(0) @binding(2) var<storage, read> gamma: array<scalar>;
@group(0) @binding(3) var<storage, read> beta: array<scalar>;
@group(0) @binding(4) var<storage, read_write> out: array<scalar>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let index = workgroup_index(group, groups);
    if (index >= params.workgroups) {
        return;
    }
    let groups_per_sample = params.channels / params.channels_per_group;
    let sample = index / groups_per_sample;
    let first_channel = index % groups_per_sample * params.channels_per_group;
    let begin = sample * params.positions * params.channels + first_channel;
    let values = params.positions * params.channels_per_group;

    var spread = Spread(0.0, 0.0, 0.0);
    for (var at = thread; at < values; at += 256u) {
        let position = at / params.channels_per_group;
        spread = with_value(spread, x[begin + position * params.channels + at % params.channels_per_group]);
    }
    let all = total_spread(thread, spread);
    let inverse = 1.0 / sqrt(all.squares / all.count + params.eps);
    for (var at = thread; at < values; at += 256u) {
        let channel = at % params.channels_per_group;
        let place = begin + at / params.channels_per_group * params.channels + channel;
        let y = (x[place] - all.mean) * inverse * gamma[first_channel + channel] + beta[first_channel + channel];
        out[place] = activate(y, params.activation);
    }
}
