//! What a product leaves behind its values for a later group norm: see `moments.wgsl`.

use super::{Gpu, Plan, Product, Reads, Width};

/// Groups that the kernels have room for.
const MOST_GROUPS: usize = 32;

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
}

impl Moments {
    /// Values that they take.
    pub(super) fn len(&self) -> usize {
        self.samples * self.tiles_per_sample * self.slots * 4
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
            && plan.tile.is_large()
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
        })?;
        let bytes = (product.rows * columns + moments.len()) as u64 * 4;
        (bytes <= self.binding_limit_bytes()).then_some(moments)
    }
}
