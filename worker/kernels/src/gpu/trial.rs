//! Variants of a kernel under a stopwatch.
//!
//! An operation runs again on stand-ins of its buffers, in each form by turns. What counts is the shortest time until the
//! queue says that all is done: every browser tells that, and other work can only make it longer.

use std::{num::NonZeroU64, time::Duration};

use web_time::Instant;
use wgpu::BufferBinding;

use super::{Buffer, Cut, Dispatch, Fate, Gpu, tuning::Class, words};
use crate::{CancelToken, KernelError, Shape, shader::Kernel};

/// What one measurement should take: far more than it takes to hear of its end.
const WANTED: Duration = Duration::from_millis(20);

/// Runs of one measurement, at most.
const MOST_RUNS: usize = 40;

/// Measurements of each variant.
const ROUNDS: usize = 4;

/// A variant must take less than this share of the first one's time. The rest is noise.
const WORTHWHILE: f64 = 0.97;

/// An operation that ran, and how it could have run.
pub(super) struct Trial {
    /// Each form, the usual one first, and how it cuts the operation.
    pub(super) variants: Vec<(Kernel, Cut)>,
    /// The operation's parameters before and behind its range of tiles.
    pub(super) words: [Vec<u32>; 2],
    /// The size of each input.
    pub(super) input_bytes: Vec<u64>,
    /// The size of the output.
    pub(super) out_bytes: u64,
    pub(super) shape: Shape,
    /// All that ran of its class so far.
    pub(super) met_flops: u64,
}

impl Trial {
    /// What one input that serves for all, and the output, take.
    pub(super) fn stand_in_bytes(&self) -> u64 {
        self.input_bytes() + self.out_bytes
    }

    fn input_bytes(&self) -> u64 {
        self.input_bytes.iter().copied().max().unwrap_or_default()
    }

    /// How much of the operation runs at a time, so that a submission of no variant holds more than it may.
    fn share(&self, budget_flops: impl Fn(Kernel) -> u64) -> f64 {
        let part =
            |&(kernel, cut): &(Kernel, Cut)| budget_flops(kernel) as f64 / cut.flops(cut.tiles).max(1) as f64;
        self.variants.iter().map(part).fold(1.0, f64::min)
    }
}

/// A trial's buffers.
struct Stage {
    input: Buffer,
    out: Buffer,
    share: f64,
}

impl Gpu {
    /// Measures the variants of what has most of the work among the classes that were not measured. False when there is
    /// nothing left that is worth it.
    ///
    /// # Errors
    /// [`KernelError::Cancelled`] soon after the token is set, and the device's own errors. The class can be measured
    /// once it has come by again.
    pub(crate) async fn tune(&self, cancel: &CancelToken) -> Result<bool, KernelError> {
        let next = self.tuning.borrow_mut().next_trial();
        let Some((class, trial)) = next else { return Ok(false) };
        let kernels: Vec<Kernel> = trial.variants.iter().map(|&(kernel, _)| kernel).collect();
        self.compile(&kernels, cancel, &mut |_, _| {}).await?;
        let fastest = self.race(&trial, cancel).await;
        // What stood in for the buffers goes at once: the next work may be long in coming.
        self.flush();
        let fastest = fastest?;
        log::info!("{class}: {} is fastest here", fastest.variant_name());
        self.tuning.borrow_mut().settle(class, fastest);
        Ok(true)
    }

    /// The fastest variant of a trial.
    async fn race(&self, trial: &Trial, cancel: &CancelToken) -> Result<Kernel, KernelError> {
        // Nothing writes an input, so that one buffer stands in for all of them.
        let stage = Stage {
            input: Buffer::new(self.create(trial.input_bytes(), Fate::Freed)?),
            out: Buffer::new(self.create(trial.out_bytes, Fate::Freed)?),
            share: trial.share(|kernel| self.budget_flops(Class::of(kernel, trial.shape))),
        };
        let mut runs = 1;
        let mut times = vec![f64::INFINITY; trial.variants.len()];
        // The first round only warms up, and tells how many runs make a measurement.
        for round in 0..=ROUNDS {
            for (&(kernel, cut), best) in trial.variants.iter().zip(&mut times) {
                if cancel.is_cancelled() {
                    return Err(KernelError::Cancelled);
                }
                let seconds = self.time(trial, &stage, kernel, cut, runs).await?;
                *best = best.min(seconds);
            }
            if round == 0 {
                let shortest = times.iter().copied().fold(f64::INFINITY, f64::min);
                runs = ((WANTED.as_secs_f64() / shortest) as usize).clamp(1, MOST_RUNS);
                times.fill(f64::INFINITY);
            }
        }
        Ok(winner(&trial.variants, &times))
    }

