//! The files that quantizing a made-up model would give, without the work.

use std::rc::Rc;

use pollster::block_on;
use weights::{
    GgufTensor, GgufWriter, WeightsError,
    quantize::{Plan, Source, Target, metadata},
};

use crate::{MadeUpFolder, Numbers, bytes::MadeUpFile};

/// Where a tensor of a GGUF file may begin.
const ALIGNMENT: u64 = 32;
/// What the one file of a model is called in its folder, whatever its format.
const SINGLE_FILE: &str = "checkpoint.safetensors";

/// A GGUF file of the tensors, shapes and types that [`weights::quantize`] makes of `model`, with made-up numbers.
///
/// The bytes are those of random small `F16` numbers at even places. Every tensor begins at an even place, and so do
/// all the scales in blocks of any type: they are sound, and the integers between them may be anything.
///
/// # Errors
/// What is wrong with the model, or with its plan.
pub fn quantized(model: &MadeUpFolder, target: Target) -> Result<MadeUpFolder, WeightsError> {
    let source = block_on(Source::open(Rc::new(model.clone())))?;
    let plan = Plan::new(&source, target)?;
    let tensors: Vec<GgufTensor> = plan.tensors.into_iter().map(|planned| planned.output).collect();
    let mut header = Vec::new();
    block_on(GgufWriter::start(&mut header, &metadata(&source, target), &tensors))?;
    let bytes = tensors.iter().filter_map(GgufTensor::bytes).map(|bytes| bytes.next_multiple_of(ALIGNMENT));
    let file = MadeUpFile::behind(header, bytes.sum(), Numbers::RandomF16);
    let mut folder = MadeUpFolder::default();
    folder.insert(SINGLE_FILE, Rc::new(file));
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use weights::{DType, Folder, Tensors};

    use super::*;
    use crate::few_layers;

    #[test]
    fn every_tensor_of_every_type_is_finite_and_as_large_as_planned() {
        let model = few_layers(Numbers::RandomF16);
        let mut types = std::collections::BTreeSet::new();
        for target in blocks::BlockType::ALL.map(Target::Blocks) {
            let folder = quantized(&model, target).unwrap();
            let file = block_on(folder.open(SINGLE_FILE)).unwrap().unwrap();
            let tensors = block_on(Tensors::open(file)).unwrap();
            // The largest are looked at elsewhere.
            for name in tensors.names().filter(|name| name.starts_with("vae.") || name.contains(".attn")) {
                let raw = block_on(tensors.read(name)).unwrap();
                assert!(raw.to_f32().unwrap().iter().all(|value| value.is_finite()), "{target:?} {name}");
                if let DType::Block(block) = raw.dtype {
                    types.insert(block);
                }
            }
        }
        assert_eq!(types.len(), blocks::BlockType::ALL.len());
    }
}
