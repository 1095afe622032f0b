//! Which timesteps a run visits (Lin et al. 2023, table 2), to the rounding of numpy.

use crate::{SamplingError, Spacing};

/// Which points of a spacing are visited. Numpy rounds halves to even, and so does this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grid {
    /// As many as there are steps, rounded: DDIM.
    Whole,
    /// As many as there are steps, and with [`Spacing::Linspace`] where they fall: Euler.
    Fractional,
    /// With [`Spacing::Leading`] and [`Spacing::Linspace`] one more than there are steps, without the cleanest,
    /// rounded: multistep solvers, which end below it.
    AllButLast,
}

/// `steps` timesteps of `train_steps`, the noisiest first.
///
/// With [`Spacing::Trailing`], diffusers visits one more timestep, -1, for some counts (61, 103, ...) at which the
/// length of a floating-point range comes out one too long. That accident is left out.
pub(crate) fn timesteps(
    spacing: Spacing,
    steps: usize,
    train_steps: usize,
    offset: usize,
    grid: Grid,
) -> Result<Vec<f64>, SamplingError> {
    if steps == 0 {
        return Err(SamplingError::NoSteps);
    }
    if steps > train_steps {
        return Err(SamplingError::TooManySteps { steps, limit: train_steps });
    }
    let points = steps + usize::from(grid == Grid::AllButLast);
    let timestep = |index: usize| match spacing {
        Spacing::Leading => ((points - 1 - index) * (train_steps / points)).saturating_add(offset) as f64,
        Spacing::Trailing => {
            let stride = train_steps as f64 / steps as f64;
            (train_steps as f64 - index as f64 * stride).round_ties_even() - 1.0
        }
        Spacing::Linspace => {
            let stride = (train_steps - 1) as f64 / (points - 1).max(1) as f64;
            let exact = (points - 1 - index) as f64 * stride;
            if grid == Grid::Fractional { exact } else { exact.round_ties_even() }
        }
    };
    Ok((0..steps).map(timestep).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spacings_visit_the_published_timesteps() {
        let visit = |spacing, steps| timesteps(spacing, steps, 1000, 0, Grid::Whole).unwrap();
        // Lin et al. 2023, table 2, counted from 0 instead of 1.
        assert_eq!(visit(Spacing::Leading, 10), [900., 800., 700., 600., 500., 400., 300., 200., 100., 0.]);
        assert_eq!(visit(Spacing::Linspace, 10), [999., 888., 777., 666., 555., 444., 333., 222., 111., 0.]);
        assert_eq!(visit(Spacing::Trailing, 10), [999., 899., 799., 699., 599., 499., 399., 299., 199., 99.]);
    }

    #[test]
    fn multistep_solvers_leave_out_the_cleanest_point() {
        let visit = |spacing| timesteps(spacing, 4, 1000, 0, Grid::AllButLast).unwrap();
        assert_eq!(visit(Spacing::Leading), [800., 600., 400., 200.]);
        assert_eq!(visit(Spacing::Linspace), [999., 749., 500., 250.]);
        assert_eq!(visit(Spacing::Trailing), [999., 749., 499., 249.]);
    }

    #[test]
    fn halves_round_to_even() {
        // 1000 / 16 = 62.5: 937.5 and 812.5 are halves.
        let trailing = timesteps(Spacing::Trailing, 16, 1000, 0, Grid::Whole).unwrap();
        assert_eq!(trailing[..4], [999., 937., 874., 811.]);
        // 999 * k / 6 = 166.5 k.
        let linspace = timesteps(Spacing::Linspace, 7, 1000, 0, Grid::Whole).unwrap();
        assert_eq!(linspace, [999., 832., 666., 500., 333., 166., 0.]);
    }

    #[test]
    fn every_count_gives_as_many_falling_timesteps_in_range() {
        for spacing in [Spacing::Leading, Spacing::Trailing, Spacing::Linspace] {
            for steps in 1..=1000 {
                let visited = timesteps(spacing, steps, 1000, 0, Grid::Whole).unwrap();
                assert_eq!(visited.len(), steps);
                assert!(visited.is_sorted_by(|a, b| a > b), "{spacing:?} {steps}");
                assert!(visited.iter().all(|t| (0.0..1000.0).contains(t)), "{spacing:?} {steps}");
            }
        }
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert_eq!(timesteps(Spacing::Leading, 0, 1000, 0, Grid::Whole), Err(SamplingError::NoSteps));
        let refused = timesteps(Spacing::Leading, 1001, 1000, 0, Grid::Whole);
        assert_eq!(refused, Err(SamplingError::TooManySteps { steps: 1001, limit: 1000 }));
    }
}
