//! The CPU's way: the matrix product, then the epilogue where the product lies.

use crate::{
    KernelError,
    cpu::{Array, Cpu, Weight, epilogue::Epilogue, update},
    ops::Fused,
};

use super::Shape;

pub(crate) fn run(
    cpu: &Cpu,
    x: &Array,
    w: &Weight,
    shape: Shape,
    fused: Fused<'_, Array>,
) -> Result<Array, KernelError> {
    let Shape { m, n, k } = shape;
    let product = w.factor(n, k)?.product(&x.as_candle(&[m, k])?)?;
    let epilogue = Epilogue::new(&fused)?;
    if !epilogue.is_empty() {
        update(&product, |rows| epilogue.apply(0, n, rows))?;
    }
    cpu.adopt(&product)
}
