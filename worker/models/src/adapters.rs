//! Low-rank additions beside a model's layers.
//!
//! A layer with LoRAs computes `W x + b + U (D x)`: `D` `[rank, inputs]` (or a filter of the layer's own size) and `U`
//! `[outputs, rank]`, with scale and alpha multiplied into `U`. All LoRAs of a layer are stacked along the rank, so
//! that several cost the same two products as one. The weights themselves stay as they are, quantized or not, and the
//! layer is as it was, to the bit, when the addition is taken off.

use std::{
    cell::{Ref, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

use kernels::{
    Device, KernelError, Tensor, Weight, WeightData,
    ops::{self, Activation, Epilogue},
};
use weights::{
    DType, RawTensor,
    lora::{Lora, LoraEntry, LoraPart, ModuleShape, ModuleShapes},
};

use crate::ModelError;

/// A LoRA in use.
#[derive(Debug, Clone)]
pub struct LoraUse {
    /// The file.
    pub lora: Rc<Lora>,
    /// How much of it is added: 1 as it was trained, less or more, or negative to go the other way.
    pub scale: f64,
}

/// The two matrices beside one layer.
#[derive(Clone)]
struct Adapter {
    /// `[rank, inputs]` or `[rank, inputs, kh, kw]`
    down: Weight,
    /// `[outputs, rank]`, times scale and alpha over rank.
    up: Weight,
}

/// A layer's place for an addition, shared by the layer and its model.
#[derive(Clone, Default)]
pub(crate) struct Slot(Rc<RefCell<Option<Adapter>>>);

impl Slot {
    /// Runs `layer` with the addition, where there is one: `narrow` applies its first matrix to the layer's input.
    /// The addition comes before the epilogue's activation.
    pub(crate) fn forward(
        &self,
        epilogue: Epilogue<'_>,
        narrow: impl FnOnce(&Weight) -> Result<Tensor, KernelError>,
        layer: impl FnOnce(Epilogue<'_>) -> Result<Tensor, KernelError>,
    ) -> Result<Tensor, KernelError> {
        let Some(Adapter { down, up }) = self.0.borrow().clone() else { return layer(epilogue) };
        // A residual that is added at the same place can come in with the addition.
        let inside = epilogue.residual_before_activation || epilogue.activation == Activation::None;
        let residual = epilogue.residual.filter(|_| inside);
        let added = ops::linear(&narrow(&down)?, &up, Epilogue { residual, ..Epilogue::default() })?;
        let fused = Epilogue { residual: Some(&added), residual_before_activation: true, ..epilogue };
        let output = layer(fused)?;
        match epilogue.residual.filter(|_| !inside) {
            Some(residual) => ops::add(&output, residual),
            None => Ok(output),
        }
    }
}

/// The layers of a model that are being loaded, as they come.
pub(crate) type Registry = Rc<RefCell<BTreeMap<String, (ModuleShape, Slot)>>>;

/// The places of a model that LoRAs can be set into.
pub struct Adapters {
    device: Device,
    part: LoraPart,
    modules: ModuleShapes,
    slots: BTreeMap<String, Slot>,
}

impl Adapters {
    /// The layers below the module `root`, under their names from there.
    pub(crate) fn new(
        device: &Device,
        part: LoraPart,
        registry: Ref<'_, BTreeMap<String, (ModuleShape, Slot)>>,
        root: &str,
    ) -> Self {
        let (mut modules, mut slots) = (ModuleShapes::new(), BTreeMap::new());
        for (path, (shape, slot)) in registry.iter() {
            let name = path.strip_prefix(root).map_or(path.as_str(), |name| name.trim_start_matches('.'));
            modules.insert(name.to_owned(), *shape);
            slots.insert(name.to_owned(), slot.clone());
        }
        Self { device: device.clone(), part, modules, slots }
    }

    /// Name and sizes of each layer that can have an addition.
    pub fn module_shapes(&self) -> &ModuleShapes {
        &self.modules
    }

    /// Takes every addition off.
    pub fn clear(&self) {
        for slot in self.slots.values() {
            slot.0.replace(None);
        }
    }

    /// Sets these LoRAs and no others. One of scale 0 is left out. Contexts made before do not know of them.
    ///
    /// # Errors
    /// [`ModelError::Lora`] when a LoRA does not fit or cannot be read, and [`ModelError::Kernel`] when the device
    /// has no room or the work is cancelled; then what was set before is still set.
    pub async fn set(&self, loras: &[LoraUse]) -> Result<(), ModelError> {
        let mut wanted: BTreeMap<String, Vec<(&LoraUse, &LoraEntry)>> = BTreeMap::new();
        for used in loras.iter().filter(|used| used.scale != 0.0) {
            for (module, entry) in used.lora.fit(self.part, &self.modules)?.used {
                wanted.entry(module).or_default().push((used, entry));
            }
        }
        let mut adapters = BTreeMap::new();
        for (module, stack) in wanted {
            let Some(&shape) = self.modules.get(&module) else { continue };
            adapters.insert(module, self.stacked(shape, &stack).await?);
            self.device.checkpoint().await?;
        }
        for (module, slot) in &self.slots {
            slot.0.replace(adapters.remove(module));
        }
        Ok(())
    }

    async fn stacked(
        &self,
        shape: ModuleShape,
        stack: &[(&LoraUse, &LoraEntry)],
    ) -> Result<Adapter, ModelError> {
        let (mut downs, mut ups) = (Vec::with_capacity(stack.len()), Vec::with_capacity(stack.len()));
        for (used, entry) in stack {
            downs.push(used.lora.down(entry).await?);
            let factor = used.scale * entry.factor;
            let up = used.lora.up(entry).await?.to_f32().map_err(ModelError::from)?;
            let scaled = up.iter().map(|&value| (f64::from(value) * factor) as f32).collect();
            ups.push((entry.rank, scaled));
        }
        let rank = stack.iter().map(|(_, entry)| entry.rank).sum();
        let ModuleShape { inputs, outputs, kernel: [height, width] } = shape;
        let filter = [rank, inputs, height, width];
        let axes = if shape.kernel == [1, 1] { 2 } else { 4 };
        let down_shape = filter.get(..axes).unwrap_or(&filter);
        let up: Vec<u8> = side_by_side(&ups).flat_map(f32::to_le_bytes).collect();
        let up_shape = [outputs, rank];
        let up = WeightData { shape: &up_shape, dtype: kernels::DType::F32, bytes: &up, scales: None };
        Ok(Adapter { down: self.upload_below_each_other(down_shape, &downs)?, up: self.device.weight(up)? })
    }

    /// Stacks matrices of one width, in the type of their files where that is the same for all.
    fn upload_below_each_other(&self, shape: &[usize], matrices: &[RawTensor]) -> Result<Weight, ModelError> {
        let first = matrices.first().map_or(DType::F32, |matrix| matrix.dtype);
        let same = matrices.iter().all(|matrix| matrix.dtype == first);
        let dtype = match first {
            DType::F16 if same => kernels::DType::F16,
            DType::BF16 if same => kernels::DType::BF16,
            _ => kernels::DType::F32,
        };
        let mut bytes = Vec::new();
        for matrix in matrices {
            match dtype {
                kernels::DType::F32 => {
                    bytes.extend(matrix.to_f32()?.into_iter().flat_map(f32::to_le_bytes));
                }
                _ => bytes.extend_from_slice(&matrix.bytes),
            }
        }
        Ok(self.device.weight(WeightData { shape, dtype, bytes: &bytes, scales: None })?)
    }
}

/// Matrices of equal height, given with their widths, to one that has their rows one behind the other.
fn side_by_side(matrices: &[(usize, Vec<f32>)]) -> impl Iterator<Item = f32> {
    let rows = matrices.first().map_or(0, |(width, values)| values.len() / (*width).max(1));
    (0..rows).flat_map(move |row| {
        let parts =
            matrices.iter().flat_map(move |(width, values)| values.chunks_exact((*width).max(1)).nth(row));
        parts.flatten().copied()
    })
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;

    fn weight(device: &Device, shape: &[usize], values: &[f32]) -> Weight {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let data = WeightData { shape, dtype: kernels::DType::F32, bytes: &bytes, scales: None };
        device.weight(data).unwrap()
    }

    #[test]
    fn stacks_lie_side_by_side() {
        let stacked: Vec<f32> = side_by_side(&[(1, vec![1.0, 2.0]), (2, vec![3.0, 4.0, 5.0, 6.0])]).collect();
        assert_eq!(stacked, [1.0, 3.0, 4.0, 2.0, 5.0, 6.0]);
    }

    /// Against the same layer with the addition in its weight, for each place of activation and residual.
    #[test]
    fn the_addition_comes_before_the_activation() {
        let device = Device::cpu();
        let x = device.tensor(&[1, 2], &[1.0, -2.0]).unwrap();
        let residual = device.tensor(&[1, 2], &[0.5, -3.0]).unwrap();
        let bias = device.tensor(&[2], &[0.25, -0.5]).unwrap();
        let plain = weight(&device, &[2, 2], &[1.0, 2.0, -3.0, 0.5]);
        // [2, -1]ᵀ [0.5, 1] = [[1, 2], [-0.5, -1]]
        let merged = weight(&device, &[2, 2], &[2.0, 4.0, -3.5, -0.5]);
        let slot = Slot::default();
        slot.0.replace(Some(Adapter {
            down: weight(&device, &[1, 2], &[0.5, 1.0]),
            up: weight(&device, &[2, 1], &[2.0, -1.0]),
        }));
        for activation in [Activation::None, Activation::Silu, Activation::Gelu, Activation::Relu] {
            for residual in [None, Some(&residual)] {
                for residual_before_activation in [false, true] {
                    let epilogue = Epilogue {
                        bias: Some(&bias),
                        per_sample: Some(&x),
                        residual,
                        activation,
                        residual_before_activation,
                    };
                    let got = slot
                        .forward(
                            epilogue,
                            |down| ops::linear(&x, down, Epilogue::default()),
                            |epilogue| ops::linear(&x, &plain, epilogue),
                        )
                        .unwrap();
                    let expected = ops::linear(&x, &merged, epilogue).unwrap();
                    let (got, expected) =
                        (block_on(got.to_vec()).unwrap(), block_on(expected.to_vec()).unwrap());
                    let near = got.iter().zip(&expected).all(|(got, expected)| (got - expected).abs() < 1e-5);
                    assert!(near, "{epilogue:?}: {got:?}, not {expected:?}");
                }
            }
        }
    }
}
