//! The arithmetic of a grid of which only the rows in sight exist.

use std::ops::Range;

/// A grid of equal cells. All lengths are CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Width of the whole grid.
    pub width_px: f64,
    /// A cell is at least this wide, unless the whole grid is not.
    pub least_cell_px: f64,
    /// Space between cells, in both directions.
    pub gap_px: f64,
    /// A cell is as high as it is wide, and this much more.
    pub foot_px: f64,
}

/// The part of a grid that exists.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Cells that exist.
    pub cells: Range<usize>,
    /// Height of the rows above them, with the gap below those.
    pub before_px: f64,
    /// Height of the rows below them, with the gap above those.
    pub after_px: f64,
}

/// A way to go from cell to cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the cell before.
    Left,
    /// To the cell after.
    Right,
    /// A row up.
    Up,
    /// A row down.
    Down,
    /// To the first cell.
    First,
    /// To the last cell.
    Last,
}

impl Grid {
    /// Cells side by side; at least one.
    pub fn columns(&self) -> usize {
        let columns = (self.width_px + self.gap_px) / (self.least_cell_px + self.gap_px);
        // NaN and what is negative become 0.
        (columns as usize).max(1)
    }

    /// Width of a cell.
    pub fn cell_px(&self) -> f64 {
        let columns = self.columns() as f64;
        ((self.width_px - (columns - 1.0) * self.gap_px) / columns).max(1.0)
    }

    /// Height of a row without the gap below it.
    pub fn row_px(&self) -> f64 {
        self.cell_px() + self.foot_px
    }

    /// From the top of one row to the top of the next.
    fn stride_px(&self) -> f64 {
        self.row_px() + self.gap_px
    }

    /// Height of a grid of so many cells.
    pub fn height_px(&self, cells: usize) -> f64 {
        self.rows_px(cells.div_ceil(self.columns()))
    }

    fn rows_px(&self, rows: usize) -> f64 {
        if rows == 0 { 0.0 } else { rows as f64 * self.stride_px() - self.gap_px }
    }

    /// What must exist so that `top_px..top_px + height_px` of a grid of `cells` can be seen, and `spare` rows beyond
    /// either edge, which may be scrolled into sight before anything is drawn anew.
    pub fn window(&self, cells: usize, top_px: f64, height_px: f64, spare: usize) -> Window {
        let columns = self.columns();
        let rows = cells.div_ceil(columns);
        let row_at = |y: f64| (y / self.stride_px()) as usize;
        let first = row_at(top_px).min(rows.saturating_sub(1)).saturating_sub(spare);
        let end = (row_at(top_px + height_px) + 1 + spare).clamp(first, rows);
        let before_px = first as f64 * self.stride_px();
        let after_px = (self.rows_px(rows) - before_px - self.rows_px(end - first)).max(0.0);
        Window { cells: first * columns..(end * columns).min(cells), before_px, after_px }
    }

    /// Where to scroll so that a cell is wholly in sight; `None` when it is.
    pub fn reveal(&self, cell: usize, top_px: f64, height_px: f64) -> Option<f64> {
        let begin = (cell / self.columns()) as f64 * self.stride_px();
        let end = begin + self.row_px();
        if begin < top_px {
            Some(begin)
        } else if end > top_px + height_px {
            Some((end - height_px).min(begin))
        } else {
            None
        }
    }

