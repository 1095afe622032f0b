// Enlarges pictures by repeating pixels: one thread moves one lane, one workgroup 256.
#import lane

struct Params {
    // Lanes of the output, in all, and per pixel.
    lanes: u32,
    channels: u32,
    height: u32,
    width: u32,
    out_height: u32,
    out_width: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [samples, height, width, channels]
@group(0) @binding(1) var<storage, read> x: array<lane>;
// [samples, out_height, out_width, channels]
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
    let pixel = at / params.channels;
    let out_row = pixel / params.out_width;
    let column = pixel % params.out_width * params.width / params.out_width;
    let row = out_row % params.out_height * params.height / params.out_height;
    let sample = out_row / params.out_height;
    out[at] = x[((sample * params.height + row) * params.width + column) * params.channels + at % params.channels];
}
