//! The CPU's way.

use super::Map;
use crate::{
    KernelError,
    cpu::{Array, Cpu, activation, lanes},
};

pub(crate) fn run(cpu: &Cpu, x: &Array, function: Map) -> Result<Array, KernelError> {
    let mut values = x.view()?.to_vec();
    match function {
        Map::Activation(function) => activation::apply(function, &mut values),
        Map::TanhClamp { limit } => {
            values.iter_mut().for_each(|value| *value = (*value / limit).tanh() * limit);
        }
        Map::ScaleShift { scale, shift } => lanes::each(&mut values, |x| x * scale + shift),
    }
    cpu.array(values)
}
