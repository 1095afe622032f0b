// Layer norm in a product's reading of x: mean and deviation of each row of the tile, before the tile is computed.
// The PARTS threads that load the same row share it. Each goes twice over its part, so that nothing cancels; the part is
// in a cache by then.

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

// Mean and inverse deviation of a row from what its parts left in x's tile.
fn norm_of_row(line: u32) -> vec2<scalar> {
    let count = scalar(params.inputs);
    var sum = scalar(0.0);
#repeat i PARTS
    let part$i = x_of($iu / STEP_QUADS, line, $iu % STEP_QUADS);
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
