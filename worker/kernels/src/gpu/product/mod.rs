//! Matrix products: which form of the kernel computes one, and its parameters.

mod moments;
mod plan;
mod words;

use wgpu::BufferBinding;

pub(crate) use moments::Moments;
pub(crate) use plan::Windows;

use super::{Buffer, Cut, Gpu, Tiled, Weight, weight::ROW_STEP, words as sizes};
use crate::{
    DType, KernelError, Shape,
    ops::{Fused, Input, Norm, geglu},
    shader::{Kernel, Matmul, Reads, Rows, Span, Tile, Width, Writes},
};
use plan::Plan;

/// A matrix product `[rows, taps * inputs] x [columns, taps * inputs]ᵀ`.
pub(crate) struct Product<'a> {
    pub(crate) input: Input<'a>,
    pub(crate) weight: &'a Weight,
    pub(crate) rows: usize,
    /// Values of the input per row and tap.
    pub(crate) inputs: usize,
    /// Set when the rows are windows of a picture.
    pub(crate) windows: Option<Windows>,
    pub(crate) fused: Fused<'a, Buffer>,
}

/// A product with everything decided.
struct Run<'a> {
    product: &'a Product<'a>,
    /// What is read, after what comes before it.
    x: &'a Buffer,
    /// Scale and shift of a norm, or more inputs.
    second: Option<&'a Buffer>,
    plan: Plan,
    width: Width,
    reads: Reads,
    writes: Writes,
    /// What is left behind the output.
    moments: Option<Moments>,
}

impl Run<'_> {
    /// How a variant of the kernel cuts it.
    fn cut(&self, kernel: Kernel) -> Cut {
        let Self { product, plan, .. } = *self;
        let plan = match kernel {
            Kernel::Matmul(Matmul { tile, .. }) => plan.recut(tile, product.rows),
            _ => plan,
        };
        Cut {
            tiles: plan.tiles(product.columns(), product.share()),
            flops_per_tile: plan.flops_per_tile(product.weight.steps() * ROW_STEP),
        }
    }
}

impl Product<'_> {
    fn plan(&self, width: Width) -> Plan {
        let sizes = [self.rows, self.weight.rows(), self.weight.steps()];
        Plan::new(sizes, self.fused.rows_per_sample, self.windows.as_ref(), width)
    }

    /// Columns of the product for each column of the output.
    fn share(&self) -> usize {
        if self.fused.gated { 2 } else { 1 }
    }

    /// Columns of the output.
    fn columns(&self) -> usize {
        self.weight.rows() / self.share()
    }

    /// The widest steps that fit all rows.
    fn width(&self) -> Width {
        let [width, first] = self.fused.per_sample_columns;
        Width::fitting(&[self.inputs, self.weight.rows(), self.columns(), width, first])
    }

    /// What the kernel can do to the input while it reads; the rest must come first.
    fn reads(&self, plan: Plan, width: Width) -> Result<Reads, KernelError> {
        let Input { x, beside, norm, .. } = self.input;
        let is_wide = width == Width::Four && plan.tile != Tile::Narrow;
        Ok(match (norm, beside) {
            (None, None) => Reads::Plain,
            (None, Some(beside)) => {
                let halves = [x, beside].map(|tensor| tensor.shape().last().copied().unwrap_or_default());
                let is_fused = is_wide && plan.rows == Rows::Matrix && Width::fitting(&halves) == Width::Four;
                if is_fused { Reads::Beside } else { Reads::Plain }
            }
            (Some(Norm::Rows { .. }), None) if is_wide && plan.rows == Rows::Matrix => {
                let found = x.buffer("product")?.moments();
                let are_known = found.is_some_and(|moments| moments.serve_rows(self.rows, self.inputs));
                if are_known { Reads::NormKnownRows } else { Reads::NormRows }
            }
            (Some(Norm::Groups { groups, .. }), None) if is_wide && plan.tile.part_rows().is_some() => {
                let found = x.buffer("product")?.moments();
                let samples = self.rows / self.fused.rows_per_sample;
                let fits = found.is_some_and(|moments| moments.serve_groups(samples, groups, self.inputs));
                let is_read = matches!(plan.rows, Rows::Squares | Rows::Transformed)
                    || (plan.rows == Rows::Matrix && plan.tiles_divide_samples);
                if fits && is_read { Reads::NormGroups } else { Reads::Plain }
            }
            (Some(_), _) => Reads::Plain,
        })
    }
}

