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
    ops::{self, Activation, Epilogue, Input},
};
use weights::{
    DType, RawTensor,
    lora::{Lora, LoraEntry, LoraPart, ModuleShape, ModuleShapes},
};

use crate::ModelError;

/// A LoRA in use. Two are equal when they are the same open file, at the same scale.
#[derive(Debug, Clone)]
pub struct LoraUse {
    /// The file.
    pub lora: Rc<Lora>,
    /// How much of it is added: 1 as it was trained, less or more, or negative to go the other way.
    pub scale: f64,
}

impl PartialEq for LoraUse {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.lora, &other.lora) && self.scale == other.scale
    }
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
    /// Tells slots apart.
    fn key(&self) -> *const RefCell<Option<Adapter>> {
        Rc::as_ptr(&self.0)
    }

    /// Runs a layer, `product` of its input with `weight`, and the addition, where there is one: its first matrix reads
    /// the same input. The addition comes before the epilogue's activation and gates.
    pub(crate) fn forward(
        &self,
        input: Input<'_>,
        weight: &Weight,
        epilogue: Epilogue<'_>,
        product: impl Fn(Input<'_>, &Weight, Epilogue<'_>) -> Result<Tensor, KernelError>,
    ) -> Result<Tensor, KernelError> {
        let Some(Adapter { down, up }) = self.0.borrow().clone() else {
            return product(input, weight, epilogue);
        };
        // Two products read it.
        let input = &input.prepared()?;
        let narrow = product(input.into(), &down, Epilogue::default())?;
        // A residual that is added at the same place can come in with the addition.
        let inside = epilogue.residual_before_activation || epilogue.activation == Activation::None;
        let residual = epilogue.residual.filter(|_| inside);
        let added = ops::linear(&narrow, &up, Epilogue { residual, ..Epilogue::default() })?;
        let residual_before_activation = true;
        let fused = Epilogue { residual: Some(&added), residual_before_activation, gated: false, ..epilogue };
        let output = product(input.into(), weight, fused)?;
        match epilogue.residual.filter(|_| !inside) {
            Some(residual) => ops::add(&output, residual),
            None if epilogue.gated => ops::geglu(&output),
            None => Ok(output),
        }
    }
}

/// Where the additions to one module go.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) shape: ModuleShape,
    pub(crate) slot: Slot,
    /// First of the module's outputs among all those of the layer that has the slot, and the number of these: several
    /// modules may be one layer.
    pub(crate) first: usize,
    pub(crate) all: usize,
}

/// The modules of a model that are being loaded, as they come.
pub(crate) type Registry = Rc<RefCell<BTreeMap<String, Place>>>;

/// The places of a model that LoRAs can be set into.
pub struct Adapters {
    device: Device,
    part: LoraPart,
    modules: ModuleShapes,
    places: BTreeMap<String, Place>,
}

/// What is added to one layer.
struct Addition<'a> {
    used: &'a LoraUse,
    entry: &'a LoraEntry,
    /// First of the outputs that it is added to.
    first: usize,
}

impl Adapters {
    /// The layers below the module `root`, under their names from there.
    pub(crate) fn new(
        device: &Device,
        part: LoraPart,
        registry: Ref<'_, BTreeMap<String, Place>>,
        root: &str,
    ) -> Self {
        let (mut modules, mut places) = (ModuleShapes::new(), BTreeMap::new());
        for (path, place) in registry.iter() {
            let name = path.strip_prefix(root).map_or(path.as_str(), |name| name.trim_start_matches('.'));
            modules.insert(name.to_owned(), place.shape);
            places.insert(name.to_owned(), place.clone());
        }
        Self { device: device.clone(), part, modules, places }
    }

    /// Name and sizes of each layer that can have an addition.
    pub fn module_shapes(&self) -> &ModuleShapes {
        &self.modules
    }

    /// Takes every addition off.
    pub fn clear(&self) {
        for place in self.places.values() {
            place.slot.0.replace(None);
        }
    }