    /// Seconds of one run of all tiles, from several runs of as many as may run at a time.
    async fn time(
        &self,
        trial: &Trial,
        stage: &Stage,
        kernel: Kernel,
        cut: Cut,
        runs: usize,
    ) -> Result<f64, KernelError> {
        let workgroups = ((cut.tiles as f64 * stage.share) as usize).max(1);
        let bind = |&bytes: &u64| BufferBinding { size: NonZeroU64::new(bytes), ..stage.input.binding() };
        let inputs: Vec<BufferBinding<'_>> = trial.input_bytes.iter().map(bind).collect();
        let [before, behind] = &trial.words;
        let params = [&before[..], &words([0, workgroups])?, behind].concat();
        self.finish().await?;
        let start = Instant::now();
        for _ in 0..runs {
            self.dispatch(&Dispatch {
                kernel,
                inputs: &inputs,
                out: &stage.out,
                params: &params,
                workgroups,
                flops: cut.flops(workgroups),
                shape: trial.shape,
                of_workgroups: cut.tiles,
            })?;
        }
        self.finish().await?;
        let part = workgroups as f64 / cut.tiles as f64;
        Ok(start.elapsed().as_secs_f64() / runs as f64 / part)
    }

    /// Waits until everything is done.
    async fn finish(&self) -> Result<(), KernelError> {
        self.flush();
        self.wait_until_in_flight(0).await;
        self.check()
    }
}

/// The variant that took the shortest time, if that is worth leaving the first one for.
fn winner(variants: &[(Kernel, Cut)], times: &[f64]) -> Kernel {
    let mut entries = variants.iter().zip(times).map(|(&(kernel, _), &time)| (kernel, time));
    let (usual, usual_time) = entries.next().unwrap_or((Kernel::Map, 0.0));
    let worthwhile = entries.filter(|&(_, time)| time < usual_time * WORTHWHILE);
    worthwhile.min_by(|a, b| a.1.total_cmp(&b.1)).map_or(usual, |(kernel, _)| kernel)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE_TILE: Cut = Cut { tiles: 1, flops_per_tile: 1 };

    impl Trial {
        /// One that nobody runs.
        pub(in crate::gpu) fn of(kernels: &[Kernel], shape: Shape) -> Self {
            Self {
                variants: kernels.iter().map(|&kernel| (kernel, ONE_TILE)).collect(),
                words: [vec![], vec![]],
                input_bytes: vec![],
                out_bytes: 0,
                shape,
                met_flops: 0,
            }
        }
    }

    #[test]
    fn a_variant_wins_by_more_than_noise() {
        let variants = [Kernel::Map, Kernel::Add, Kernel::LayerNorm].map(|kernel| (kernel, ONE_TILE));
        assert_eq!(winner(&variants, &[1.0, 0.99, 0.98]), Kernel::Map);
        assert_eq!(winner(&variants, &[1.0, 0.9, 0.8]), Kernel::LayerNorm);
        assert_eq!(winner(&variants, &[1.0, 0.7, 0.8]), Kernel::Add);
        assert_eq!(winner(&variants, &[1.0, f64::NAN, 2.0]), Kernel::Map);
    }

    #[test]
    fn a_large_operation_runs_in_part() {
        let mut trial = Trial::of(&[Kernel::Map, Kernel::Add], Shape::Values(1));
        // The second form has less to do for the same result.
        trial.variants[0].1 = Cut { tiles: 1000, flops_per_tile: 2_000_000 };
        trial.variants[1].1 = Cut { tiles: 500, flops_per_tile: 1_000_000 };
        assert_eq!(trial.share(|_| 1 << 40), 1.0);
        assert_eq!(trial.share(|_| 1_000_000_000), 0.5);
        assert_eq!(trial.share(|kernel| if kernel == Kernel::Add { 100_000_000 } else { 1 << 40 }), 0.2);
    }
}
