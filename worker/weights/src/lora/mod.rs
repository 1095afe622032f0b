//! LoRA files: low-rank additions to a model's weights ("LoRA: Low-Rank Adaptation of Large Language Models", Hu et
//! al. 2021; for convolutions, LyCORIS' LoCon).
//!
//! For a module of weight `W` a file has `down` `[rank, inputs]` or `[rank, inputs, kh, kw]`, `up` `[outputs, rank]`
//! and perhaps `alpha`; the module then computes with `W + scale * alpha / rank * up down`. Where no module has one, alpha
//! is the rank. A file is opened by its header; matrices are read when they go to a device.

mod alpha;
mod error;
mod fit;
mod ldm;
mod names;
mod peft;

use std::{collections::BTreeMap, rc::Rc};

use crate::{ByteSource, DType, RawTensor, Tensors, WeightsError};
use alpha::Alphas;
pub use error::LoraError;
pub use fit::{Fit, ModuleShape, ModuleShapes, module_shapes};
use names::{Reading, Role};
use peft::Settings;

/// The part of a model that a LoRA's module is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoraPart {
    /// The denoiser.
    UNet,
    /// CLIP's text encoder.
    TextEncoder,
}

impl LoraPart {
    /// Name of the part's folder in a checkpoint.
    fn name(self) -> &'static str {
        match self {
            Self::UNet => "unet",
            Self::TextEncoder => "text_encoder",
        }
    }
}

/// What is added to one module.
#[derive(Debug, Clone, PartialEq)]
pub struct LoraEntry {
    /// The part that the module is in.
    pub part: LoraPart,
    /// The module as the file spells it, with dots or with underscores, without the part.
    pub module: String,
    /// Width between the two matrices, 1 or more.
    pub rank: usize,
    /// `alpha / rank`: what their product is multiplied by at scale 1.
    pub factor: f64,
    down: Matrix,
    up: Matrix,
}

/// A tensor that is still in its file.
#[derive(Debug, Clone, PartialEq)]
struct Matrix {
    tensor: String,
    shape: Vec<usize>,
}

impl Matrix {
    fn wrong_shape(&self, expected: String) -> LoraError {
        LoraError::WrongShape { tensor: self.tensor.clone(), expected, got: self.shape.clone() }
    }
}

/// A LoRA file, open.
pub struct Lora {
    tensors: Tensors,
    entries: Vec<LoraEntry>,
    /// Modules of parts that no model here has.
    foreign: Vec<String>,
}

impl std::fmt::Debug for Lora {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Lora of {} modules", self.entries.len())
    }
}

/// The tensors of one module, by role.
#[derive(Default)]
struct Found {
    down: Option<String>,
    up: Option<String>,
    alpha: Option<String>,
}

impl Lora {
    /// Opens a LoRA file, called `name` in messages: reads its header and its alphas.
    ///
    /// # Errors
    /// Any [`LoraError`] about the file itself; whether it fits a model is for [`Lora::unused`] to say.
    pub async fn open(name: &str, source: Rc<dyn ByteSource>) -> Result<Self, LoraError> {
        Self::read(Tensors::open_files(vec![(name.to_owned(), source)]).await?).await
    }

    async fn read(tensors: Tensors) -> Result<Self, LoraError> {
        for (entry, value) in tensors.texts() {
            if let Some(family) = names::other_family(entry, value) {
                return Err(LoraError::OtherModel {
                    family,
                    sign: format!("its metadata {entry} = {value}"),
                });
            }
        }
        let settings = tensors.texts().find(|(entry, _)| *entry == peft::ENTRY);
        let settings = settings.map(|(_, json)| Settings::parse(json)).transpose()?;
        let settings = settings.unwrap_or_default();
        settings.check()?;
        let (modules, foreign) = sorted(&tensors)?;
        if modules.is_empty() && foreign.is_empty() {
            return Err(LoraError::NoLora { tensors: tensors.names().count() });
        }
        let alphas = Alphas::read(&tensors, &modules).await?;
        let mut entries = Vec::with_capacity(modules.len());
        for ((part, module), found) in modules {
            entries.push(entry(&tensors, &settings, alphas.of(part, &module), part, module, found)?);
        }
        Ok(Self { tensors, entries, foreign })
    }

