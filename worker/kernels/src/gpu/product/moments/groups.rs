//! Moments for group norms.

use super::{Buffer, Gpu, KernelError, Place, Plan, Product};
use crate::{gpu::words, shader::Kernel};

/// Groups that the kernels have room for.
const MOST_GROUPS: usize = 32;

/// Tiles of a sample whose moments each workgroup of a later product merges by itself. Of more, one dispatch does it for
/// all of them.
const MOST_TILES: usize = 128;

/// Mean, sum of squared deviations and count of each group of channels in each tile of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Groups {
    samples: usize,
    groups: usize,
    /// Columns of the product.
    channels: usize,
    /// Index of the first vector, in vectors.
    at: usize,
    /// Tiles along the rows of a sample.
    tiles_per_sample: usize,
    /// Vectors for each of these.
    slots: usize,
    /// Columns of a tile.
    columns: usize,
}

impl Groups {
    /// Those that a product of these tiles can take.
    pub(super) fn of(product: &Product<'_>, plan: Plan, groups: usize) -> Option<Self> {
        let columns = product.columns();
        let rows_per_sample = product.fused.rows_per_sample;
        let can = groups <= MOST_GROUPS && plan.tiles_divide_samples && columns.is_multiple_of(groups);
        can.then(|| Self {
            samples: product.rows / rows_per_sample,
            groups,
            channels: columns,
            at: product.rows * columns / 4,
            tiles_per_sample: rows_per_sample / plan.tile.rows(),
            slots: columns.div_ceil(plan.tile.columns()) + groups,
            columns: plan.tile.columns(),
        })
    }

    /// Values that they take, merged ones included.
    pub(super) fn len(&self) -> usize {
        4 * (self.vectors() + if self.are_many() { self.samples * self.groups } else { 0 })
    }

    /// Vectors of four.
    fn vectors(&self) -> usize {
        self.samples * self.tiles_per_sample * self.slots
    }

    fn are_many(&self) -> bool {
        self.tiles_per_sample > MOST_TILES
    }

    /// The same over all tiles, as if one tile had all rows and all columns.
    fn merged(&self) -> Self {
        let at = self.at + self.vectors();
        Self { at, tiles_per_sample: 1, slots: self.groups, columns: self.channels, ..*self }
    }

    pub(super) fn place(&self) -> Place {
        let Self { groups, at, tiles_per_sample, slots, columns, .. } = *self;
        Place { groups, at, tiles_per_sample, slots, columns }
    }

    /// Whether a norm of so many samples, groups and channels can use them.
    pub(super) fn serve(&self, samples: usize, groups: usize, channels: usize) -> bool {
        (self.samples, self.groups, self.channels) == (samples, groups, channels)
    }
}

impl Gpu {
    /// Merges what lies behind an output, where it is much.
    pub(super) fn merge_if_many(&self, moments: Groups, out: &Buffer) -> Result<Groups, KernelError> {
        if !moments.are_many() {
            return Ok(moments);
        }
        let merged = moments.merged();
        let Groups { samples, groups, channels, at, tiles_per_sample, slots, columns } = moments;
        let workgroups = samples * groups;
        let params =
            words([groups, channels / groups, at, tiles_per_sample, slots, columns, merged.at, workgroups])?;
        let values = moments.vectors() * 4;
        self.dispatch_reduction(Kernel::MergeMoments, &[], &params, out, workgroups, values)?;
        Ok(merged)
    }
}
