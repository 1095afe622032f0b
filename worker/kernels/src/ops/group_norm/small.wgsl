// Group normalization in one go: one workgroup normalizes one group of one sample, then applies SiLU if asked.
//
// It reads its group three times: for the mean, for the deviations from it, and to normalize. For small groups that takes
// less time than it takes to start the three stages that large ones need. The channels may be those of two tensors, one
// behind the other.
//
// THREADS: few values need few threads, and barriers cost by the thread.
#import math
#import total

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

@compute @workgroup_size(THREADS)
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
    // Threads stand side by side along the channels of the group, then along the positions.
    let side = min(params.channels_per_group, THREADS);
    let rows = THREADS / side;
    let first_own = first_channel + thread % side;
    let end_channel = first_channel + params.channels_per_group;
    let row = thread / side;
    // The last threads may have no place.
    let end_position = select(0u, first_position + params.positions, row < rows);

    let count = scalar(params.positions * params.channels_per_group);
    // Sums of differences from one of the values: far from zero, plain ones would lose the digits that matter.
    let pivot = value(first_position, first_channel);
    var sum = scalar(0.0);
    for (var channel = first_own; channel < end_channel; channel += side) {
        for (var position = first_position + row; position < end_position; position += rows) {
            sum += value(position, channel) - pivot;
        }
    }
    let mean = pivot + total(thread, sum) / count;
    var squares = scalar(0.0);
    for (var channel = first_own; channel < end_channel; channel += side) {
        for (var position = first_position + row; position < end_position; position += rows) {
            let deviation = value(position, channel) - mean;
            squares += deviation * deviation;
        }
    }
    let inverse = 1.0 / sqrt(total(thread, squares) / count + params.eps);
    for (var channel = first_own; channel < end_channel; channel += side) {
        let scale = inverse * affine[channel];
        let shift = affine[params.channels + channel];
        for (var position = first_position + row; position < end_position; position += rows) {
            let y = (value(position, channel) - mean) * scale + shift;
            out[position * params.channels + channel] = activate(y, params.activation);
        }
    }
}
