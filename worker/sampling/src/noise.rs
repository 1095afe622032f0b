//! Where standard normal noise comes from.

use crate::SamplingError;

/// Draws of standard normal values, one after another.
pub trait NoiseSource {
    /// The next `len` values.
    ///
    /// # Errors
    /// A recorded source fails when its record does not fit; a generator does not fail.
    fn draw(&mut self, len: usize) -> Result<Vec<f32>, SamplingError>;

    /// Goes back to the first value, for a picture that is begun again.
    fn restart(&mut self);
}

/// Plays back recorded draws in order: reference data stores its noise, so that no generator has to match.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    draws: Vec<Vec<f32>>,
    next: usize,
}

impl Replay {
    /// A source that gives out `draws` once each.
    pub fn new(draws: Vec<Vec<f32>>) -> Self {
        Self { draws, next: 0 }
    }
}

impl NoiseSource for Replay {
    fn draw(&mut self, len: usize) -> Result<Vec<f32>, SamplingError> {
        let draw =
            self.draws.get(self.next).ok_or(SamplingError::NoiseExhausted { draws: self.draws.len() })?;
        if draw.len() != len {
            return Err(SamplingError::WrongLength {
                what: "the recorded noise",
                got: draw.len(),
                expected: len,
            });
        }
        self.next += 1;
        Ok(draw.clone())
    }

    fn restart(&mut self) {
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_plays_once_and_only_where_it_fits() {
        let mut replay = Replay::new(vec![vec![1.0, 2.0], vec![3.0]]);
        assert_eq!(replay.draw(2), Ok(vec![1.0, 2.0]));
        let misfit = SamplingError::WrongLength { what: "the recorded noise", got: 1, expected: 2 };
        assert_eq!(replay.draw(2), Err(misfit));
        assert_eq!(replay.draw(1), Ok(vec![3.0]));
        assert_eq!(replay.draw(1), Err(SamplingError::NoiseExhausted { draws: 2 }));
        replay.restart();
        assert_eq!(replay.draw(2), Ok(vec![1.0, 2.0]));
    }
}
