// Layer normalization: one workgroup normalizes one row, first its mean, then the deviations from it.
#import prelude

struct Params {
    rows: u32,
    channels: u32,
    eps: scalar,
}

@group(0) @binding(0) var<uniform> params: Params;
// [rows, channels]
@group(0) @binding(1) var<storage, read> x: array<scalar>;
// What normalized values are multiplied with, then what is added: [2, channels]
@group(0) @binding(2) var<storage, read> affine: array<scalar>;
@group(0) @binding(3) var<storage, read_write> out: array<scalar>;

const THREADS = 128u;
#import total

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let row = workgroup_index(group, groups);
    if (row >= params.rows) {
        return;
    }
    let begin = row * params.channels;
    var sum = scalar(0.0);
    for (var channel = thread; channel < params.channels; channel += THREADS) {
        sum += x[begin + channel];
    }
    let mean = total(thread, sum) / scalar(params.channels);
    var squares = scalar(0.0);
    for (var channel = thread; channel < params.channels; channel += THREADS) {
        let deviation = x[begin + channel] - mean;
        squares += deviation * deviation;
    }
    let inverse = 1.0 / sqrt(total(thread, squares) / scalar(params.channels) + params.eps);
    for (var channel = thread; channel < params.channels; channel += THREADS) {
        out[begin + channel] = (x[begin + channel] - mean) * inverse * affine[channel] + affine[params.channels + channel];
    }
}
