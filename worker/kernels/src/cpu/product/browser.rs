//! Candle's products are compiled for the instructions that every browser with WebAssembly's SIMD has, where a vector is
//! multiplied by one and added by another. Relaxed SIMD has one for both, which not every browser knows, and a module
//! that contains it is refused as a whole there. So it stands in a module of its own, over the memory of this one.

use candle_core::{CpuStorage, D, Layout, Storage, Tensor};
use js_sys::{
    Object, Reflect, Uint8Array,
    WebAssembly::{Instance, Module},
};
use wasm_bindgen::prelude::*;

use super::tiled::{APART, Call, Matrices, VALUE_BYTES, multiplied};
use crate::KernelError;

/// `multiply.wat`, assembled.
const MODULE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/multiply.wasm"));

#[wasm_bindgen]
extern "C" {
    type Exports;

    /// See the module.
    #[wasm_bindgen(method)]
    fn multiply(
        this: &Exports,
        x: usize,
        x_row: usize,
        w: usize,
        w_column: usize,
        w_row: usize,
        y: usize,
        y_row: usize,
        rows: usize,
        columns: usize,
        depth: usize,
        adds: bool,
    );
}

thread_local! {
    static EXPORTS: Option<Exports> = match load() {
        Ok(exports) => Some(exports),
        Err(error) => {
            log::info!("matrix products are made without relaxed SIMD: {error:?}");
            None
        }
    };
}

fn load() -> Result<Exports, JsValue> {
    let module = Module::new(&Uint8Array::from(MODULE).into())?;
    let (imports, engine) = (Object::new(), Object::new());
    Reflect::set(&engine, &"memory".into(), &wasm_bindgen::memory())?;
    Reflect::set(&imports, &"engine".into(), &engine)?;
    Ok(Instance::new(&module, &imports)?.exports().unchecked_into())
}

impl Exports {
    fn run(&self, call: Call<'_>) {
        let Call { x, w, y, rows, columns, depth, adds, .. } = call;
        let [x, w] = [x, w].map(|values| values.as_ptr().expose_provenance());
        let y = y.as_mut_ptr().expose_provenance();
        let [x_row, w_column, w_row, y_row] =
            [call.x_row, call.w_column, call.w_row, call.y_row].map(|values| values * VALUE_BYTES);
        self.multiply(x, x_row, w, w_column, w_row, y, y_row, rows, columns, depth, adds);
    }
}

/// The product, if the browser has the instruction and the sizes suit.
pub(super) fn product(x: &Tensor, w: &Tensor) -> Result<Option<Tensor>, KernelError> {
    let values = EXPORTS.with(|exports| {
        let exports = exports.as_ref()?;
        let ((x, x_layout), (w, w_layout)) = (x.storage_and_layout(), w.storage_and_layout());
        multiplied(&matrices(&x, x_layout)?, &matrices(&w, w_layout)?, |call| exports.run(call))
    });
    values.map(|values| tensor(values, x, w.dim(D::Minus2)?)).transpose()
}

/// The same right side with its rows side by side, if the browser has the instruction and rows are short.
pub(super) fn across(w: &Tensor) -> Result<Option<Tensor>, KernelError> {
    let values = EXPORTS.with(|exports| {
        let (storage, layout) = w.storage_and_layout();
        exports.as_ref().and_then(|_| matrices(&storage, layout)?.across())
    });
    let Some(values) = values else { return Ok(None) };
    let rows = w.dim(D::Minus2)?;
    let apart = tensor(values, &w.t()?, rows + APART)?;
    Ok(Some(apart.narrow(D::Minus1, 0, rows)?.t()?))
}

/// A tensor of the shape of `like`, but for the last axis.
fn tensor(values: Vec<f32>, like: &Tensor, columns: usize) -> Result<Tensor, KernelError> {
    let mut shape = like.dims().to_vec();
    if let Some(last) = shape.last_mut() {
        *last = columns;
    }
    Ok(Tensor::from_vec(values, shape, &candle_core::Device::Cpu)?)
}

/// The last two axes of a tensor of `f32`, with or without batches before them.
fn matrices<'a>(storage: &'a Storage, layout: &Layout) -> Option<Matrices<'a>> {
    let Storage::Cpu(CpuStorage::F32(values)) = storage else { return None };
    let (sizes, strides) = match (layout.dims(), layout.stride()) {
        (&[rows, depth], &[row, value]) => ([1, rows, depth], [0, row, value]),
        (&[batches, rows, depth], &[batch, row, value]) => ([batches, rows, depth], [batch, row, value]),
        _ => return None,
    };
    Matrices::new(values.get(layout.start_offset()..)?, sizes, strides)
}
