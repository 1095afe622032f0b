//! Proportions that a crop is held to.

/// Width to height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proportions {
    /// Any.
    Free,
    /// This many wide for that many high, neither of them 0.
    Ratio(u32, u32),
}

impl Proportions {
    /// The largest size within `limit` that has these proportions and is no larger than `wanted` in both directions,
    /// to the pixel and at least one pixel.
    pub(crate) fn within(self, wanted: (u32, u32), limit: (u32, u32)) -> (u32, u32) {
        let bounded = (wanted.0.clamp(1, limit.0.max(1)), wanted.1.clamp(1, limit.1.max(1)));
        let Self::Ratio(across, down) = self else { return bounded };
        let (across, down) = (u64::from(across.max(1)), u64::from(down.max(1)));
        let side = |of: u32, times: u64, by: u64, most: u32| {
            u32::try_from((u64::from(of) * times + by / 2) / by).unwrap_or(most).clamp(1, most)
        };
        if u64::from(bounded.0) * down > u64::from(bounded.1) * across {
            (side(bounded.1, across, down, bounded.0), bounded.1)
        } else {
            (bounded.0, side(bounded.0, down, across, bounded.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_proportions_only_bound() {
        assert_eq!(Proportions::Free.within((50, 500), (100, 100)), (50, 100));
        assert_eq!(Proportions::Free.within((0, 0), (100, 100)), (1, 1));
    }

    #[test]
    fn a_ratio_takes_the_largest_size_that_fits() {
        let wide = Proportions::Ratio(16, 9);
        assert_eq!(wide.within((1600, 1600), (1600, 1600)), (1600, 900));
        assert_eq!(wide.within((1600, 90), (1600, 1600)), (160, 90));
        assert_eq!(Proportions::Ratio(1, 1).within((7, 3), (100, 100)), (3, 3));
        assert_eq!(Proportions::Ratio(1, 1000).within((50, 50), (50, 50)), (1, 50), "never nothing");
    }
}
