//! What a product leaves behind its values for a later group norm: see `moments.wgsl`.

use super::{Buffer, Gpu, Plan, Product, Reads, Width};
use crate::{KernelError, gpu::words, shader::Kernel};

/// Groups that the kernels have room for.
const MOST_GROUPS: usize = 32;

/// Tiles of a sample whose moments each workgroup of a later product merges by itself. Of more, one dispatch does it for
/// all of them.
const MOST_TILES: usize = 128;

/// Vectors of four values behind a tensor: mean, sum of squared deviations and count of each group of channels in each
/// tile of a product.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moments {
    pub(super) samples: usize,
    pub(super) groups: usize,
    /// Index of the first vector, in vectors.
    pub(super) at: usize,
    /// Tiles along the rows of a sample.
    pub(super) tiles_per_sample: usize,
    /// Vectors for each of these.
    pub(super) slots: usize,
    /// Columns of a tile.
    pub(super) columns: usize,
}

impl Moments {
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

    /// The same over all tiles, as if one tile had all rows and all `columns`.
    fn merged(&self, columns: usize) -> Self {
        Self { at: self.at + self.vectors(), tiles_per_sample: 1, slots: self.groups, columns, ..*self }
    }

    /// Whether a norm of so many samples and groups can use them.
    pub(super) fn serve(&self, samples: usize, groups: usize) -> bool {
        (self.samples, self.groups) == (samples, groups)
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
        let columns = product.columns();
        let groups = product.fused.groups.filter(|&groups| groups <= MOST_GROUPS)?;
        let can = matches!(reads, Reads::Plain | Reads::NormGroups)
            && !product.fused.gated
            && plan.tile.part_rows().is_some()
            && width == Width::Four
            && plan.tiles_divide_samples
            && columns.is_multiple_of(groups);
        let rows_per_sample = product.fused.rows_per_sample;
        let moments = can.then(|| Moments {
            samples: product.rows / rows_per_sample,
            groups,
            at: product.rows * columns / 4,
            tiles_per_sample: rows_per_sample / plan.tile.rows(),
            slots: columns.div_ceil(plan.tile.columns()) + groups,
            columns: plan.tile.columns(),
        })?;
        let bytes = (product.rows * columns + moments.len()) as u64 * 4;
        (bytes <= self.binding_limit_bytes()).then_some(moments)
    }

    /// Hands a product's output on with its moments, after they were merged where they are many.
    pub(super) fn leave_moments(
        &self,
        out: Buffer,
        moments: Option<Moments>,
        columns: usize,
    ) -> Result<Buffer, KernelError> {
        let Some(moments) = moments else { return Ok(out) };
        if !moments.are_many() {
            return Ok(out.with_moments(moments));
        }
        let merged = moments.merged(columns);
        let Moments { samples, groups, at, tiles_per_sample, slots, .. } = moments;
        let workgroups = samples * groups;
        let params = words([
            groups,
            columns / groups,
            at,
            tiles_per_sample,
            slots,
            moments.columns,
            merged.at,
            workgroups,
        ])?;
        let values = moments.vectors() * 4;
        self.dispatch_reduction(Kernel::MergeMoments, &[], &params, &out, workgroups, values)?;
        Ok(out.with_moments(merged))
    }
}
