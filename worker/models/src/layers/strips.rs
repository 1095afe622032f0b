//! Pictures that are too large for one tensor, as strips of rows.
//!
//! Every layer gives what it would give for the whole picture, but for rounding: a convolution sees the neighbours'
//! rows at the border of a strip, and a group norm takes its statistics over all strips. A layer works on one strip
//! at a time and lets go of each strip that it has read, so that of intermediate values only a strip is ever there.

use std::collections::VecDeque;

use kernels::{Device, KernelError, Tensor, ops};

use super::size_of;

/// A picture `[1, h, w, c]` as one or more strips `[1, h_i, w, c]`, from the top down.
#[derive(Clone)]
pub(crate) struct Strips(VecDeque<Tensor>);

/// How a picture is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Rows of every strip but the last, which has what is left.
    rows: usize,
    /// How many strips.
    count: usize,
}

impl Cut {
    /// As few strips as keep each tensor within `largest_bytes`, where a row of the picture leads to tensors of
    /// `bytes_per_row`, and all of about the same height. Strips have a multiple of `multiple` rows, so that halving
    /// levels cut them evenly, and at least that many; the last has the few that are no multiple besides. `None` where
    /// the picture `[n, h, w, c]` fits whole, or is several pictures.
    pub(crate) fn of(
        picture: &[usize],
        bytes_per_row: u64,
        multiple: usize,
        largest_bytes: u64,
    ) -> Option<Self> {
        let &[1, height, ..] = picture else { return None };
        if (height as u64).saturating_mul(bytes_per_row) <= largest_bytes {
            return None;
        }
        let multiple = multiple.max(1);
        // Two more rows come from the neighbours; a doubled picture may have them twice.
        let besides = (2 + height % multiple) as u64;
        let fitting = (largest_bytes / bytes_per_row.max(1)).saturating_sub(besides);
        let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
        // From here on in units of `multiple` rows.
        let units = (height / multiple).max(1);
        let most = (fitting / multiple).max(1);
        let of_strip = units.div_ceil(units.div_ceil(most));
        Some(Self { rows: of_strip * multiple, count: units.div_ceil(of_strip) })
    }
}

impl Strips {
    /// Cuts a picture; `None` leaves it whole.
    pub(crate) fn new(picture: Tensor, cut: Option<Cut>) -> Result<Self, KernelError> {
        let [height, _] = size_of(&picture)?;
        let Some(Cut { rows, count }) = cut.filter(|cut| cut.count > 1) else {
            return Ok(Self(VecDeque::from([picture])));
        };
        let strips = (0..count).map(|index| {
            let first = index * rows;
            let rows = if index + 1 == count { height.saturating_sub(first) } else { rows };
            ops::rows(&picture, first, rows)
        });
        Ok(Self(strips.collect::<Result<_, _>>()?))
    }

    /// The picture, when it is in one piece.
    pub(crate) fn whole(&self) -> Option<&Tensor> {
        self.0.front().filter(|_| self.0.len() == 1)
    }

    /// The strips joined into one picture.
    pub(crate) fn join(self) -> Result<Tensor, KernelError> {
        let mut strips = self.0.into_iter();
        let first = strips.next().ok_or_else(no_strips)?;
        strips.try_fold(first, |above, below| ops::join_rows(&above, &below))
    }

    /// Applies a layer that works on each pixel by itself.
    pub(crate) async fn map(
        mut self,
        layer: impl Fn(&Tensor) -> Result<Tensor, KernelError>,
    ) -> Result<Self, KernelError> {
        let mut done = VecDeque::with_capacity(self.0.len());
        while let Some(strip) = self.0.pop_front() {
            done.push_back(layer(&strip)?);
            strip.device().checkpoint().await?;
        }
        Ok(Self(done))
    }

