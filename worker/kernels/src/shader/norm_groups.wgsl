// Group norm in a product's reading of x, from the moments that the producer of x left behind x: see moments. All rows
// of a tile belong to one sample.
#import spread

const MOST_GROUPS = THREADS / 4u;
// Mean and inverse deviation of each group.
var<workgroup> group_norms: array<vec2<scalar>, MOST_GROUPS>;

// Merges the moments of each group over all tiles of `sample`, four threads for each group.
fn find_groups(thread: u32, sample: u32) {
    let group = thread / 4u;
    var spread = Spread(0.0, 0.0, 0.0);
    if (group < params.groups) {
        // Tiles that the group lies in: of 64 columns, unless one of 32 has all.
        let first = group * params.group_channels / 64u;
        let across = ((group + 1u) * params.group_channels - 1u) / 64u - first + 1u;
        for (var at = thread % 4u; at < params.moments_tiles * across; at += 4u) {
            let tile = sample * params.moments_tiles + at / across;
            let slot = first + at % across + group;
            let found = x[params.moments_at + tile * params.moments_slots + slot];
            spread = merged(spread, Spread(found.z, found.x, found.y));
        }
    }
    tiles[thread] = scalar4(spread.count, spread.mean, spread.squares, 0.0);
    workgroupBarrier();
    if (thread % 4u == 0u && group < params.groups) {
#repeat i 3
        let part$i = tiles[thread + $iu + 1u];
        spread = merged(spread, Spread(part$i.x, part$i.y, part$i.z));
#end
        group_norms[group] = vec2(spread.mean, 1.0 / sqrt(spread.squares / spread.count + params.eps));
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
