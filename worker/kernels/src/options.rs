//! How a GPU is chosen, and what for.

/// How work asks for buffers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Demand {
    /// For the same ones again and again, as a denoiser does step by step.
    #[default]
    Repeated,
    /// Once, as autoencoders do, whose large activations come in many sizes: what lies idle is held to what is in use.
    Passing,
}

/// Wishes for [`Device::gpu`](crate::Device::gpu). The default takes the fastest adapter with all its limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GpuOptions {
    /// Insist on a software adapter. It is slow, but it is the same everywhere: useful in tests.
    pub fallback_adapter: bool,
    /// Ask only for the limits that every WebGPU device has (128 MiB a binding, 256 invocations, 16 KiB of
    /// workgroup memory), whatever the adapter offers.
    pub default_limits: bool,
    /// Compute nothing: buffers are made, kept and freed and dispatches are counted as ever, but nothing is uploaded
    /// or run, and whatever is read back is zero. Tells in seconds how much memory a model would take.
    pub dry_run: bool,
    /// Plan as for a graphics card, even for an emulated one: batches as large as it takes, and in a dry run bindings
    /// of 1 GiB unless the limits are to be the default ones. A real run's bindings are the adapter's own.
    pub graphics_card: bool,
    /// Time every dispatch: see [`Device::profile`](crate::Device::profile). Slower, since each gets a pass of its own.
    pub profile: bool,
    /// Run out of memory where all buffers would take more than this, as an adapter with so little does.
    pub memory_limit_bytes: Option<u64>,
}
