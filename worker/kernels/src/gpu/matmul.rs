//! How a matrix product is cut into tiles, splits and submissions.

use wgpu::BufferBinding;

use super::{Buffer, Dispatch, Gpu, Weight, weight::ROW_STEP, words};
use crate::{
    DType, KernelError,
    ops::Fused,
    shader::{Kernel, Matmul, Rows, Tile, Width},
};

/// Workgroups that keep a large GPU busy. Fewer tiles than this are cut along `k`.
const BUSY_WORKGROUPS: usize = 128;

/// A workgroup takes at least this many steps along `k`, or adding up the splits would cost more than it gains.
const FEWEST_STEPS: usize = 8;

/// A matrix is cut along `k` into at most this many splits.
const MOST_SPLITS: usize = 32;

/// A matrix product `[rows, taps * inputs] x [columns, taps * inputs]ᵀ`.
pub(crate) struct Product<'a> {
    pub(crate) x: &'a Buffer,
    pub(crate) weight: &'a Weight,
    pub(crate) rows: usize,
    /// Values of `x` per row and tap.
    pub(crate) inputs: usize,
    /// Set when the rows are windows of a picture: the fields of `Params` from `height` on.
    pub(crate) windows: Option<[usize; 8]>,
    pub(crate) fused: Fused<'a, Buffer>,
}

/// How a product is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plan {
    tile: Tile,
    /// Tiles of the output.
    tiles: usize,
    /// Steps along `k`, in all and per split.
    steps: usize,
    steps_per_split: usize,
}

impl Plan {
    fn new(rows: usize, columns: usize, steps: usize) -> Self {
        let tile = match (rows, columns) {
            (_, ..=16) => Tile::Narrow,
            (..=32, _) => Tile::Flat,
            _ => Tile::Square,
        };
        let tiles = rows.div_ceil(tile.rows()) * columns.div_ceil(tile.columns());
        let splits = BUSY_WORKGROUPS.div_ceil(tiles).min(steps / FEWEST_STEPS).clamp(1, MOST_SPLITS);
        Self { tile, tiles, steps, steps_per_split: steps.div_ceil(splits) }
    }

    fn splits(self) -> usize {
        self.steps.div_ceil(self.steps_per_split)
    }
}

impl Gpu {
    /// Computes a product and what is fused behind it.
    pub(crate) fn product(&self, product: &Product<'_>) -> Result<Buffer, KernelError> {
        let (rows, columns) = (product.rows, product.weight.rows());
        let steps = product.weight.taps() * product.weight.padded_inputs() / ROW_STEP;
        let plan = Plan::new(rows, columns, steps);
        let out = self.allocate(rows * columns)?;
        if plan.splits() == 1 {
            let epilogue = epilogue_words(product, columns)?;
            let fused = self.fused_bindings(product);
            let operands = [product.x.binding(), product.weight.elements(self)?];
            self.tiles(product, plan, &epilogue, &[&fused[..], &operands].concat(), &out)?;
        } else {
            let partial = self.allocate(plan.splits() * rows * columns)?;
            let operands = [product.x.binding(), product.weight.elements(self)?];
            self.tiles(product, plan, &[], &operands, &partial)?;
            self.sum_splits(product, plan, &partial, &out)?;
        }
        Ok(out)
    }