impl Gpu {
    /// Computes a product and what is fused behind it.
    pub(crate) fn product(&self, product: &Product<'_>) -> Result<Buffer, KernelError> {
        let width = product.width();
        let plan = product.plan(width);
        let reads = product.reads(plan, width)?;
        if product.fused.gated && (width != Width::Four || plan.tile == Tile::Narrow) {
            return self.gated_afterwards(product);
        }
        let input = product.input;
        let first = match reads {
            Reads::Plain => Some(Input { grown: None, ..input }.prepared()?),
            Reads::Beside | Reads::NormRows | Reads::NormKnownRows | Reads::NormGroups => None,
        };
        let second = match (reads, input.norm) {
            (Reads::Beside, _) => input.beside,
            (
                Reads::NormRows | Reads::NormKnownRows | Reads::NormGroups,
                Some(Norm::Rows { affine, .. } | Norm::Groups { affine, .. }),
            ) => Some(affine),
            _ => None,
        };
        let moments = self.moments_of(product, plan, width, reads);
        let run = Run {
            product,
            x: first.as_ref().unwrap_or(input.x).buffer("product")?,
            second: second.map(|tensor| tensor.buffer("product")).transpose()?,
            plan,
            width,
            reads,
            writes: match moments {
                _ if product.fused.gated => Writes::Gated,
                Some(moments) => moments.writes(),
                None => Writes::Plain,
            },
            moments,
        };
        self.run_product(&run)
    }

    /// The product, then its gates, for sizes that do not fit whole vectors.
    fn gated_afterwards(&self, product: &Product<'_>) -> Result<Buffer, KernelError> {
        let fused = Fused { gated: false, ..product.fused };
        let shape = geglu::Shape { rows: product.rows, half: product.columns() };
        geglu::on_gpu(self, &self.product(&Product { fused, ..*product })?, shape)
    }

    /// Computes all tiles, in as many dispatches as the budget of a submission demands.
    fn run_product(&self, run: &Run<'_>) -> Result<Buffer, KernelError> {
        let Run { product, plan, moments, .. } = *run;
        let columns = product.columns();
        let len = product.rows * columns;
        let out = self.allocate(len + moments.map_or(0, |moments| moments.len()))?;
        let kernel = Kernel::Matmul(Matmul {
            rows: plan.rows,
            weight: product.weight.dtype(),
            tile: plan.tile,
            span: Span::choices(plan.tile, plan.rows)[0],
            width: run.width,
            reads: run.reads,
            writes: run.writes,
        });
        let depth = product.weight.taps() * product.inputs;
        let inputs = self.bindings(run)?;
        let [before, behind] = [run.words_before_tiles()?, run.words_behind_tiles()?];
        let shape = Shape::Product { rows: product.rows, columns: product.weight.rows(), depth };
        let (cut, words) = (&|kernel| run.cut(kernel), [&before[..], &behind]);
        self.dispatch_tiles(&Tiled { kernel, inputs: &inputs, out: &out, shape, cut, words })?;
        self.leave_moments(out, moments)
    }

    /// Scales, bias, values per sample and residual, as the epilogue binds them, then what is multiplied.
    fn bindings<'a>(&'a self, run: &Run<'a>) -> Result<[BufferBinding<'a>; 7], KernelError> {
        let optional = |buffer: Option<&'a Buffer>| buffer.unwrap_or(self.nothing()).binding();
        let Fused { bias, per_sample, residual, .. } = run.product.fused;
        let weight = run.product.weight;
        Ok([
            weight.scales().unwrap_or(self.nothing().binding()),
            optional(bias),
            optional(per_sample),
            optional(residual),
            run.x.binding(),
            optional(run.second),
            weight.elements(self)?,
        ])
    }
}
