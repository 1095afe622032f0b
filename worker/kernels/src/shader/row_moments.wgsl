// What products left of rows behind their output, merged: see moments_of_rows. Wants `x: array<scalar4>` with the moments, and
// `moments_at` and `moments_slots` in `params`.
#import spread

// Count, mean and sum of squared deviations of each row that begins at one of `begins`, over every PARTS-th tile along it, from
// number `part` on.
fn spreads_of_parts(begins: array<u32, LOADS>, part: u32) -> array<scalar4, LOADS> {
#repeat i LOADS
    let at$i = params.moments_at + begins[$i] / params.inputs * params.moments_slots;
    var spread$i = Spread(0.0, 0.0, 0.0);
#end
    for (var slot = part; slot < params.moments_slots; slot += PARTS) {
#repeat i LOADS
        let found$i = x[at$i + slot];
        spread$i = merged(spread$i, Spread(found$i.z, found$i.x, found$i.y));
#end
    }
    var spreads: array<scalar4, LOADS>;
#repeat i LOADS
    spreads[$i] = scalar4(spread$i.count, spread$i.mean, spread$i.squares, 0.0);
#end
    return spreads;
}
