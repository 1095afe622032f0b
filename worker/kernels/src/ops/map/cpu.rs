//! The CPU's way.

use super::Map;
use crate::{
    KernelError,
    cpu::{Array, Cpu, activation},
};

pub(crate) fn run(cpu: &Cpu, x: &Array, function: Map) -> Result<Array, KernelError> {
    let mut values = x.view()?.to_vec();
    match function {
        Map::Activation(function) => activation::apply(function, &mut values),
        Map::TanhClamp { limit } => activation::each(&mut values, |x| (x / limit).tanh() * limit),
        Map::ScaleShift { scale, shift } => activation::each(&mut values, |x| x * scale + shift),
    }
    cpu.array(values)
}
