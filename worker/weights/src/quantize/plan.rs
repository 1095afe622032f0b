//! The list of what will be written, before anything is read.

use std::collections::BTreeSet;

use super::{Part, Source, Target, policy};
use crate::{DType, GgufTensor, Tensors, WeightsError};

/// One tensor to read, and what to write of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedTensor {
    /// Which of the source's parts has it.
    pub part: usize,
    /// Its name there.
    pub source_name: String,
    /// Bytes that it has there.
    pub source_bytes: u64,
    /// Its name, shape and type in the new file.
    pub output: GgufTensor,
}

/// What becomes of every tensor of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Tensors in the order of the new file.
    pub tensors: Vec<PlannedTensor>,
    /// Tensors that are not weights, which are not written.
    pub left_out: Vec<String>,
}

impl Plan {
    /// Decides about every tensor, by the policy that the module `policy` states.
    ///
    /// # Errors
    /// [`WeightsError::Unsupported`] for blocks that are known by name only: leaving them out would lose weights.
    pub fn new(source: &Source, target: Target) -> Result<Self, WeightsError> {
        let mut plan = Self { tensors: Vec::new(), left_out: Vec::new() };
        for (index, part) in source.parts.iter().enumerate() {
            plan.add(index, part, target)?;
        }
        Ok(plan)
    }

    fn add(&mut self, index: usize, part: &Part, target: Target) -> Result<(), WeightsError> {
        let tensors = &part.tensors;
        let autoencoder = tensors.names().any(|name| name.starts_with("decoder."));
        let last_block = last_block(tensors);
        let scales = scales(tensors);
        for name in tensors.names().filter(|name| !scales.contains(*name)) {
            let Some(info) = tensors.get(name) else { continue };
            let output_name = format!("{}{name}", part.prefix);
            if let DType::Unsupported(_) = info.dtype {
                return Err(WeightsError::Unsupported { tensor: output_name, dtype: info.dtype });
            }
            if !info.dtype.is_weights() {
                self.left_out.push(output_name);
                continue;
            }
            let candidate = policy::Candidate {
                name,
                dtype: info.dtype,
                shape: &info.shape,
                autoencoder,
                last_block: last_block.as_deref(),
            };
            let dtype = policy::stored_type(&candidate, target);
            self.tensors.push(PlannedTensor {
                part: index,
                source_name: name.to_owned(),
                source_bytes: info.range.end - info.range.start,
                output: GgufTensor { name: output_name, shape: info.shape.clone(), dtype },
            });
        }
        Ok(())
    }
}

/// Tensors that are read along with the int8 tensors beside them.
fn scales(tensors: &Tensors) -> BTreeSet<String> {
    let int8 = tensors.names().filter(|name| tensors.get(name).is_some_and(|info| info.dtype == DType::I8));
    int8.map(|name| format!("{name}.scale")).collect()
}

/// The beginning of names of a UNet's last upward block.
fn last_block(tensors: &Tensors) -> Option<String> {
    let number = |name: &str| name.strip_prefix("up_blocks.")?.split('.').next()?.parse::<usize>().ok();
    tensors.names().filter_map(number).max().map(|last| format!("up_blocks.{last}."))
}
