// Puts rows of two tensors side by side: one thread moves one lane, one workgroup 256.
#import lane

struct Params {
    // Lanes of the output, in all; lanes per row of a and of b.
    lanes: u32,
    a: u32,
    b: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<lane>;
@group(0) @binding(2) var<storage, read> b: array<lane>;
@group(0) @binding(3) var<storage, read_write> out: array<lane>;

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
    let row = at / (params.a + params.b);
    let column = at % (params.a + params.b);
    if (column < params.a) {
        out[at] = a[row * params.a + column];
    } else {
        out[at] = b[row * params.b + column - params.a];
    }
}
