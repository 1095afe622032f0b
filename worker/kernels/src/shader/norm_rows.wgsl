// Layer norm in a product's reading of x: mean and deviation of each row of the tile, before the tile is computed.
// The PARTS threads that load the same row share it. Two passes, so that nothing cancels; the row is in a cache by then.
// Part of the sum of a row that begins at `begin`.
fn sum_of_row(begin: u32, part: u32) -> scalar4 {
    var sum = scalar4(0.0);
    for (var at = part * 4u; at < params.inputs; at += PARTS * 4u) {
        sum += x[(begin + at) / 4u];
    }
    return sum;
}

// Part of the sum of squared deviations.
fn squares_of_row(begin: u32, part: u32, mean: scalar) -> scalar4 {
    var sum = scalar4(0.0);
    for (var at = part * 4u; at < params.inputs; at += PARTS * 4u) {
        let deviation = x[(begin + at) / 4u] - mean;
        sum += deviation * deviation;
    }
    return sum;
}

// The mean over a row of what its parts left in `tiles`.
fn mean_of_parts(line: u32) -> scalar {
    var sum = scalar4(0.0);
#repeat i PARTS
    sum += tiles[line * PARTS + $iu];
#end
    return (sum.x + sum.y + sum.z + sum.w) / scalar(params.inputs);
}
