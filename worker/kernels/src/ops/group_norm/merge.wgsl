// Second stage of group normalization: merges the channels of a group and all chunks.
//
// One workgroup makes the mean and the inverse standard deviation of one group of one sample.
#import prelude
#import total_spread

struct Params {
    positions: u32,
    channels: u32,
    chunk: u32,
    chunks: u32,
    channels_per_group: u32,
    // samples * groups
    workgroups: u32,
    eps: scalar,
}

@group(0) @binding(0) var<uniform> params: Params;
// [samples, chunks, channels]
@group(0) @binding(1) var<storage, read> partial: array<vec2<scalar>>;
// [samples, groups]
@group(0) @binding(2) var<storage, read_write> out: array<vec2<scalar>>;

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
    var spread = Spread(0.0, 0.0, 0.0);
    for (var at = thread; at < params.chunks * params.channels_per_group; at += 256u) {
        let chunk = at / params.channels_per_group;
        let channel = first_channel + at % params.channels_per_group;
        let found = partial[(sample * params.chunks + chunk) * params.channels + channel];
        let count = min(params.chunk, params.positions - chunk * params.chunk);
        spread = merged(spread, Spread(scalar(count), found.x, found.y));
    }
    let all = total_spread(thread, spread);
    if (thread == 0u) {
        out[index] = vec2(all.mean, 1.0 / sqrt(all.squares / all.count + params.eps));
    }
}
