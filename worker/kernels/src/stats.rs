//! Counters of a device.

/// What a [`Device`](crate::Device) has done so far, and what it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Operators run (CPU) or compute dispatches recorded (GPU).
    pub dispatches: u64,
    /// Command buffers submitted, or in a dry run those that would have been. Always 0 on the CPU.
    pub submits: u64,
    /// Pipelines compiled, or in a dry run those that would have been. Always 0 on the CPU.
    pub pipelines: u64,
    /// Bind groups made: what the same kernel reads and writes is bound once. Always 0 on the CPU.
    pub bind_groups: u64,
    /// Buffers made for tensors and weights; those that lie idle are used again. Always 0 on the CPU.
    pub buffers: u64,
    /// Bytes copied to the device: weights and uploaded tensors.
    pub bytes_uploaded: u64,
    /// Bytes held by living tensors and weights, and by the GPU's buffer pool.
    pub live_bytes: u64,
    /// The highest `live_bytes` so far.
    pub peak_bytes: u64,
}
