// Stores four neighbouring columns of a row-major matrix, as far as they exist. Wants `out: array<element>`.
fn store(row: u32, first_column: u32, columns: u32, values: scalar4) {
    let at = row * columns + first_column;
#ifdef ALIGNED
    if (first_column < columns) {
        out[at / 4u] = values;
    }
#else
#repeat i 4
    if (first_column + $iu < columns) {
        out[at + $iu] = values[$i];
    }
#end
#endif
}
