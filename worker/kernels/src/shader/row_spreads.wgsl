// Spreads of the rows of x, for a layer norm whose producer left nothing of them. A thread goes twice over its part of a row, so
// that nothing cancels; the part is in a cache by then.

// Count, mean and sum of squared deviations of a part of each row that begins at one of `begins`. All rows at a time, so that
// the thread does not wait for one after the other.
fn spreads_of_parts(begins: array<u32, LOADS>, part: u32) -> array<scalar4, LOADS> {
#repeat i LOADS
    var sum$i = scalar4(0.0);
#end
    var quads = 0u;
    for (var at = part * 4u; at < params.inputs; at += PARTS * 4u) {
#repeat i LOADS
        sum$i += x[(begins[$i] + at) / 4u];
#end
        quads++;
    }
    let count = scalar(quads * 4u);
    // Past the end of a short row there is nothing, and its mean does not matter.
#repeat i LOADS
    let mean$i = (sum$i.x + sum$i.y + sum$i.z + sum$i.w) / max(count, 1.0);
    var squares$i = scalar4(0.0);
#end
    for (var at = part * 4u; at < params.inputs; at += PARTS * 4u) {
#repeat i LOADS
        let deviation$i = x[(begins[$i] + at) / 4u] - mean$i;
        squares$i += deviation$i * deviation$i;
#end
    }
    var spreads: array<scalar4, LOADS>;
#repeat i LOADS
    spreads[$i] = scalar4(count, mean$i, squares$i.x + squares$i.y + squares$i.z + squares$i.w, 0.0);
#end
    return spreads;
}
