// Words that all kernels share.

// The type of activations, and four of them.
alias scalar = f32;
alias scalar4 = vec4<f32>;

// The number of a workgroup. The host spreads workgroups over two axes, because one axis ends at 65535; the last
// few of them may have nothing to do.
fn workgroup_index(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}
