// What a later group norm needs to know of a product's output, left behind its values: mean, sum of squared
// deviations and count of each group of channels within each tile of 64 rows x 64 columns.
//
// A tile's vectors are in the order of its columns. The tile at column 64 c and group g meet in slot c + g: along the
// columns one of the two changes at a time, so that no slot is taken twice.
//
// Wants all 64 rows to belong to one sample, eight rows a thread, and 256 free vectors in `tiles`.

fn store_moments(thread: u32, row: u32, column: u32, tile_x: u32, row_tile: u32, y: array<scalar4, 8>) {
    var mean = scalar4(0.0);
#repeat i 8
    mean += y[$i] * 0.125;
#end
    var squares = scalar4(0.0);
#repeat i 8
    let deviation$i = y[$i] - mean;
    squares += deviation$i * deviation$i;
#end
    tiles[row * 16u + column] = mean;
    tiles[128u + row * 16u + column] = squares;
    workgroupBarrier();
    // Columns over all rows: eight parts of eight rows each.
    if (thread < 16u) {
        mean = scalar4(0.0);
        squares = scalar4(0.0);
#repeat i 8
        mean += tiles[$iu * 16u + thread] * 0.125;
        squares += tiles[128u + $iu * 16u + thread];
#end
#repeat i 8
        let apart$i = tiles[$iu * 16u + thread] - mean;
        squares += apart$i * apart$i * 8.0;
#end
    }
    workgroupBarrier();
    if (thread < 16u) {
        tiles[thread] = mean;
        tiles[16u + thread] = squares;
    }
    workgroupBarrier();
    // Groups over their columns in this tile.
    let first_column = tile_x * 64u;
    let end_column = min(first_column + 64u, params.epilogue.columns);
    let group = first_column / params.out_group_channels + thread;
    let begin = max(group * params.out_group_channels, first_column);
    let end = min((group + 1u) * params.out_group_channels, end_column);
    if (begin < end) {
        var sum = scalar(0.0);
        for (var at = begin; at < end; at++) {
            sum += tiles[(at - first_column) / 4u][at % 4u];
        }
        let group_mean = sum / scalar(end - begin);
        var total = scalar(0.0);
        for (var at = begin; at < end; at++) {
            let apart = tiles[(at - first_column) / 4u][at % 4u] - group_mean;
            total += tiles[16u + (at - first_column) / 4u][at % 4u] + apart * apart * 64.0;
        }
        let slot = params.out_moments_at + row_tile * params.out_moments_slots + tile_x + group;
        out[slot] = scalar4(group_mean, total, scalar((end - begin) * 64u), 0.0);
    }
}