    /// The cell that a step leads to, of `cells`. A row up from the first row and a row down from the last lead
    /// nowhere.
    pub fn step(&self, cell: usize, cells: usize, step: Step) -> usize {
        let columns = self.columns();
        let last = cells.saturating_sub(1);
        let cell = cell.min(last);
        match step {
            Step::Left => cell.saturating_sub(1),
            Step::Right => (cell + 1).min(last),
            Step::Up => cell.checked_sub(columns).unwrap_or(cell),
            // From above a last row that is not full, to its end.
            Step::Down if cell / columns < last / columns => (cell + columns).min(last),
            Step::Down => cell,
            Step::First => 0,
            Step::Last => last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four columns of 100, rows of 150 and a gap of 10.
    const GRID: Grid = Grid { width_px: 430.0, least_cell_px: 90.0, gap_px: 10.0, foot_px: 50.0 };

    #[test]
    fn cells_fill_the_width() {
        assert_eq!((GRID.columns(), GRID.cell_px(), GRID.row_px()), (4, 100.0, 150.0));
        for width_px in (1..3000).map(f64::from) {
            let grid = Grid { width_px, ..GRID };
            let columns = grid.columns() as f64;
            let filled = columns * grid.cell_px() + (columns - 1.0) * grid.gap_px;
            assert!((filled - width_px).abs() < 1e-6, "{width_px}: {columns} columns fill {filled}");
            assert!(grid.cell_px() >= grid.least_cell_px || columns == 1.0, "{width_px}");
        }
    }

    #[test]
    fn strange_sizes_have_one_column() {
        for width_px in [0.0, -5.0, f64::NAN, 3.0] {
            assert_eq!(Grid { width_px, ..GRID }.columns(), 1, "{width_px}");
        }
    }

    #[test]
    fn a_window_and_what_is_around_it_are_as_high_as_the_grid() {
        for cells in [0, 1, 3, 4, 5, 41, 10_000] {
            for top_px in [-400.0, 0.0, 1.0, 149.0, 150.0, 160.0, 5_000.0, 1e9] {
                for spare in [0, 2] {
                    let window = GRID.window(cells, top_px, 500.0, spare);
                    let inside = GRID.height_px(window.cells.len());
                    let whole = window.before_px + inside + window.after_px;
                    assert!(
                        (whole - GRID.height_px(cells)).abs() < 1e-6,
                        "{cells} cells at {top_px}: {window:?}"
                    );
                    assert_eq!(window.cells.start % GRID.columns(), 0, "a window begins with a row");
                    assert!(window.cells.end <= cells);
                }
            }
        }
    }

    /// Every cell that overlaps the view exists, and no more rows than the view has room for.
    #[test]
    fn what_is_in_sight_exists() {
        let (cells, height_px) = (997, 480.0);
        for top_px in (0..40_000).step_by(7).map(f64::from) {
            let window = GRID.window(cells, top_px, height_px, 0);
            for cell in 0..cells {
                let begin = (cell / 4) as f64 * 160.0;
                let seen = begin < top_px + height_px && begin + 150.0 > top_px;
                assert!(!seen || window.cells.contains(&cell), "cell {cell} at {top_px}: {window:?}");
            }
            assert!(window.cells.len() <= 4 * 5, "{window:?}");
        }
    }

    #[test]
    fn the_last_cell_is_reached() {
        let window = GRID.window(10_000, GRID.height_px(10_000) - 500.0, 500.0, 1);
        assert_eq!((window.cells.end, window.after_px), (10_000, 0.0));
    }

    #[test]
    fn a_cell_is_revealed_by_the_least_scroll() {
        assert_eq!(GRID.reveal(5, 0.0, 500.0), None);
        assert_eq!(GRID.reveal(0, 200.0, 500.0), Some(0.0));
        assert_eq!(GRID.reveal(12, 0.0, 500.0), Some(3.0 * 160.0 + 150.0 - 500.0));
        assert_eq!(GRID.reveal(12, 0.0, 100.0), Some(480.0), "a view lower than a row shows its top");
    }

    #[test]
    fn steps_stay_within_the_grid() {
        let step = |cell, step| GRID.step(cell, 10, step);
        assert_eq!([step(0, Step::Left), step(0, Step::Right), step(9, Step::Right)], [0, 1, 9]);
        assert_eq!([step(1, Step::Up), step(6, Step::Up)], [1, 2]);
        assert_eq!([step(1, Step::Down), step(7, Step::Down), step(9, Step::Down)], [5, 9, 9]);
        assert_eq!([step(4, Step::First), step(4, Step::Last)], [0, 9]);
        assert_eq!(GRID.step(3, 0, Step::Last), 0);
    }
}
