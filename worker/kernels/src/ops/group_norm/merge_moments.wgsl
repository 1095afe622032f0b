// Merges the moments that a product left behind its output (see `moments_of_groups`) over all tiles of a sample, and leaves them
// behind the others: every workgroup of a product that normalises its input would merge them again otherwise.
//
// One workgroup merges one group of one sample.
#import prelude
#import total_spread
#import group_moments

struct Params {
    groups: u32,
    group_channels: u32,
    moments_at: u32,
    moments_tiles: u32,
    moments_slots: u32,
    moments_columns: u32,
    merged_at: u32,
    // samples * groups
    workgroups: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [samples, tiles, slots] from `moments_at` on, [samples, groups] from `merged_at` on.
@group(0) @binding(1) var<storage, read_write> x: array<scalar4>;

@compute @workgroup_size(256)
fn main(
    @builtin(workgroup_id) workgroup: vec3<u32>,
    @builtin(num_workgroups) workgroups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let index = workgroup_index(workgroup, workgroups);
    if (index >= params.workgroups) {
        return;
    }
    let sample = index / params.groups;
    let group = index % params.groups;
    let all = total_spread(thread, spread_of_group(group, sample, thread, 256u));
    if (thread == 0u) {
        x[params.merged_at + index] = scalar4(all.mean, all.squares, all.count, 0.0);
    }
}