    /// Applies a convolution behind `before`, a layer that works on each pixel by itself (or repeats it).
    ///
    /// `before(x, is_border)`: `is_border` for a single row of a neighbour, which must come out as a single row.
    /// `convolve(x, [top, bottom], residual)`: whether zeros are put above and below `x`; `residual` is the strip of
    /// `residuals` at the output's place. `borders`: how many rows of the neighbours above and below an output row
    /// at the border needs, 0 or 1.
    pub(crate) async fn convolve(
        mut self,
        residuals: Option<Self>,
        borders: [usize; 2],
        before: impl Fn(&Tensor, bool) -> Result<Tensor, KernelError>,
        convolve: impl Fn(&Tensor, [bool; 2], Option<&Tensor>) -> Result<Tensor, KernelError>,
    ) -> Result<Self, KernelError> {
        let mut residuals = residuals.map(|strips| strips.0);
        let mut done = VecDeque::with_capacity(self.0.len());
        let mut above: Option<Tensor> = None;
        let mut is_first = true;
        while let Some(strip) = self.0.pop_front() {
            let [height, _] = size_of(&strip)?;
            let next = self.0.front();
            let below = next.filter(|_| borders[1] > 0).map(|next| ops::rows(next, 0, 1)).transpose()?;
            let mut input = before(&strip, false)?;
            if let Some(above) = above.take() {
                input = ops::join_rows(&before(&above, true)?, &input)?;
            }
            if let Some(below) = below {
                input = ops::join_rows(&input, &before(&below, true)?)?;
            }
            if next.is_some() && borders[0] > 0 {
                above = Some(ops::rows(&strip, height - 1, 1)?);
            }
            let residual = residuals.as_mut().and_then(VecDeque::pop_front);
            done.push_back(convolve(&input, [is_first, next.is_none()], residual.as_ref())?);
            is_first = false;
            strip.device().checkpoint().await?;
        }
        Ok(Self(done))
    }

    /// Statistics of the groups of a norm over all strips, `[1, groups, 2]`, as [`ops::group_norm_by`] takes them.
    ///
    /// Means and variances of the strips are merged by Chan, Golub and LeVeque's formula (1983), in f64:
    /// `mean = sum n_i mean_i / n`, `variance = sum n_i (variance_i + (mean_i - mean)²) / n`.
    pub(crate) async fn statistics(&self, groups: usize, eps: f32) -> Result<Tensor, KernelError> {
        let first = self.0.front().ok_or_else(no_strips)?;
        let mut of_strips = Vec::with_capacity(self.0.len());
        for strip in &self.0 {
            let [height, _] = size_of(strip)?;
            of_strips.push((height as f64, ops::group_statistics(strip, groups, eps)?));
            strip.device().checkpoint().await?;
        }
        let mut read = Vec::with_capacity(of_strips.len());
        for (rows, statistics) in of_strips {
            read.push((rows, statistics.to_vec().await?));
        }
        upload(first.device(), &merged(&read, groups, f64::from(eps)))
    }
}

fn upload(device: &Device, statistics: &[[f32; 2]]) -> Result<Tensor, KernelError> {
    device.tensor(&[1, statistics.len(), 2], statistics.as_flattened())
}

/// Means and inverse deviations of parts, each with its weight, as those of the whole.
fn merged(parts: &[(f64, Vec<f32>)], groups: usize, eps: f64) -> Vec<[f32; 2]> {
    let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
    let of_group = |group: usize| {
        let found = parts.iter().filter_map(move |(weight, values)| {
            let &[mean, inverse] = values.as_chunks().0.get(group)?;
            let (mean, inverse) = (f64::from(mean), f64::from(inverse));
            Some((weight / total, mean, inverse.powi(-2) - eps))
        });
        let mean: f64 = found.clone().map(|(share, mean, _)| share * mean).sum();
        let variance: f64 =
            found.map(|(share, part, variance)| share * (variance + (part - mean).powi(2))).sum();
        [mean as f32, (variance.max(0.0) + eps).sqrt().recip() as f32]
    };
    (0..groups).map(of_group).collect()
}

