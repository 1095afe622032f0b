// What a later group norm needs to know of a product's output, left behind its values: mean, sum of squared
// deviations and count of each group of channels within each tile.
//
// A tile's vectors are in the order of its columns. The tile number c along the columns and group g meet in slot c + g:
// along the columns one of the two changes at a time, so that no slot is taken twice.
//
// Wants all rows of a tile to belong to one sample, parts of PART_ROWS rows and four columns, and notes for two vectors of
// each part.

// Parts along the columns, and along the rows.
const ACROSS = TILE_COLUMNS / 4u;
const DOWN = TILE_ROWS / PART_ROWS;
const PARTS_OF_TILE = ACROSS * DOWN;

// Leaves mean and squared deviations of a part to all threads.
fn leave_part(row: u32, quad: u32, y: array<scalar4, PART_ROWS>) {
    var mean = scalar4(0.0);
#repeat i PART_ROWS
    mean += y[$i] / scalar(PART_ROWS);
#end
    var squares = scalar4(0.0);
#repeat i PART_ROWS
    let deviation$i = y[$i] - mean;
    squares += deviation$i * deviation$i;
#end
    put_note(row * ACROSS + quad, mean);
    put_note(PARTS_OF_TILE + row * ACROSS + quad, squares);
}

// Once all parts are left.
fn store_moments(thread: u32, tile_x: u32, row_tile: u32) {
    workgroupBarrier();
    // Columns over all rows.
    var mean = scalar4(0.0);
    var squares = scalar4(0.0);
    if (thread < ACROSS) {
        for (var part = thread; part < PARTS_OF_TILE; part += ACROSS) {
            mean += note(part) / scalar(DOWN);
            squares += note(PARTS_OF_TILE + part);
        }
        for (var part = thread; part < PARTS_OF_TILE; part += ACROSS) {
            let apart = note(part) - mean;
            squares += apart * apart * scalar(PART_ROWS);
        }
    }
    workgroupBarrier();
    if (thread < ACROSS) {
        put_note(thread, mean);
        put_note(ACROSS + thread, squares);
    }
    workgroupBarrier();
    // Groups over their columns in this tile.
    let first_column = tile_x * TILE_COLUMNS;
    let end_column = min(first_column + TILE_COLUMNS, params.epilogue.columns);
    let group = first_column / params.out_group_channels + thread;
    let begin = max(group * params.out_group_channels, first_column);
    let end = min((group + 1u) * params.out_group_channels, end_column);
    if (begin < end) {
        var sum = scalar(0.0);
        for (var at = begin; at < end; at++) {
            sum += note((at - first_column) / 4u)[at % 4u];
        }
        let group_mean = sum / scalar(end - begin);
        var total = scalar(0.0);
        for (var at = begin; at < end; at++) {
            let apart = note((at - first_column) / 4u)[at % 4u] - group_mean;
            total += note(ACROSS + (at - first_column) / 4u)[at % 4u] + apart * apart * scalar(TILE_ROWS);
        }
        let slot = params.out_moments_at + row_tile * params.out_moments_slots + tile_x + group;
        out[slot] = scalar4(group_mean, total, scalar((end - begin) * TILE_ROWS), 0.0);
    }
}
