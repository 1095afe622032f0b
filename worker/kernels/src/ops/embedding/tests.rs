//! First and last rows, repeated ids, every type of table.

use super::embedding;
use crate::{
    DType, Device, KernelError, Tensor,
    test_support::{self, Case, F32_CEILING, FileWeight, NARROW_CEILING},
};

#[derive(Debug)]
struct Embedding {
    ids: &'static [u32],
    rows: usize,
    channels: usize,
    dtype: DType,
}

const CASES: &[Embedding] = &[
    Embedding { ids: &[0], rows: 1, channels: 1, dtype: DType::F32 },
    Embedding { ids: &[4, 0, 4, 2], rows: 5, channels: 7, dtype: DType::F32 },
    Embedding { ids: &[1000, 3, 999], rows: 1001, channels: 768, dtype: DType::F32 },
    Embedding { ids: &[1000, 3, 999], rows: 1001, channels: 768, dtype: DType::F16 },
    Embedding { ids: &[1, 0, 2], rows: 3, channels: 5, dtype: DType::F16 },
    Embedding { ids: &[1, 0, 2], rows: 3, channels: 5, dtype: DType::BF16 },
    Embedding { ids: &[2, 2, 1, 0], rows: 3, channels: 65, dtype: DType::I8 },
    Embedding { ids: &[64, 63, 0], rows: 65, channels: 64, dtype: DType::I8 },
];

impl Embedding {
    fn table(&self) -> FileWeight {
        FileWeight::random(1, &[self.rows, self.channels], self.dtype)
    }
}

impl Case for Embedding {
    fn run(&self, device: &Device) -> Result<Tensor, KernelError> {
        embedding(self.ids, &self.table().upload(device)?)
    }

    fn reference(&self) -> Vec<f64> {
        let table = self.table().values;
        let mut out = Vec::new();
        for &id in self.ids {
            for channel in 0..self.channels {
                out.push(f64::from(table[id as usize * self.channels + channel]));
            }
        }
        out
    }

    fn gpu_ceiling(&self) -> f64 {
        if self.dtype == DType::F32 { F32_CEILING } else { NARROW_CEILING }
    }
}

#[test]
fn cpu_matches_reference() {
    test_support::cpu_matches_reference(CASES);
}

#[test]
fn gpu_matches_cpu() {
    test_support::gpu_matches_cpu(CASES);
}

#[test]
fn wrong_ids_are_refused() -> Result<(), KernelError> {
    let device = Device::cpu();
    let table = FileWeight::random(1, &[3, 2], DType::F32).upload(&device)?;
    let filter = FileWeight::random(1, &[3, 2, 1, 1], DType::F32).upload(&device)?;
    for result in [embedding(&[3], &table), embedding(&[], &table), embedding(&[0], &filter)] {
        assert!(matches!(result, Err(KernelError::Shape { op: "embedding", .. })));
    }
    Ok(())
}
