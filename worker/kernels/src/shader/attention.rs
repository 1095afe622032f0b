//! The forms of attention.

use std::ops::RangeInclusive;

use super::{
    kernel::{Width, aligned},
    matmul::Span,
};

/// A form of attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attention {
    /// Values of a head that one workgroup makes, in units of 16.
    pub columns: u32,
    /// Queries of one workgroup, in units of 16.
    pub rows: u32,
    /// Keys of a tile, and values of a head, that belong to one thread.
    pub span: Span,
    /// How threads with parts of one row tell each other its largest score.
    pub exchange: Exchange,
    /// How heads are read and written.
    pub width: Width,
}

/// How threads that stand side by side tell each other a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exchange {
    /// Through workgroup memory.
    Memory,
    /// From register to register of a subgroup, which no browser's WebGPU offers everywhere.
    Subgroup,
}

impl Exchange {
    /// Both.
    pub(super) const ALL: [Self; 2] = [Self::Memory, Self::Subgroup];

    /// Sizes of subgroups that have room for all threads of a row, and of which a workgroup is a multiple.
    pub(crate) const SUBGROUP_SIZES: RangeInclusive<u32> = 8..=64;
}

impl Attention {
    /// More columns would not fit into registers.
    pub const MOST_COLUMNS: u32 = 10;

    /// Rows of 16 queries for workgroups of so many columns: as many as registers hold beside the columns, but not
    /// twice as many as there are `queries`.
    pub fn rows_for(columns: u32, span: Span, queries: usize) -> u32 {
        let fits = |rows: &u32| queries <= 16 * *rows as usize;
        Self::row_choices(columns, span).find(fits).unwrap_or(Self::most_rows(columns, span))
    }

    /// The rows that workgroups of so many columns can have.
    pub(super) fn row_choices(columns: u32, span: Span) -> impl Iterator<Item = u32> {
        [1, 2, 4].into_iter().filter(move |&rows| rows <= Self::most_rows(columns, span))
    }

    const fn most_rows(columns: u32, span: Span) -> u32 {
        let columns_of_4_rows = match span {
            Span::Four => 8,
            Span::Eight => 4,
        };
        if columns <= columns_of_4_rows { 4 } else { 2 }
    }

    /// The spans that threads of workgroups of so many columns can have: eight threads with four columns each stand along
    /// 32.
    pub(super) fn span_choices(columns: u32) -> impl Iterator<Item = Span> {
        Span::ALL.into_iter().filter(move |&span| span == Span::Eight || columns.is_multiple_of(2))
    }

    /// Queries of one workgroup.
    pub const fn queries(self) -> usize {
        self.rows as usize * 16
    }

    /// Every form for one width.
    pub(super) fn all(width: Width) -> impl Iterator<Item = Self> {
        let first = Self { columns: 1, rows: 1, span: Span::Eight, exchange: Exchange::Memory, width };
        (1..=Self::MOST_COLUMNS).flat_map(move |columns| Self { columns, ..first }.variants())
    }

    /// Values of a head that one workgroup makes.
    pub const fn slice(self) -> usize {
        self.columns as usize * 16
    }

    pub(super) fn defines(self) -> Vec<&'static str> {
        let mut defines = aligned(self.width);
        if self.exchange == Exchange::Subgroup {
            defines.push("SUBGROUPS");
        }
        defines
    }

    pub(super) fn constants(self) -> Vec<(&'static str, u32)> {
        let Self { columns, rows, span, .. } = self;
        let vectors = span.columns() as u32 / 4;
        // Keys whose values lie in workgroup memory at once: as many as fit where the largest tile of queries and keys
        // lay before, 384 vectors of four.
        let value_keys = [32, 16].into_iter().find(|keys| keys * columns * 4 <= 384).unwrap_or(8);
        let threads_x = 8 / vectors;
        vec![
            ("ROWS", rows),
            ("SPAN", vectors),
            ("THREADS_X", threads_x),
            ("VECTORS", columns * 4 / threads_x),
            ("SLICE", columns * 16),
            ("VALUE_KEYS", value_keys),
        ]
    }
}