    /// Sets these LoRAs and no others. One of scale 0 is left out. Contexts made before do not know of them.
    ///
    /// # Errors
    /// [`ModelError::Lora`] when a LoRA does not fit or cannot be read, and [`ModelError::Kernel`] when the device
    /// has no room or the work is cancelled; then what was set before is still set.
    pub async fn set(&self, loras: &[LoraUse]) -> Result<(), ModelError> {
        // By slot: modules of one layer share theirs.
        let mut wanted: BTreeMap<*const _, (&Place, Vec<Addition<'_>>)> = BTreeMap::new();
        for used in loras.iter().filter(|used| used.scale != 0.0) {
            for (module, entry) in used.lora.fit(self.part, &self.modules)?.used {
                let Some(place) = self.places.get(&module) else { continue };
                let (_, additions) = wanted.entry(place.slot.key()).or_insert((place, Vec::new()));
                additions.push(Addition { used, entry, first: place.first });
            }
        }
        let mut adapters = BTreeMap::new();
        for (slot, (place, additions)) in wanted {
            adapters.insert(slot, self.stacked(place, &additions).await?);
            self.device.checkpoint().await?;
        }
        for Place { slot, .. } in self.places.values() {
            slot.0.replace(adapters.get(&slot.key()).cloned());
        }
        Ok(())
    }

    async fn stacked(&self, place: &Place, additions: &[Addition<'_>]) -> Result<Adapter, ModelError> {
        let rank = additions.iter().map(|addition| addition.entry.rank).sum();
        let (mut downs, mut before) = (Vec::with_capacity(additions.len()), 0);
        let mut ups = vec![0.0; place.all * rank];
        for Addition { used, entry, first } in additions {
            if self.device.is_rehearsal() {
                downs.push(used.lora.down_outline(entry)?);
                continue;
            }
            downs.push(used.lora.down(entry).await?);
            let factor = used.scale * entry.factor;
            let up = used.lora.up(entry).await?.to_f32().map_err(ModelError::from)?;
            let scaled: Vec<f32> = up.iter().map(|&value| (f64::from(value) * factor) as f32).collect();
            place_block(&mut ups, rank, [*first, before], entry.rank, &scaled);
            before += entry.rank;
        }
        let ModuleShape { inputs, kernel: [height, width], .. } = place.shape;
        let filter = [rank, inputs, height, width];
        let axes = if place.shape.kernel == [1, 1] { 2 } else { 4 };
        let down_shape = filter.get(..axes).unwrap_or(&filter);
        let up: Vec<u8> = ups.into_iter().flat_map(f32::to_le_bytes).collect();
        let up_shape = [place.all, rank];
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

/// Writes the rows of `block`, of `block_width` values each, into a matrix of rows of `width`, from a row and column on.
fn place_block(
    matrix: &mut [f32],
    width: usize,
    [row, column]: [usize; 2],
    block_width: usize,
    block: &[f32],
) {
    let rows = matrix.chunks_exact_mut(width.max(1)).skip(row);
    for (target, values) in rows.zip(block.chunks_exact(block_width.max(1))) {
        if let Some(target) = target.get_mut(column..column + block_width) {
            target.copy_from_slice(values);
        }
    }
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
    fn blocks_lie_where_their_module_and_rank_are() {
        let mut matrix = vec![0.0; 3 * 4];
        place_block(&mut matrix, 4, [1, 2], 2, &[1.0, 2.0, 3.0, 4.0]);
        place_block(&mut matrix, 4, [0, 1], 1, &[5.0]);
        assert_eq!(matrix, [0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 3.0, 4.0]);
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
                        per_sample: Some((&x).into()),
                        residual,
                        activation,
                        residual_before_activation,
                        ..Epilogue::default()
                    };
                    let got = slot
                        .forward((&x).into(), &plain, epilogue, |x, weight, epilogue| {
                            ops::linear(x, weight, epilogue)
                        })
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
