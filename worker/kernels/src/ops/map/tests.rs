//! Every function on lengths that no vector or workgroup divides, over the range where each one bends.

use super::{Map, map};
use crate::{
    Device, KernelError, Tensor,
    ops::{Activation, test_epilogue::activation},
    test_support::{self, Case, random},
};

#[derive(Debug)]
struct Mapped {
    shape: &'static [usize],
    function: Map,
    /// Inputs lie in `-range..range`.
    range: f32,
}

const fn case(shape: &'static [usize], function: Map) -> Mapped {
    Mapped { shape, function, range: 6.0 }
}

const CASES: &[Mapped] = &[
    case(&[1], Map::Activation(Activation::Silu)),
    case(&[3, 5, 7], Map::Activation(Activation::Silu)),
    case(&[257], Map::Activation(Activation::None)),
    case(&[255], Map::Activation(Activation::Relu)),
    case(&[2, 33, 65], Map::Activation(Activation::Gelu)),
    case(&[64, 64], Map::Activation(Activation::QuickGelu)),
    case(&[1, 128, 129, 5], Map::Activation(Activation::Silu)),
    Mapped { range: 200.0, ..case(&[1001], Map::Activation(Activation::Silu)) },
    Mapped { range: 200.0, ..case(&[1001], Map::Activation(Activation::Gelu)) },
    Mapped { range: 200.0, ..case(&[1001], Map::Activation(Activation::QuickGelu)) },
    case(&[63], Map::TanhClamp { limit: 3.0 }),
    Mapped { range: 500.0, ..case(&[65], Map::TanhClamp { limit: 3.0 }) },
    case(&[1, 4, 4, 4], Map::ScaleShift { scale: 0.5, shift: -0.25 }),
    case(&[67], Map::ScaleShift { scale: -3.5, shift: 0.0 }),
    // More values than one dispatch of 65535 workgroups of 64 covers in one axis.
    case(&[4_194_305], Map::ScaleShift { scale: 2.0, shift: 1.0 }),
];

impl Mapped {
    fn inputs(&self) -> Vec<f32> {
        random(1, self.shape.iter().product()).into_iter().map(|x| x * self.range).collect()
    }
}

impl Case for Mapped {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        map(&device.tensor(self.shape, &self.inputs())?, self.function)
    }

    fn reference(&self) -> Vec<f64> {
        let function = |x: f64| match self.function {
            Map::Activation(function) => activation(function, x),
            Map::TanhClamp { limit } => (x / f64::from(limit)).tanh() * f64::from(limit),
            Map::ScaleShift { scale, shift } => x * f64::from(scale) + f64::from(shift),
        };
        self.inputs().into_iter().map(|x| function(f64::from(x))).collect()
    }
}

#[test]
fn cpu_matches_reference() {
    test_support::cpu_matches_reference(CASES);
}

#[test]
fn gpu_matches_cpu() {
    test_support::gpu_matches_cpu(CASES);
}
