// Adds up what the workgroups of a PARTIAL matmul found, and finishes it as a whole matmul would: one thread makes
// four neighbouring outputs, one workgroup 64 times that.
#import epilogue

struct Params {
    epilogue: Epilogue,
    rows: u32,
    splits: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [splits, rows, columns]
@group(0) @binding(5) var<storage, read> partial: array<column>;
@group(0) @binding(6) var<storage, read_write> out: array<column>;
#import store

#ifdef ALIGNED
fn partial4(at: u32) -> scalar4 { return partial[at / 4u]; }
#else
fn partial4(at: u32) -> scalar4 {
    return scalar4(partial[at], partial[at + 1u], partial[at + 2u], partial[at + 3u]);
}
#endif

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let columns = params.epilogue.columns;
    let quads = (columns + 3u) / 4u;
    let at = workgroup_index(group, groups) * 64u + thread;
    if (at >= params.rows * quads) {
        return;
    }
    let row = at / quads;
    let first_column = at % quads * 4u;
    var sum = scalar4(0.0);
    for (var split = 0u; split < params.splits; split++) {
        sum += partial4((split * params.rows + row) * columns + first_column);
    }
    store(row, first_column, columns, finish(params.epilogue, row, first_column, sum));
}
