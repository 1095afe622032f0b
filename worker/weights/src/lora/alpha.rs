//! Alphas, which scale what a file adds to its modules.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{LoraError, LoraPart, Modules};
use crate::{DType, Tensors};

/// The alphas that a file has as tensors.
pub(super) struct Alphas {
    own: BTreeMap<(LoraPart, String), f64>,
    /// What most modules of a part have.
    usual: BTreeMap<LoraPart, f64>,
}

impl Alphas {
    pub(super) async fn read(tensors: &Tensors, modules: &Modules) -> Result<Self, LoraError> {
        let mut own = BTreeMap::new();
        for (module, found) in modules {
            if let Some(tensor) = &found.alpha {
                own.insert(module.clone(), number(tensors, tensor).await?);
            }
        }
        Ok(Self::from(own))
    }

    /// A module's alpha. One that has none in a part where others have takes the one that most of them have, as in
    /// diffusers (`get_peft_kwargs`).
    pub(super) fn of(&self, part: LoraPart, module: &str) -> Option<f64> {
        self.own.get(&(part, module.to_owned())).or_else(|| self.usual.get(&part)).copied()
    }
}

impl From<BTreeMap<(LoraPart, String), f64>> for Alphas {
    fn from(own: BTreeMap<(LoraPart, String), f64>) -> Self {
        // How many modules have it, and which is the first.
        let mut counts: BTreeMap<(LoraPart, u64), (usize, usize)> = BTreeMap::new();
        for (place, ((part, _), alpha)) in own.iter().enumerate() {
            counts.entry((*part, alpha.to_bits())).or_insert((0, place)).0 += 1;
        }
        let mut ranked: Vec<_> = counts.into_iter().collect();
        // The most common last, the first of equals.
        ranked.sort_by_key(|&(_, (count, first))| (count, Reverse(first)));
        let usual = ranked.into_iter().map(|((part, bits), _)| (part, f64::from_bits(bits))).collect();
        Self { own, usual }
    }
}

/// A tensor of one number, of any kind that trainers write.
async fn number(tensors: &Tensors, tensor: &str) -> Result<f64, LoraError> {
    let bad = |got: String| LoraError::BadAlpha { place: format!("tensor {tensor}"), got };
    let info = tensors.get(tensor).ok_or_else(|| bad("not there".to_owned()))?;
    // Before it is read: it may claim to be as large as the file.
    if info.shape.iter().any(|&axis| axis != 1) {
        return Err(bad(format!("of shape {:?}", info.shape)));
    }
    let raw = tensors.read(tensor).await?;
    let number = match (raw.dtype, raw.bytes.as_slice().try_into()) {
        (DType::Other(safetensors::Dtype::I64), Ok(bytes)) => i64::from_le_bytes(bytes) as f64,
        (DType::Other(safetensors::Dtype::F64), Ok(bytes)) => f64::from_le_bytes(bytes),
        _ => raw.to_f32()?.first().copied().map_or(f64::NAN, f64::from),
    };
    Some(number).filter(|number| number.is_finite()).ok_or_else(|| bad(number.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_alpha_takes_what_most_have() {
        let alphas = |all: &[(LoraPart, &str, f64)]| {
            let own = all.iter().map(|&(part, module, alpha)| ((part, module.to_owned()), alpha));
            Alphas::from(own.collect::<BTreeMap<_, _>>())
        };
        let some =
            alphas(&[(LoraPart::UNet, "a", 8.0), (LoraPart::UNet, "b", 4.0), (LoraPart::UNet, "c", 4.0)]);
        assert_eq!(some.of(LoraPart::UNet, "a"), Some(8.0));
        assert_eq!(some.of(LoraPart::UNet, "d"), Some(4.0));
        assert_eq!(some.of(LoraPart::TextEncoder, "d"), None, "another part");
        let equals = alphas(&[(LoraPart::UNet, "a", 2.0), (LoraPart::UNet, "b", 4.0)]);
        assert_eq!(equals.of(LoraPart::UNet, "c"), Some(2.0), "the first of equals");
        assert_eq!(alphas(&[]).of(LoraPart::UNet, "a"), None);
    }
}
