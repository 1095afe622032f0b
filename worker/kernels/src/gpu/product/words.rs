//! The parameters of a product, in the order of `Params` in `product.wgsl`.

use super::{DType, Input, KernelError, Norm, Rows, Run, sizes};

impl Run<'_> {
    /// From the beginning to `steps`.
    pub(super) fn words_before_tiles(&self) -> Result<Vec<u32>, KernelError> {
        let product = self.product;
        let fused = &product.fused;
        let inside = fused.residual_before_activation;
        let parts = [
            product.weight.dtype() == DType::I8,
            fused.bias.is_some(),
            fused.per_sample.is_some(),
            fused.residual.is_some() && !inside,
            fused.residual.is_some() && inside,
        ];
        let flags: usize = (0..).zip(parts).map(|(bit, is_there)| usize::from(is_there) << bit).sum();
        let [per_sample_width, per_sample_first] = fused.per_sample_columns;
        let weight = product.weight;
        let epilogue = [
            product.columns(),
            fused.rows_per_sample,
            fused.activation as usize,
            flags,
            per_sample_width,
            per_sample_first,
            0,
            0,
        ];
        let product = [
            product.rows,
            weight.rows(),
            product.inputs,
            weight.padded_inputs(),
            weight.taps(),
            weight.steps(),
        ];
        Ok([&sizes(epilogue)?[..], &sizes(product)?].concat())
    }

    /// From `own_inputs` to the end.
    pub(super) fn words_behind_tiles(&self) -> Result<Vec<u32>, KernelError> {
        let Input { x, norm, .. } = self.product.input;
        let own_inputs = x.shape().last().copied().unwrap_or_default();
        let channels = |groups: usize, channels: usize| channels.checked_div(groups).unwrap_or_default();
        let (eps, silu, groups) = match norm {
            Some(Norm::Rows { eps, .. }) => (eps, false, 0),
            Some(Norm::Groups { eps, silu, groups, .. }) => (eps, silu, groups),
            None => (0.0, false, 0),
        };
        let read = self.x.moments().map(|moments| moments.place()).unwrap_or_default();
        let written = self.moments.map(|moments| moments.place()).unwrap_or_default();
        let norms = [
            usize::from(silu),
            groups,
            channels(groups, self.product.inputs),
            read.at,
            read.tiles_per_sample,
            read.slots,
            read.columns,
            written.groups,
            channels(written.groups, self.product.columns()),
            written.at,
            written.slots,
        ];
        let windows = match self.product.windows {
            None => [0; 10],
            Some(windows) => {
                let sources = windows.before_doubling().filter(|_| self.plan.rows == Rows::Doubled);
                let windows = sources.unwrap_or(windows);
                let ([h, w], [gh, gw], [oh, ow]) = (windows.input, windows.grown, windows.output);
                let ([_, filter_width], [top, left]) = (windows.filter, windows.before);
                [h, w, gh, gw, oh, ow, filter_width, windows.stride, top, left]
            }
        };
        Ok([&sizes([own_inputs])?[..], &[eps.to_bits()], &sizes(norms)?, &sizes(windows)?].concat())
    }
}
