//! A sheet: pictures that differ in one setting or two, as one entry of the gallery.
//!
//! Each of them is a picture of its own that knows its place ([`InSheet`]); the sheet's own entry knows what its columns
//! and rows mean, and its file is all of them on one picture ([`Layout`]).

use serde::{Deserialize, Serialize};

/// What columns or rows go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetAxis {
    /// The setting's name, for people.
    pub name: String,
    /// Its values, for people.
    pub labels: Vec<String>,
}

/// A sheet's columns and rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// From left to right.
    pub columns: SheetAxis,
    /// From top to bottom; without, there is one row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<SheetAxis>,
}

/// A picture's place in a sheet, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InSheet {
    /// The sheet's key in the gallery.
    pub sheet: String,
    /// From the left.
    pub column: usize,
    /// From the top.
    pub row: usize,
}

impl Sheet {
    /// How many rows.
    pub fn row_count(&self) -> usize {
        self.rows.as_ref().map_or(1, |rows| rows.labels.len())
    }

    /// What tells a place from the others, such as `Prompt strength 0.4, Seed 7`.
    pub fn place_name(&self, column: usize, row: usize) -> String {
        let label = |axis: &SheetAxis, at: usize| {
            format!("{} {}", axis.name, axis.labels.get(at).map_or("", String::as_str))
        };
        let rows = self.rows.as_ref().map(|rows| label(rows, row));
        [Some(label(&self.columns, column)), rows].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Where a sheet's pictures and labels stand on its own picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    columns: u32,
    rows: u32,
    /// Width and height of each picture.
    pub cell_px: (u32, u32),
    /// Height of the letters.
    pub text_px: u32,
    gap_px: u32,
    /// Room for the labels: left of the rows, above the columns.
    margin_px: (u32, u32),
}

/// The longest side of a sheet's own picture.
const MOST_PX: u32 = 4096;

impl Layout {
    /// Places for pictures of at most `cell_px`, which are made smaller where the sheet would become too large. The
    /// longest row label has `row_letters`.
    pub fn of(sheet: &Sheet, cell_px: (u32, u32), row_letters: usize) -> Self {
        let columns = u32::try_from(sheet.columns.labels.len()).unwrap_or(u32::MAX).max(1);
        let rows = u32::try_from(sheet.row_count()).unwrap_or(u32::MAX).max(1);
        let longest = (cell_px.0.max(1) * columns).max(cell_px.1.max(1) * rows);
        // Room for labels and gaps takes at most a quarter.
        let scale = (f64::from(MOST_PX) * 0.75 / f64::from(longest)).min(1.0);
        let scaled = |px: u32| ((f64::from(px.max(1)) * scale) as u32).max(1);
        let cell_px = (scaled(cell_px.0), scaled(cell_px.1));
        let text_px = (cell_px.0.min(cell_px.1) / 10).clamp(11, 48);
        let letters = u32::try_from(row_letters).unwrap_or(u32::MAX).min(24);
        let left = if sheet.rows.is_some() { text_px * (letters * 6 / 10 + 2) } else { 0 };
        Self { columns, rows, cell_px, text_px, gap_px: text_px / 4, margin_px: (left, text_px * 2) }
    }

    /// Width and height of the whole.
    pub fn size_px(&self) -> (u32, u32) {
        let side = |cell: u32, count: u32, margin: u32| margin + count * (cell + self.gap_px) + self.gap_px;
        (
            side(self.cell_px.0, self.columns, self.margin_px.0),
            side(self.cell_px.1, self.rows, self.margin_px.1),
        )
    }

    /// The top left corner of a picture.
    pub fn corner_px(&self, column: usize, row: usize) -> (u32, u32) {
        let at = |cell: u32, place: usize, margin: u32| {
            let place = u32::try_from(place).unwrap_or(u32::MAX);
            margin + self.gap_px + place.saturating_mul(cell + self.gap_px)
        };
        (at(self.cell_px.0, column, self.margin_px.0), at(self.cell_px.1, row, self.margin_px.1))
    }

    /// The middle of a column's label.
    pub fn column_label_px(&self, column: usize) -> (u32, u32) {
        (self.corner_px(column, 0).0 + self.cell_px.0 / 2, self.margin_px.1 / 2 + self.gap_px)
    }

    /// The middle of a row's label.
    pub fn row_label_px(&self, row: usize) -> (u32, u32) {
        (self.margin_px.0 / 2, self.corner_px(0, row).1 + self.cell_px.1 / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(name: &str, count: usize) -> SheetAxis {
        SheetAxis { name: name.to_owned(), labels: (0..count).map(|n| n.to_string()).collect() }
    }

    #[test]
    fn no_picture_lies_on_another_or_beyond_the_edge() {
        for (columns, rows, cell_px) in
            [(1, 1, (64, 64)), (4, 3, (128, 96)), (10, 10, (1024, 512)), (100, 1, (512, 512)), (2, 2, (8, 8))]
        {
            let sheet = Sheet { columns: axis("Steps", columns), rows: Some(axis("Seed", rows)) };
            let layout = Layout::of(&sheet, cell_px, 5);
            let (width, height) = layout.size_px();
            assert!(width <= MOST_PX * 2 && height <= MOST_PX, "{columns} x {rows}: {width} x {height}");
            for row in 0..rows {
                for column in 0..columns {
                    let (left, top) = layout.corner_px(column, row);
                    assert!(left + layout.cell_px.0 <= width && top + layout.cell_px.1 <= height);
                    assert!(layout.row_label_px(row).0 < left && layout.column_label_px(column).1 < top);
                    assert!(column == 0 || layout.corner_px(column - 1, row).0 + layout.cell_px.0 < left);
                    assert!(row == 0 || layout.corner_px(column, row - 1).1 + layout.cell_px.1 < top);
                }
            }
        }
    }

    #[test]
    fn a_sweep_needs_no_room_for_row_labels() {
        let sheet = Sheet { columns: axis("Prompt strength", 3), rows: None };
        let layout = Layout::of(&sheet, (128, 128), 0);
        assert_eq!(layout.cell_px, (128, 128));
        assert_eq!(layout.corner_px(0, 0).0, layout.gap_px);
        assert_eq!((sheet.row_count(), sheet.place_name(2, 0).as_str()), (1, "Prompt strength 2"));
    }
}
