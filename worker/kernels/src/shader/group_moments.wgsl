// What products left of a group behind their output, merged: see moments_of_groups. Wants `x: array<scalar4>` with the
// moments, and `group_channels` and `moments_*` in `params`.
#import spread

// Over every `step`-th tile of `sample` that the group lies in, from number `first` on.
fn spread_of_group(group: u32, sample: u32, first: u32, step: u32) -> Spread {
    // The group's tiles along the columns.
    let first_column = group * params.group_channels / params.moments_columns;
    let across = ((group + 1u) * params.group_channels - 1u) / params.moments_columns - first_column + 1u;
    var spread = Spread(0.0, 0.0, 0.0);
    for (var at = first; at < params.moments_tiles * across; at += step) {
        let tile = sample * params.moments_tiles + at / across;
        let slot = first_column + at % across + group;
        let found = x[params.moments_at + tile * params.moments_slots + slot];
        spread = merged(spread, Spread(found.z, found.x, found.y));
    }
    return spread;
}
