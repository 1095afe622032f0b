// Adds two tensors: one thread makes four sums, one workgroup 1024.
#import lane

struct Params {
    lanes: u32,
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
    if (at < params.lanes) {
        out[at] = a[at] + b[at];
    }
}
