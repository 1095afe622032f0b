// First stage of group normalization: mean and spread of each channel over a chunk of positions.
//
// One workgroup takes 64 neighbouring channels, so that its reads are contiguous whatever the size of a group, and
// one chunk. Four threads share a channel. Each follows Welford (1962): it never forms a difference of large sums.
#import prelude
#import spread

struct Params {
    positions: u32,
    channels: u32,
    chunk: u32,
    chunks: u32,
    channel_blocks: u32,
    // samples * chunks * channel_blocks
    workgroups: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [samples, positions, channels]
@group(0) @binding(1) var<storage, read> x: array<scalar>;
// Mean and sum of squared deviations, [samples, chunks, channels].
@group(0) @binding(2) var<storage, read_write> out: array<vec2<scalar>>;

const CHANNELS = 64u;
var<workgroup> shared_spreads: array<Spread, 256>;

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
    let channel = index % params.channel_blocks * CHANNELS + thread % CHANNELS;
    let chunk = index / params.channel_blocks % params.chunks;
    let sample = index / params.channel_blocks / params.chunks;
    var spread = Spread(0.0, 0.0, 0.0);
    if (channel < params.channels) {
        let end = min((chunk + 1u) * params.chunk, params.positions);
        for (var position = chunk * params.chunk + thread / CHANNELS; position < end; position += 4u) {
            spread = with_value(spread, x[(sample * params.positions + position) * params.channels + channel]);
        }
    }
    shared_spreads[thread] = spread;
    workgroupBarrier();
    if (thread < CHANNELS && channel < params.channels) {
#repeat i 3
        spread = merged(spread, shared_spreads[thread + ($iu + 1u) * CHANNELS]);
#end
        out[(sample * params.chunks + chunk) * params.channels + channel] = vec2(spread.mean, spread.squares);
    }
}
