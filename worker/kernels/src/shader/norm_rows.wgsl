// Layer norm in a product's reading of x: mean and deviation of each row of the tile, before the tile is computed.
// The PARTS threads that load the same row share it. Each goes twice over its part, so that nothing cancels; the part is
// in a cache by then.

// Count, mean and sum of squared deviations of a part of a row that begins at `begin`.
fn spread_of_part(begin: u32, part: u32) -> scalar4 {
    var sum = scalar4(0.0);
    var quads = 0u;
    for (var at = part * 4u; at < params.inputs; at += PARTS * 4u) {
        sum += x[(begin + at) / 4u];
        quads++;
    }
    let count = scalar(quads * 4u);
    // Past the end of a short row there is nothing, and its mean does not matter.
    let mean = (sum.x + sum.y + sum.z + sum.w) / max(count, 1.0);
    var squares = scalar4(0.0);
    for (var at = part * 4u; at < params.inputs; at += PARTS * 4u) {
        let deviation = x[(begin + at) / 4u] - mean;
        squares += deviation * deviation;
    }
    return scalar4(count, mean, squares.x + squares.y + squares.z + squares.w, 0.0);
}

// Mean and inverse deviation of a row from what its parts left in `tiles`.
fn norm_of_row(line: u32) -> vec2<scalar> {
    let count = scalar(params.inputs);
    var sum = scalar(0.0);
#repeat i PARTS
    let part$i = tiles[line * PARTS + $iu];
    sum += part$i.x * part$i.y;
#end
    let mean = sum / count;
    var squares = scalar(0.0);
#repeat i PARTS
    let deviation$i = part$i.y - mean;
    squares += part$i.z + part$i.x * deviation$i * deviation$i;
#end
    return vec2(mean, 1.0 / sqrt(squares / count + params.eps));
}
