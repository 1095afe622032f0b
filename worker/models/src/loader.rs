//! From a checkpoint's tensors to weights on a device, with every shape checked against the configuration.

use kernels::{Device, Tensor, Weight, WeightData};
use weights::{DType, RawTensor, Tensors, WeightsError, lora::ModuleShape};

use crate::{
    ModelError,
    adapters::{Place, Registry, Slot},
};

/// A place in a checkpoint's tree of names, and the device that its weights go to.
#[derive(Clone)]
pub(crate) struct Loader<'a> {
    device: &'a Device,
    tensors: &'a Tensors,
    path: String,
    layers: Registry,
}

impl<'a> Loader<'a> {
    /// The root of the tree.
    pub(crate) fn new(device: &'a Device, tensors: &'a Tensors) -> Self {
        Self { device, tensors, path: String::new(), layers: Registry::default() }
    }

    /// The module `name` below this one; `name` may hold dots.
    pub(crate) fn at(&self, name: impl std::fmt::Display) -> Self {
        Self { path: self.name_of(&name.to_string()), ..self.clone() }
    }

    /// The module's full name.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// True when the checkpoint has the tensor `name` of this module.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.get(&self.name_of(name)).is_some()
    }

    /// A place for a low-rank addition to this module, remembered under its name.
    pub(crate) fn slot(&self, shape: ModuleShape) -> Slot {
        let slot = Slot::default();
        self.share_slot(shape, &slot, 0, shape.outputs);
        slot
    }

    /// Remembers that the additions to this module go into a place that it shares with others: its outputs are those
    /// from `first` on, of `all`.
    pub(crate) fn share_slot(&self, shape: ModuleShape, slot: &Slot, first: usize, all: usize) {
        let place = Place { shape, slot: slot.clone(), first, all };
        self.layers.borrow_mut().insert(self.path.clone(), place);
    }

    /// The modules of the whole tree that have been loaded and can have an addition.
    pub(crate) fn layers(&self) -> &Registry {
        &self.layers
    }

    /// A matrix, table or filter of exactly this shape.
    pub(crate) async fn weight(&self, name: &str, shape: &[usize]) -> Result<Weight, ModelError> {
        let raw = self.read(name).await?;
        if raw.shape != shape {
            return Err(wrong_shape(raw, shape));
        }
        self.upload(&raw, shape)
    }

    /// A matrix `[n, k]`; the file may also have it as a 1x1 convolution `[n, k, 1, 1]`.
    pub(crate) async fn matrix(&self, name: &str, n: usize, k: usize) -> Result<Weight, ModelError> {
        let raw = self.read_matrix(name, n, k).await?;
        self.upload(&raw, &raw.shape)
    }

    async fn read_matrix(&self, name: &str, n: usize, k: usize) -> Result<RawTensor, ModelError> {
        let raw = self.read(name).await?;
        if raw.shape != [n, k] && raw.shape != [n, k, 1, 1] {
            return Err(wrong_shape(raw, &[n, k]));
        }
        Ok(RawTensor { shape: vec![n, k], ..raw })
    }

    /// A vector, widened to `f32`.
    pub(crate) async fn vector(&self, name: &str, len: usize) -> Result<Tensor, ModelError> {
        Ok(self.device.tensor(&[len], &self.values(name, len).await?)?)
    }

    /// The weight and the bias of a norm, one below the other: `[2, len]`.
    pub(crate) async fn affine(&self, len: usize) -> Result<Tensor, ModelError> {
        let mut values = self.values("weight", len).await?;
        values.extend(self.values("bias", len).await?);
        Ok(self.device.tensor(&[2, len], &values)?)
    }

    /// Matrices `[n, k]` of several modules, one below the other, as they come: a new one begins where the type of the
    /// elements changes. With each, how many modules it has.
    pub(crate) async fn stacked(
        &self,
        modules: &[(Self, usize)],
        k: usize,
    ) -> Result<Vec<(Weight, usize)>, ModelError> {
        let mut stacks = Vec::new();
        let mut open: Option<(RawTensor, usize)> = None;
        for (at, n) in modules {
            let raw = at.read_matrix("weight", *n, k).await?;
            open = Some(match open.take() {
                Some((above, count)) if above.dtype == raw.dtype => (below_each_other(above, raw), count + 1),
                Some((above, count)) => {
                    stacks.push((self.upload(&above, &above.shape)?, count));
                    (raw, 1)
                }
                None => (raw, 1),
            });
        }
        if let Some((last, count)) = open {
            stacks.push((self.upload(&last, &last.shape)?, count));
        }
        Ok(stacks)
    }

    /// Vectors `name` of several modules, one behind the other.
    pub(crate) async fn joined(&self, modules: &[(Self, usize)], name: &str) -> Result<Tensor, ModelError> {
        let mut values = Vec::new();
        for (at, len) in modules {
            values.extend(at.values(name, *len).await?);
        }
        Ok(self.device.tensor(&[values.len()], &values)?)
    }

    /// A vector's values, widened to `f32`.
    async fn values(&self, name: &str, len: usize) -> Result<Vec<f32>, ModelError> {
        let raw = self.read(name).await?;
        if raw.shape != [len] {
            return Err(wrong_shape(raw, &[len]));
        }
        match self.device.is_rehearsal() {
            true => Ok(vec![0.0; len]),
            false => Ok(raw.to_f32()?),
        }
    }

    /// A tensor with its values, or without where nobody looks at them.
    async fn read(&self, name: &str) -> Result<RawTensor, ModelError> {
        let name = self.name_of(name);
        if self.device.is_rehearsal() {
            return Ok(self.tensors.outline(&name)?);
        }
        let raw = self.tensors.read(&name).await?;
        // A single bad value spreads over the whole picture as black or noise; better to name it here.
        match raw.not_finite() {
            None => Ok(raw),
            Some(_) => Err(ModelError::NotFinite { tensor: raw.name }),
        }
    }

    fn upload(&self, raw: &RawTensor, shape: &[usize]) -> Result<Weight, ModelError> {
        let dtype = match raw.dtype {
            DType::F32 => kernels::DType::F32,
            DType::F16 => kernels::DType::F16,
            DType::BF16 => kernels::DType::BF16,
            DType::I8 => kernels::DType::I8,
            DType::Block(block) => kernels::DType::Block(block),
            dtype => return Err(WeightsError::NotWeights { tensor: raw.name.clone(), dtype }.into()),
        };
        let data = WeightData { shape, dtype, bytes: &raw.bytes, scales: raw.scales.as_deref() };
        Ok(self.device.weight(data)?)
    }

    fn name_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }
}

/// Two matrices of one type and width as one.
fn below_each_other(mut above: RawTensor, below: RawTensor) -> RawTensor {
    above.bytes.extend_from_slice(&below.bytes);
    if let (Some(scales), Some(more)) = (&mut above.scales, below.scales) {
        scales.extend(more);
    }
    if let (Some(rows), Some(more)) = (above.shape.first_mut(), below.shape.first()) {
        *rows += more;
    }
    above
}

fn wrong_shape(raw: RawTensor, expected: &[usize]) -> ModelError {
    ModelError::WrongShape { tensor: raw.name, expected: expected.to_vec(), got: raw.shape }
}
