//! First and last rows, repeated ids, every type of table.

use super::{embedding, gpu::run_in_windows};
use crate::{
    BlockType, DType, Device, KernelError, Tensor,
    device::Backend,
    tensor::Storage,
    test_support::{self, Case, F32_CEILING, FileWeight, NARROW_CEILING, gpu, values},
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

/// For each type of blocks: rows that are whole blocks, and rows that share them.
fn block_cases() -> Vec<Embedding> {
    let cases = |block: BlockType| {
        let dtype = DType::Block(block);
        [
            Embedding { ids: &[2, 0, 2, 1], rows: 3, channels: block.values() * 2, dtype },
            Embedding { ids: &[63, 0, 7, 8], rows: 64, channels: 36, dtype },
            Embedding { ids: &[1, 255, 36, 37], rows: 256, channels: 7, dtype },
        ]
    };
    BlockType::ALL.into_iter().flat_map(cases).collect()
}

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
fn cpu_matches_reference_with_blocks() {
    test_support::cpu_matches_reference(&block_cases());
}

#[test]
fn gpu_matches_cpu_with_blocks() {
    test_support::gpu_matches_cpu(&block_cases());
}

/// Large enough for the CPU to keep it as it is.
#[test]
fn a_large_table_keeps_its_size_on_the_cpu() -> Result<(), KernelError> {
    let (rows, channels) = (4096, 260);
    let plain = [DType::F16, DType::BF16, DType::I8].into_iter();
    for dtype in plain.chain([BlockType::Q4_1, BlockType::Q3_K].map(DType::Block)) {
        let device = Device::cpu();
        let file = FileWeight::random(1, &[rows, channels], dtype);
        let table = file.upload(&device)?;
        let scales = if dtype == DType::I8 { rows * 4 } else { 0 };
        assert_eq!(device.stats().live_bytes, (file.data().bytes.len() + scales) as u64, "{dtype:?}");
        let expected = [4095, 0, 77].map(|row| &file.values[row * channels..][..channels]).concat();
        assert_eq!(values(embedding(&[4095, 0, 77], &table)?)?, expected, "{dtype:?}");
    }
    Ok(())
}

/// As if a binding were so small that a table takes several.
#[test]
fn gpu_finds_rows_in_any_window() -> Result<(), KernelError> {
    let device = gpu();
    let Backend::Gpu(gpu) = device.backend() else { panic!("it is a GPU") };
    let ids: Vec<u32> = (0..700).rev().collect();
    let plain = [DType::F32, DType::F16, DType::I8].into_iter();
    for dtype in plain.chain([BlockType::Q4_0, BlockType::Q8_0].map(DType::Block)) {
        for (channels, windows) in [(64, 2), (96, 2)] {
            let file = FileWeight::random(1, &[ids.len(), channels], dtype);
            let table = file.upload(&device)?;
            let before = device.stats().dispatches;
            let limit_bytes = file.data().bytes.len() as u64 / 2;
            let out = run_in_windows(gpu, &ids, table.on_gpu("embedding")?, channels, limit_bytes)?;
            assert!(device.stats().dispatches - before >= windows, "{dtype:?}, {channels} channels");
            let out = values(Tensor::new(device.clone(), &[ids.len(), channels], Storage::Gpu(out)))?;
            let expected: Vec<f32> = file.values.chunks_exact(channels).rev().flatten().copied().collect();
            assert_eq!(out, expected, "{dtype:?}, {channels} channels");
        }
    }
    Ok(())
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
