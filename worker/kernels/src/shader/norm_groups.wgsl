// Group norm in a product's reading of x, from the moments that the producer of x left behind x: see moments_of_groups.
// All rows of a tile belong to one sample. Wants notes for PARTS_OF_GROUP vectors of each group.
#import group_moments

const MOST_GROUPS = 32u;
// Each group's moments are merged in so many parts.
const PARTS_OF_GROUP = 4u;
// Mean and inverse deviation of each group.
var<workgroup> group_norms: array<vec2<scalar>, MOST_GROUPS>;

// Merges the moments of each group over all tiles of `sample`.
fn find_groups(thread: u32, sample: u32) {
    for (var at = thread; at < params.groups * PARTS_OF_GROUP; at += THREADS) {
        let spread = spread_of_group(at / PARTS_OF_GROUP, sample, at % PARTS_OF_GROUP, PARTS_OF_GROUP);
        put_note(at, scalar4(spread.count, spread.mean, spread.squares, 0.0));
    }
    workgroupBarrier();
    if (thread < params.groups) {
        var spread = Spread(0.0, 0.0, 0.0);
#repeat i 4
        let part$i = note(thread * PARTS_OF_GROUP + $iu);
        spread = merged(spread, Spread(part$i.x, part$i.y, part$i.z));
#end
        group_norms[thread] = vec2(spread.mean, 1.0 / sqrt(spread.squares / spread.count + params.eps));
    }
    workgroupBarrier();
}

// What is done to four channels from `input` on. Past the last one it does not matter.
fn affine_of_groups(input: u32) -> Affine {
    // Small numbers: a float's division by way of its inverse is exact half a channel from the border.
    let per_channel = 1.0 / scalar(params.group_channels);
    var mean = scalar4(0.0);
    var inverse = scalar4(0.0);
#repeat i 4
    let norm$i = group_norms[min(u32((scalar(input + $iu) + 0.5) * per_channel), MOST_GROUPS - 1u)];
    mean[$i] = norm$i.x;
    inverse[$i] = norm$i.y;
#end
    let gain = second[min(input, params.inputs - 4u) / 4u];
    let shift = second[(params.inputs + min(input, params.inputs - 4u)) / 4u];
    return Affine(mean, inverse * gain, shift);
}