fn no_strips() -> KernelError {
    KernelError::Shape { op: "strips", expected: "a strip".to_owned(), got: "none".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_are_as_few_as_fit() {
        let cut = |height, bytes_per_row, multiple, largest| {
            Cut::of(&[1, height, 8, 4], bytes_per_row, multiple, largest).map(|cut| (cut.rows, cut.count))
        };
        assert_eq!(cut(64, 100, 8, 6400), None);
        assert_eq!(cut(64, 100, 8, 6399), Some((32, 2)));
        assert_eq!(cut(64, 100, 8, 1000), Some((8, 8)));
        assert_eq!(cut(64, 100, 8, 1), Some((8, 8)), "less than the smallest strip");
        assert_eq!(cut(64, 100, 1, 1000), Some((8, 8)));
        assert_eq!(cut(64, u64::MAX, 1, 1000), Some((1, 64)));
        assert_eq!(cut(75, 100, 8, 1), Some((8, 9)), "the last has 11 rows");
        assert_eq!(cut(7, 100, 8, 1), Some((8, 1)));
        assert_eq!(Cut::of(&[2, 64, 8, 4], 100, 8, 1000), None);
        // Stable Diffusion's decoder at 512 px within WebGPU's smallest binding.
        assert_eq!(cut(64, 4 << 20, 1, 128 << 20), Some((22, 3)));
    }

    #[test]
    fn no_strip_is_larger_than_what_fits() {
        const ROW: u64 = 100;
        let all = (1..90).flat_map(|height| [1, 2, 8].map(|multiple| (height, multiple)));
        for ((height, multiple), fitting) in all.flat_map(|cut| (1..90).map(move |fitting| (cut, fitting))) {
            let largest_bytes = (fitting + 2) as u64 * ROW;
            let Some(Cut { rows, count }) = Cut::of(&[1, height, 8, 4], ROW, multiple, largest_bytes) else {
                continue;
            };
            let what = format!("{count} strips of {rows} rows of {height}, where {fitting} fit");
            let before = rows * (count - 1);
            assert!(before < height && rows.is_multiple_of(multiple), "{what}");
            let last = height - before;
            assert!(last >= multiple || count == 1, "{what}");
            let largest = if count == 1 { last } else { rows.max(last) };
            assert!(largest <= fitting.max(multiple + height % multiple), "{what}");
        }
    }

    #[test]
    fn cut_pictures_join_to_the_same() -> Result<(), KernelError> {
        let values: Vec<f32> = (0..7 * 3 * 2).map(|value| value as f32).collect();
        let picture = Device::cpu().tensor(&[1, 7, 3, 2], &values)?;
        for (rows, count) in [(1, 7), (2, 3), (3, 2), (7, 1), (9, 1)] {
            let strips = Strips::new(picture.clone(), Some(Cut { rows, count }))?;
            assert_eq!(strips.0.len(), count);
            assert_eq!(pollster::block_on(strips.join()?.to_vec())?, values);
        }
        Ok(())
    }

    #[test]
    fn statistics_are_those_of_the_whole() -> Result<(), KernelError> {
        let values: Vec<f32> = (0..9 * 5 * 6).map(|at| 40.0 + ((at * 37) % 101) as f32 / 50.0).collect();
        let picture = Device::cpu().tensor(&[1, 9, 5, 6], &values)?;
        let whole = pollster::block_on(ops::group_statistics(&picture, 3, 1e-6)?.to_vec())?;
        let strips = Strips::new(picture, Some(Cut { rows: 2, count: 4 }))?;
        let found = pollster::block_on(async { strips.statistics(3, 1e-6).await?.to_vec().await })?;
        for (found, whole) in found.iter().zip(&whole) {
            assert!((found - whole).abs() <= 1e-5 * whole.abs(), "{found} is not {whole}");
        }
        Ok(())
    }
}