    /// What it adds, by part and module.
    pub fn entries(&self) -> &[LoraEntry] {
        &self.entries
    }

    /// Reads the first matrix, `[rank, inputs]` or `[rank, inputs, kh, kw]`, of F32, F16 or BF16.
    ///
    /// # Errors
    /// [`LoraError::NotFinite`], and [`LoraError::Weights`] when the file cannot be read.
    pub async fn down(&self, entry: &LoraEntry) -> Result<RawTensor, LoraError> {
        self.matrix(&entry.down).await
    }

    /// What [`Lora::down`] would give, without the values.
    ///
    /// # Errors
    /// [`LoraError::Weights`] when the file has no such tensor.
    pub fn down_outline(&self, entry: &LoraEntry) -> Result<RawTensor, LoraError> {
        Ok(self.tensors.outline(&entry.down.tensor)?)
    }

    /// Reads the second matrix, `[outputs, rank]` or `[outputs, rank, 1, 1]`, of F32, F16 or BF16.
    ///
    /// # Errors
    /// As for [`Lora::down`].
    pub async fn up(&self, entry: &LoraEntry) -> Result<RawTensor, LoraError> {
        self.matrix(&entry.up).await
    }

    async fn matrix(&self, matrix: &Matrix) -> Result<RawTensor, LoraError> {
        let raw = self.tensors.read(&matrix.tensor).await?;
        match raw.to_f32()?.iter().all(|value| value.is_finite()) {
            true => Ok(raw),
            false => Err(LoraError::NotFinite { tensor: raw.name }),
        }
    }
}

type Modules = BTreeMap<(LoraPart, String), Found>;

/// The file's tensors by module, and the modules of parts that are not known.
fn sorted(tensors: &Tensors) -> Result<(Modules, Vec<String>), LoraError> {
    let (mut modules, mut foreign) = (Modules::new(), Vec::new());
    for tensor in tensors.names() {
        match names::read(tensor)? {
            Reading::Known(part, module, role) => {
                let found = modules.entry((part, module)).or_default();
                let place = match role {
                    Role::Down => &mut found.down,
                    Role::Up => &mut found.up,
                    Role::Alpha => &mut found.alpha,
                };
                *place = Some(tensor.to_owned());
            }
            Reading::Foreign(module) => foreign.push(module),
            Reading::Other => {}
        }
    }
    foreign.dedup();
    Ok((modules, foreign))
}

fn entry(
    tensors: &Tensors,
    settings: &Settings,
    alpha: Option<f64>,
    part: LoraPart,
    module: String,
    found: Found,
) -> Result<LoraEntry, LoraError> {
    let missing = |missing| LoraError::Incomplete { module: module.clone(), missing };
    let down = matrix(tensors, found.down.ok_or_else(|| missing("down"))?)?;
    let up = matrix(tensors, found.up.ok_or_else(|| missing("up"))?)?;
    let rank = match *down.shape {
        [rank, ..] if rank > 0 && matches!(down.shape.len(), 2 | 4) => rank,
        _ => {
            return Err(
                down.wrong_shape("[rank, inputs] or [rank, inputs, h, w] of rank 1 or more".to_owned())
            );
        }
    };
    match *up.shape {
        [_, width] | [_, width, 1, 1] if width == rank => {}
        _ => return Err(up.wrong_shape(format!("[outputs, {rank}], as wide as {} is high", down.tensor))),
    }
    let factor = match alpha {
        Some(alpha) => alpha / rank as f64,
        None => settings.factor(part, &module, rank)?.unwrap_or(1.0),
    };
    Ok(LoraEntry { part, module, rank, factor, down, up })
}

fn matrix(tensors: &Tensors, tensor: String) -> Result<Matrix, LoraError> {
    let info = tensors.get(&tensor);
    let (dtype, shape) =
        info.map(|info| (info.dtype, info.shape.clone())).unwrap_or((DType::F32, Vec::new()));
    match dtype {
        DType::F32 | DType::F16 | DType::BF16 => Ok(Matrix { tensor, shape }),
        dtype => Err(WeightsError::NotWeights { tensor, dtype }.into()),
    }
}
