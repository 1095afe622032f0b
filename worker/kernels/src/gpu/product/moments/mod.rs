//! What a product leaves behind its values for a later norm.

mod groups;

use super::{Buffer, Gpu, Plan, Product, Reads, Width};
use crate::{
    KernelError,
    ops::Statistics,
    shader::{Rows, Writes},
};
use groups::Groups;

/// Vectors of four values behind a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moments {
    /// See `moments_of_groups.wgsl`.
    Groups(Groups),
    /// See `moments_of_rows.wgsl`.
    Rows(OfRows),
}

/// Mean, sum of squared deviations and count of each row within each tile along it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfRows {
    /// How many rows there are, and values in each.
    rows: usize,
    columns: usize,
    /// Tiles along a row.
    slots: usize,
}

/// Where moments are, as `Params` in `product.wgsl` has it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    /// Groups of channels; 0 where they are of rows.
    pub(super) groups: usize,
    pub(super) at: usize,
    pub(super) tiles_per_sample: usize,
    pub(super) slots: usize,
    pub(super) columns: usize,
}

impl Moments {
    /// What a form of the kernel does to leave them.
    pub(super) fn writes(&self) -> Writes {
        match self {
            Self::Groups(_) => Writes::MomentsOfGroups,
            Self::Rows(_) => Writes::MomentsOfRows,
        }
    }

    /// Values that they take.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Groups(groups) => groups.len(),
            Self::Rows(OfRows { rows, slots, .. }) => 4 * rows * slots,
        }
    }

    pub(super) fn place(&self) -> Place {
        match *self {
            Self::Groups(groups) => groups.place(),
            Self::Rows(OfRows { rows, columns, slots }) => {
                Place { at: rows * columns / 4, slots, ..Place::default() }
            }
        }
    }

    /// Whether a group norm of so many samples, groups and channels can use them.
    pub(super) fn serve_groups(&self, samples: usize, groups: usize, channels: usize) -> bool {
        matches!(self, Self::Groups(own) if own.serve(samples, groups, channels))
    }

    /// Whether a layer norm of so many rows and columns can use them.
    pub(super) fn serve_rows(&self, rows: usize, columns: usize) -> bool {
        matches!(self, Self::Rows(own) if (own.rows, own.columns) == (rows, columns))
    }
}

impl Gpu {
    /// The moments that a product is asked for, where its form can take them.
    pub(super) fn moments_of(
        &self,
        product: &Product<'_>,
        plan: Plan,
        width: Width,
        reads: Reads,
    ) -> Option<Moments> {
        let can = matches!(reads, Reads::Plain | Reads::NormGroups)
            && !product.fused.gated
            && plan.tile.part_rows().is_some()
            && width == Width::Four;
        let statistics = product.fused.statistics.filter(|_| can)?;
        let (rows, columns) = (product.rows, product.columns());
        let moments = match statistics {
            Statistics::Groups(groups) => Moments::Groups(Groups::of(product, plan, groups)?),
            Statistics::Rows if plan.rows == Rows::Matrix => {
                Moments::Rows(OfRows { rows, columns, slots: columns.div_ceil(plan.tile.columns()) })
            }
            Statistics::Rows => return None,
        };
        let bytes = (rows * columns + moments.len()) as u64 * 4;
        (bytes <= self.binding_limit_bytes()).then_some(moments)
    }

    /// Hands a product's output on with its moments, after they were merged where they are many.
    pub(super) fn leave_moments(&self, out: Buffer, moments: Option<Moments>) -> Result<Buffer, KernelError> {
        let moments = match moments {
            None => return Ok(out),
            Some(Moments::Groups(groups)) => Moments::Groups(self.merge_if_many(groups, &out)?),
            Some(Moments::Rows(rows)) => Moments::Rows(rows),
        };
        Ok(out.with_moments(moments))
    }
}