    /// Computes all tiles, in as many dispatches as the budget of a submission demands.
    fn tiles(
        &self,
        product: &Product<'_>,
        plan: Plan,
        epilogue: &[u32],
        inputs: &[BufferBinding<'_>],
        out: &Buffer,
    ) -> Result<(), KernelError> {
        let columns = product.weight.rows();
        let kernel = Kernel::Matmul(Matmul {
            rows: if product.windows.is_some() { Rows::Windows } else { Rows::Matrix },
            weight: product.weight.dtype(),
            tile: plan.tile,
            width: Width::fitting(&[product.inputs, columns]),
            partial: plan.splits() > 1,
        });
        let sizes = words([
            product.rows,
            columns,
            product.inputs,
            product.weight.padded_inputs(),
            product.weight.taps(),
            plan.steps,
            plan.steps_per_split,
        ])?;
        let windows = words(product.windows.unwrap_or_default())?;
        let steps = plan.steps_per_split * ROW_STEP;
        let flops_per_tile = (2 * plan.tile.rows() * plan.tile.columns() * steps) as u64;
        self.dispatch_tiles(plan.tiles * plan.splits(), flops_per_tile, |range, workgroups, flops| {
            let params = [epilogue, &sizes, &range, &windows].concat();
            self.dispatch(&Dispatch { kernel, inputs, out, params: &params, workgroups, flops })
        })
    }

    /// Adds up the splits and runs the epilogue on the sums.
    fn sum_splits(
        &self,
        product: &Product<'_>,
        plan: Plan,
        partial: &Buffer,
        out: &Buffer,
    ) -> Result<(), KernelError> {
        let columns = product.weight.rows();
        let threads = product.rows * columns.div_ceil(4);
        let epilogue = epilogue_words(product, columns)?;
        let params = [&epilogue[..], &words([product.rows, plan.splits()])?].concat();
        self.dispatch(&Dispatch {
            kernel: Kernel::SumSplits(Width::fitting(&[columns])),
            inputs: &[&self.fused_bindings(product)[..], &[partial.binding()]].concat(),
            out,
            params: &params,
            workgroups: threads.div_ceil(64),
            flops: (product.rows * columns * plan.splits() * 10) as u64,
        })
    }

    /// Scales, bias, values per sample and residual, as the epilogue binds them.
    fn fused_bindings<'a>(&'a self, product: &Product<'a>) -> [BufferBinding<'a>; 4] {
        let optional = |buffer: Option<&'a Buffer>| buffer.unwrap_or(self.nothing()).binding();
        let Fused { bias, per_sample, residual, .. } = product.fused;
        let scales = product.weight.scales().unwrap_or(self.nothing().binding());
        [scales, optional(bias), optional(per_sample), optional(residual)]
    }

    /// Cuts `tiles` into ranges that fit a submission each: `run` gets the words of first and end tile, the number
    /// of tiles and their work.
    pub(crate) fn dispatch_tiles(
        &self,
        tiles: usize,
        flops_per_tile: u64,
        run: impl Fn([u32; 2], usize, u64) -> Result<(), KernelError>,
    ) -> Result<(), KernelError> {
        let tiles_per_dispatch = (self.budget_flops() / flops_per_tile.max(1)).max(1) as usize;
        for first in (0..tiles).step_by(tiles_per_dispatch) {
            let end = tiles.min(first + tiles_per_dispatch);
            run(words([first, end])?, end - first, (end - first) as u64 * flops_per_tile)?;
        }
        Ok(())
    }
}

/// The fields of the shader's `Epilogue`.
fn epilogue_words(product: &Product<'_>, columns: usize) -> Result<[u32; 4], KernelError> {
    let fused = &product.fused;
    let inside = fused.residual_before_activation;
    let parts = [
        product.weight.dtype() == DType::I8,
        fused.bias.is_some(),
        fused.per_sample.is_some(),
        fused.residual.is_some() && !inside,
        fused.residual.is_some() && inside,
    ];
    let flags = (0..).zip(parts).map(|(bit, is_there)| u32::from(is_there) << bit).sum();
    let [columns, rows_per_sample] = words([columns, fused.rows_per_sample])?;
    Ok([columns, rows_per_sample, fused.activation as u32, flags])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_products_are_split_along_k_and_large_ones_are_not() {
        // SD 1.5 at 512 x 512: the widest layer, a linear layer of the middle, a time embedding.
        assert_eq!(Plan::new(4096, 320, 180).splits(), 1);
        let middle = Plan::new(64, 1280, 720);
        assert_eq!((middle.tiles, middle.splits()), (20, 7));
        assert_eq!(Plan::new(2, 1280, 80).tile, Tile::Flat);
        assert_eq!(Plan::new(2, 1280, 80).splits(), 7);
        assert_eq!(Plan::new(262_144, 3, 8).tile, Tile::Narrow);
    }

    #[test]
    fn splits_cover_all_steps() {
        for steps in 1..300 {
            let plan = Plan::new(64, 64, steps);
            assert!((plan.splits() - 1) * plan.steps_per_split < steps);
            assert!(plan.splits() * plan.steps_per_split >= steps);
        }
    }
}
