// Sums over all threads of a workgroup, THREADS of them: a multiple of 16, at most 256. Two stages of 16 sums each need
// fewer barriers than halving does. Control flow must be uniform.
#import prelude

const PARTS = 16u;
const PART = THREADS / PARTS;
var<workgroup> sums: array<scalar, THREADS>;
var<workgroup> part_sums: array<scalar, PARTS>;

// The sum of all threads' values, for all threads.
fn total(thread: u32, value: scalar) -> scalar {
    sums[thread] = value;
    workgroupBarrier();
    if (thread < PARTS) {
        var part = scalar(0.0);
        for (var at = 0u; at < PART; at++) {
            part += sums[thread * PART + at];
        }
        part_sums[thread] = part;
    }
    workgroupBarrier();
    var all = scalar(0.0);
    for (var at = 0u; at < PARTS; at++) {
        all += part_sums[at];
    }
    return all;
}
