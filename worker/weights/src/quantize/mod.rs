//! Making a smaller model: which tensor becomes what, and the run that makes it so.
//!
//! A run reads one tensor at a time, checks its numbers, packs them in slices and writes them, so that it needs the
//! memory of the largest tensor and not of the model.

mod plan;
mod policy;
mod slices;
mod source;

use std::{collections::BTreeMap, str::FromStr};

use blocks::BlockType;
pub use plan::{Plan, PlannedTensor};
pub use source::{Part, Source};

use crate::{ByteSink, GgufWriter, MetadataValue, WeightsError};

/// The number format that most of a model's numbers are to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// 16-bit floats, from which nothing else is made smaller.
    F16,
    /// Blocks of this type.
    Blocks(BlockType),
}

impl Target {
    /// About 8 bits a number.
    pub const Q8_0: Self = Self::Blocks(BlockType::Q8_0);
    /// About 4 bits a number.
    pub const Q4_K: Self = Self::Blocks(BlockType::Q4_K);

    /// `general.file_type` of such files (`enum llama_ftype` of llama.cpp; the mixed kinds are its "medium").
    fn file_type(self) -> u64 {
        match self {
            Self::F16 => 1,
            Self::Blocks(BlockType::Q4_0) => 2,
            Self::Blocks(BlockType::Q4_1) => 3,
            Self::Blocks(BlockType::Q8_0) => 7,
            Self::Blocks(BlockType::Q5_0) => 8,
            Self::Blocks(BlockType::Q5_1) => 9,
            Self::Blocks(BlockType::Q2_K) => 10,
            Self::Blocks(BlockType::Q3_K) => 12,
            Self::Blocks(BlockType::Q4_K) => 15,
            Self::Blocks(BlockType::Q5_K) => 17,
            Self::Blocks(BlockType::Q6_K) => 18,
        }
    }
}

impl FromStr for Target {
    type Err = String;

    /// `f16`, or a block type's name in either case.
    fn from_str(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("f16") {
            return Ok(Self::F16);
        }
        let found = BlockType::ALL.into_iter().find(|block| block.to_string().eq_ignore_ascii_case(name));
        found.map(Self::Blocks).ok_or_else(|| {
            let names = BlockType::ALL.map(|block| block.to_string().to_lowercase());
            format!("it is one of f16, {}", names.join(", "))
        })
    }
}

/// What a run has made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Bytes of the tensors that were read.
    pub bytes_before: u64,
    /// Bytes of the file that was written.
    pub bytes_after: u64,
    /// How many tensors have become what.
    pub tensors_by_type: BTreeMap<String, usize>,
    /// Tensors that are not weights (masks, positions), which were left out.
    pub left_out: Vec<String>,
}

/// Writes `source` to `sink` as a GGUF file in which every tensor has its planned type. `progress` is called before
/// each tensor with how many are done, and how many there are.
///
/// # Errors
/// [`WeightsError::NotFinite`] and [`WeightsError::TooLarge`] for numbers that cannot be kept, with the tensor's name;
/// errors of reading the source and writing to the sink. What the sink has then is not a model.
pub async fn quantize(
    source: &Source,
    target: Target,
    sink: &mut dyn ByteSink,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Summary, WeightsError> {
    let plan = Plan::new(source, target)?;
    let outputs: Vec<_> = plan.tensors.iter().map(|planned| planned.output.clone()).collect();
    let mut writer = GgufWriter::start(sink, &metadata(source, target), &outputs).await?;
    let mut bytes_before = 0;
    for (done, planned) in plan.tensors.iter().enumerate() {
        progress(done, plan.tensors.len());
        bytes_before += planned.source_bytes;
        let part = source.parts.get(planned.part).map(|part| &part.tensors);
        let Some(part) = part else { continue };
        let raw = part.read(&planned.source_name).await?;
        slices::write(&raw, &planned.output, &mut writer).await?;
    }
    let mut tensors_by_type = BTreeMap::new();
    for planned in &plan.tensors {
        *tensors_by_type.entry(planned.output.dtype.to_string()).or_insert(0) += 1;
    }
    Ok(Summary { bytes_before, bytes_after: writer.finish()?, tensors_by_type, left_out: plan.left_out })
}

/// What the header of the new file says beside its tensors: the model's family, the format, the configurations.
pub fn metadata(source: &Source, target: Target) -> BTreeMap<String, MetadataValue> {
    let text = |text: &str| MetadataValue::Text(text.to_owned());
    let mut metadata = BTreeMap::from([
        ("general.architecture".to_owned(), text(&source.architecture)),
        ("general.file_type".to_owned(), MetadataValue::Unsigned(target.file_type())),
        // Of ggml's block layouts (`GGML_QNT_VERSION`).
        ("general.quantization_version".to_owned(), MetadataValue::Unsigned(2)),
    ]);
    if let Some(name) = &source.name {
        metadata.insert("general.name".to_owned(), text(name));
    }
    for (path, json) in &source.configs {
        metadata.insert(format!("{}{path}", crate::BUNDLED_CONFIG), text(json));
    }
    metadata
}
