// Group normalization in one go: one workgroup normalizes one group of one sample, then applies SiLU if asked.
//
// It reads its group twice, 256 values at a time. For small groups that takes less time than it takes to start the
// three stages that large ones need. The channels may be those of two tensors, one behind the other.
#import math
#import total_spread

struct Params {
    positions: u32,
    channels: u32,
    // Channels of x; the others are those of beside.
    own_channels: u32,
    channels_per_group: u32,
    // samples * groups
    workgroups: u32,
    activation: u32,
    eps: scalar,
}

@group(0) @binding(0) var<uniform> params: Params;
// [samples, positions, own channels], [samples, positions, channels - own channels]
@group(0) @binding(1) var<storage, read> x: array<scalar>;
@group(0) @binding(2) var<storage, read> beside: array<scalar>;
// What normalized values are multiplied with, then what is added: [2, channels]
@group(0) @binding(3) var<storage, read> affine: array<scalar>;
@group(0) @binding(4) var<storage, read_write> out: array<scalar>;

// `position` counts over all samples.
fn value(position: u32, channel: u32) -> scalar {
    if (channel < params.own_channels) {
        return x[position * params.own_channels + channel];
    }
    let width = params.channels - params.own_channels;
    return beside[position * width + channel - params.own_channels];
}

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
    let first_position = index / groups_per_sample * params.positions;
    let first_channel = index % groups_per_sample * params.channels_per_group;
    let values = params.positions * params.channels_per_group;

    var spread = Spread(0.0, 0.0, 0.0);
    for (var at = thread; at < values; at += 256u) {
        let channel = first_channel + at % params.channels_per_group;
        spread = with_value(spread, value(first_position + at / params.channels_per_group, channel));
    }
    let all = total_spread(thread, spread);
    let inverse = 1.0 / sqrt(all.squares / all.count + params.eps);
    for (var at = thread; at < values; at += 256u) {
        let channel = first_channel + at % params.channels_per_group;
        let position = first_position + at / params.channels_per_group;
        let y = (value(position, channel) - all.mean) * inverse * affine[channel] + affine[params.channels + channel];
        out[position * params.channels + channel] = activate(y, params.activation);
    }
}
