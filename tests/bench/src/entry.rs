//! One model as a benchmark's manifest describes it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::BenchError;

/// A case. Fields that other engines need are passed over.
#[derive(Debug, Clone, Deserialize)]
pub struct Entry {
    /// Its name, with the precision at the end.
    pub name: String,
    /// Its name without precision. A single operator's tells its sizes.
    #[serde(default)]
    pub base: String,
    /// `f32`, `f16`, `q8` or `q4`.
    pub precision: String,
    /// Arrays that a run is given, in this order.
    pub inputs: Vec<Port>,
    /// Arrays that a run yields, in this order.
    pub outputs: Vec<Port>,
    /// A diffusers folder, if it ends with a slash, or a safetensors file, or nothing.
    pub weights: Option<String>,
    /// How often each operator of ONNX occurs in the graph that other engines run.
    #[serde(default)]
    pub ops: BTreeMap<String, usize>,
}

/// An input or an output.
#[derive(Debug, Clone, Deserialize)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Lengths of its axes, slowest first; pictures are `[n, c, h, w]`.
    pub dims: Vec<usize>,
}

impl Entry {
    /// Reads an entry from its JSON.
    ///
    /// # Errors
    /// [`BenchError::Entry`] when a field is missing or of another type.
    pub fn parse(json: &str) -> Result<Self, BenchError> {
        Ok(serde_json::from_str(json)?)
    }

    /// How often the graph has the operator `name`.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.ops.get(name).copied().unwrap_or_default()
    }

    /// The place among the inputs of the only one with so many axes.
    pub(crate) fn input_of_rank(&self, rank: usize) -> Result<usize, BenchError> {
        let mut found = self.inputs.iter().enumerate().filter(|(_, port)| port.dims.len() == rank);
        match (found.next(), found.next()) {
            (Some((place, _)), None) => Ok(place),
            _ => Err(self.unsupported(format!("it needs one input with {rank} axes"))),
        }
    }

    /// The axes of an input.
    pub(crate) fn dims(&self, input: usize) -> &[usize] {
        self.inputs.get(input).map_or(&[], |port| &port.dims)
    }

    /// The axes of the only output.
    pub(crate) fn output(&self) -> Result<&[usize], BenchError> {
        match self.outputs.as_slice() {
            [port] => Ok(&port.dims),
            ports => Err(self.unsupported(format!("it has {} outputs, not one", ports.len()))),
        }
    }

    pub(crate) fn unsupported(&self, reason: impl Into<String>) -> BenchError {
        BenchError::Unsupported { name: self.name.clone(), reason: reason.into() }
    }
}
