// Layer norm in a product's reading of x: mean and deviation of each row of the tile, before the tile is computed.
// The PARTS threads that load the same row share it.
#ifdef KNOWN_ROWS
#import row_moments
#else
#import row_spreads
#endif

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
