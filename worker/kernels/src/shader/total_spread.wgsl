// Merges the spreads of all 256 threads of a workgroup. Control flow must be uniform.
#import spread

var<workgroup> shared_spreads: array<Spread, 256>;

// The spread of everything, for all threads.
fn total_spread(thread: u32, spread: Spread) -> Spread {
    shared_spreads[thread] = spread;
    for (var half = 128u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (thread < half) {
            shared_spreads[thread] = merged(shared_spreads[thread], shared_spreads[thread + half]);
        }
    }
    workgroupBarrier();
    return shared_spreads[0];
}
