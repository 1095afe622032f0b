// What a later layer norm needs to know of a product's output, left behind its values: mean, sum of squared deviations and
// count of each row within each tile, as [row][tile along the columns].
//
// Wants parts of PART_ROWS rows and four columns, a multiple of four rows, and notes for a vector of each four rows of a
// part. Each stage ends where a barrier is due.

// Parts along the columns, and along the rows.
const ACROSS = TILE_COLUMNS / 4u;
const DOWN = TILE_ROWS / PART_ROWS;

// Something of four values each, for the rows of a part.
fn leave_quads(row: u32, quad: u32, of_rows: array<scalar, PART_ROWS>) {
#repeat j PART_QUADS
    put_note((quad * PART_QUADS + $ju) * DOWN + row, scalar4(
        of_rows[4 * $j],
        of_rows[4 * $j + 1],
        of_rows[4 * $j + 2],
        of_rows[4 * $j + 3],
    ));
#end
}

// Sums over the columns of the tile of what was left, for the rows of a part.
fn sums_of_quads(row: u32) -> array<scalar4, PART_QUADS> {
    var sums: array<scalar4, PART_QUADS>;
    for (var quad = 0u; quad < ACROSS; quad++) {
#repeat j PART_QUADS
        sums[$j] += note((quad * PART_QUADS + $ju) * DOWN + row);
#end
    }
    return sums;
}

// Columns past the end have no part in it.
fn leave_sums(row: u32, quad: u32, is_there: bool, y: array<scalar4, PART_ROWS>) {
    var sums: array<scalar, PART_ROWS>;
#repeat i PART_ROWS
    sums[$i] = select(0.0, y[$i].x + y[$i].y + y[$i].z + y[$i].w, is_there);
#end
    leave_quads(row, quad, sums);
}

// Once all sums are left: the means of the part's rows.
fn means_of_rows(row: u32, count: u32) -> array<scalar4, PART_QUADS> {
    var means = sums_of_quads(row);
#repeat j PART_QUADS
    means[$j] /= scalar(count);
#end
    return means;
}

// Once all have the means.
fn leave_squares(row: u32, quad: u32, is_there: bool, y: array<scalar4, PART_ROWS>, means: array<scalar4, PART_QUADS>) {
    var squares: array<scalar, PART_ROWS>;
#repeat i PART_ROWS
    let deviation$i = y[$i] - means[$i / 4][$i % 4];
    squares[$i] = select(0.0, dot(deviation$i, deviation$i), is_there);
#end
    leave_quads(row, quad, squares);
}

// Once all squares are left.
fn store_row_moments(first_row: u32, row: u32, tile_x: u32, count: u32, means: array<scalar4, PART_QUADS>) {
    let squares = sums_of_quads(row);
#repeat i PART_ROWS
    let row$i = first_row + row + $iu * DOWN;
    if (row$i < params.rows) {
        out[params.out_moments_at + row$i * params.out_moments_slots + tile_x] =
            scalar4(means[$i / 4][$i % 4], squares[$i / 4][$i % 4], scalar(count), 0.0);
    }
#end
}
