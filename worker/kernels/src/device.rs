//! The device that tensors live on.

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    CancelToken, Demand, GpuOptions, KernelError, Stats, Tensor, Timing, Weight, WeightData,
    cpu::Cpu,
    gpu::Gpu,
    pace::Pace,
    tensor::{self, Storage},
    weight,
};

/// Wasm has 4 GiB for everything, and a residual block holds four or five tensors at a time.
const CPU_TENSOR_BYTES: u64 = 256 << 20;

/// Graphics memory is not told; 1 GiB a tensor suits cards of 8 GiB.
const GPU_TENSOR_BYTES: u64 = 1 << 30;

/// A handle on the CPU or on one GPU. Clones share the device.
#[derive(Clone)]
pub struct Device(Rc<Inner>);

struct Inner {
    backend: Backend,
    cancel: CancelToken,
    pace: Pace,
}

/// Where the arithmetic happens.
pub(crate) enum Backend {
    Cpu(Cpu),
    Gpu(Box<Gpu>),
}

impl Device {
    fn new(backend: Backend) -> Self {
        Self::with(backend, CancelToken::default())
    }

    fn with(backend: Backend, cancel: CancelToken) -> Self {
        Self(Rc::new(Inner { backend, cancel, pace: Pace::new() }))
    }

    /// The CPU: matrix products (SIMD; threads where there are threads), plain loops for the rest.
    pub fn cpu() -> Self {
        Self::new(Backend::Cpu(Cpu::default()))
    }

    /// Opens a GPU.
    ///
    /// # Errors
    /// [`KernelError::NoAdapter`] when there is none.
    pub async fn gpu(options: GpuOptions) -> Result<Self, KernelError> {
        Ok(Self::new(Backend::Gpu(Box::new(Gpu::new(&options).await?))))
    }

    /// A twin of a GPU, to go through work without doing it: nothing is uploaded, run or read back, buffers are small
    /// ones that stand in, and weights need no bytes. It learns which kernels the work needs, for
    /// [`compile_for`](Self::compile_for). A set token cancels it, too. None where nothing has to be compiled: on the
    /// CPU and in dry runs.
    pub fn rehearsal(&self) -> Option<Self> {
        match self.backend() {
            Backend::Cpu(_) => None,
            Backend::Gpu(gpu) => {
                let twin = Backend::Gpu(Box::new(gpu.rehearsal()?));
                Some(Self::with(twin, self.cancel_token()))
            }
        }
    }

    /// True for a device made by [`Device::rehearsal`].
    pub fn is_rehearsal(&self) -> bool {
        matches!(self.backend(), Backend::Gpu(gpu) if gpu.is_rehearsal())
    }

    /// Compiles what a rehearsal has met and what is not compiled yet. `progress` hears how many are done of how many,
    /// from 0 on; nothing when there is nothing to do.
    ///
    /// # Errors
    /// [`KernelError::Cancelled`] soon after the token is set; what is compiled by then is kept.
    /// [`KernelError::Gpu`] when the driver refuses a kernel.
    pub async fn compile_for(
        &self,
        rehearsal: &Self,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), KernelError> {
        match (self.backend(), rehearsal.backend()) {
            (Backend::Gpu(gpu), Backend::Gpu(twin)) => {
                gpu.compile(&twin.met(), &self.0.cancel, progress).await
            }
            _ => Ok(()),
        }
    }

    /// Other work begins, of other sizes: weights that were dropped and activations that lie idle are freed now.
    pub fn change_work(&self, demand: Demand) {
        if let Backend::Gpu(gpu) = self.backend() {
            gpu.change_work(demand);
        }
    }

    /// Tells an adapter from others, by what a browser says of it: its name, which may be empty there, and its limits. The
    /// same at every visit.
    pub fn fingerprint(&self) -> String {
        match self.backend() {
            Backend::Cpu(_) => "CPU".to_owned(),
            Backend::Gpu(gpu) => gpu.fingerprint(),
        }
    }

    /// Measures, for the kind of operation that did most of the work so far and was not measured yet, which form of its
    /// kernel is fastest here. Takes some tenths of a second: for times when nobody waits. Results do not depend on it, to
    /// the bit. False when there is nothing left to measure, as on the CPU.
    ///
    /// # Errors
    /// [`KernelError::Cancelled`] soon after the token is set, and the device's own errors.
    pub async fn tune(&self) -> Result<bool, KernelError> {
        match self.backend() {
            Backend::Cpu(_) => Ok(false),
            Backend::Gpu(gpu) => gpu.tune(&self.0.cancel).await,
        }
    }

    /// What [`tune`](Self::tune) found out and [`recall_tuned`](Self::recall_tuned) was told: names of forms by names of
    /// kinds of operations.
    pub fn tuned(&self) -> BTreeMap<String, String> {
        match self.backend() {
            Backend::Cpu(_) => BTreeMap::new(),
            Backend::Gpu(gpu) => gpu.tuned(),
        }
    }

    /// Takes over what an earlier device on the same adapter found out. Names that mean nothing here have no effect.
    pub fn recall_tuned(&self, tuned: BTreeMap<String, String>) {
        if let Backend::Gpu(gpu) = self.backend() {
            gpu.recall_tuned(tuned);
        }
    }

    /// True for a device made by [`Device::gpu`].
    pub fn is_gpu(&self) -> bool {
        matches!(self.backend(), Backend::Gpu(_))
    }

    /// True for a GPU that is emulated on the CPU: correct, but much slower than [`Device::cpu`].
    pub fn is_software_adapter(&self) -> bool {
        match self.backend() {
            Backend::Cpu(_) => false,
            Backend::Gpu(gpu) => gpu.is_software(),
        }
    }

    /// Name for a person, as the driver gives it.
    pub fn name(&self) -> String {
        match self.backend() {
            Backend::Cpu(_) => "CPU".to_owned(),
            Backend::Gpu(gpu) => gpu.name(),
        }
    }

    /// The largest tensor that should be made here, in bytes: what one kernel can see at once on a GPU, and no more
    /// than leaves room for the others that an operator needs. Networks that can work in strips do so above it.
    pub fn largest_tensor_bytes(&self) -> u64 {
        match self.backend() {
            Backend::Cpu(_) => CPU_TENSOR_BYTES,
            Backend::Gpu(gpu) => gpu.binding_limit_bytes().min(GPU_TENSOR_BYTES),
        }
    }

    /// Uploads `data`, row-major in `shape`.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when `shape` is empty in some axis or does not hold `data.len()` values, and the
    /// device's own errors when the buffer cannot be made.
    pub fn tensor(&self, shape: &[usize], data: &[f32]) -> Result<Tensor, KernelError> {
        if tensor::checked_len("tensor", shape)? != data.len() {
            return Err(KernelError::shape("tensor", format!("{} values", data.len()), shape));
        }
        let storage = match self.backend() {
            Backend::Cpu(cpu) => Storage::Cpu(cpu.upload(data)?),
            Backend::Gpu(gpu) => Storage::Gpu(gpu.upload(data)?),
        };
        Ok(Tensor::new(self.clone(), shape, storage))
    }

    /// A tensor full of zeros.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when `shape` is empty in some axis, and the device's own errors when the buffer
    /// cannot be made.
    pub fn zeros(&self, shape: &[usize]) -> Result<Tensor, KernelError> {
        let len = tensor::checked_len("zeros", shape)?;
        let storage = match self.backend() {
            Backend::Cpu(cpu) => Storage::Cpu(cpu.array(vec![0.0; len])?),
            Backend::Gpu(gpu) => Storage::Gpu(gpu.zeros(len)?),
        };
        Ok(Tensor::new(self.clone(), shape, storage))
    }

    /// Uploads a weight matrix `[n, k]`, a table `[v, c]` or a filter `[o, i, kh, kw]`. Weights keep the type of the
    /// file: the GPU widens a tile when it is loaded, the CPU some rows while they are multiplied. Only small ones
    /// are widened by the CPU here, once.
    ///
    /// # Errors
    /// [`KernelError::Shape`] when shape, bytes and scales do not agree, and the device's own errors when the
    /// buffer cannot be made.
    pub fn weight(&self, data: WeightData<'_>) -> Result<Weight, KernelError> {
        if !self.is_rehearsal() {
            data.check()?;
        }
        let storage = match self.backend() {
            Backend::Cpu(cpu) => weight::Storage::Cpu(cpu.weight(&data)?),
            Backend::Gpu(gpu) => weight::Storage::Gpu(gpu.weight(&data)?),
        };
        Ok(Weight::new(self.clone(), &data, storage))
    }

    /// The pause between two blocks of a model: hands recorded work to the GPU (waiting while too much is in
    /// flight), lets a browser's event loop turn when it has stood still for 30 ms, then says whether to go on.
    ///
    /// # Errors
    /// [`KernelError::Cancelled`] when the token is set, [`KernelError::DeviceLost`] when the GPU is gone.
    pub async fn checkpoint(&self) -> Result<(), KernelError> {
        if let Backend::Gpu(gpu) = self.backend() {
            gpu.checkpoint().await?;
        }
        self.0.pace.give_way().await;
        if self.0.cancel.is_cancelled() { Err(KernelError::Cancelled) } else { Ok(()) }
    }

    /// The flag that makes [`checkpoint`](Self::checkpoint) fail.
    pub fn cancel_token(&self) -> CancelToken {
        self.0.cancel.clone()
    }

    /// Counters since the device was made.
    pub fn stats(&self) -> Stats {
        match self.backend() {
            Backend::Cpu(cpu) => cpu.stats(),
            Backend::Gpu(gpu) => gpu.stats(),
        }
    }

    /// Every dispatch since the last call with the time that it took, in their order. None on the CPU, and without
    /// [`GpuOptions::profile`].
    ///
    /// # Errors
    /// The device's own, when it was lost meanwhile.
    pub async fn profile(&self) -> Result<Vec<Timing>, KernelError> {
        match self.backend() {
            Backend::Cpu(_) => Ok(Vec::new()),
            Backend::Gpu(gpu) => gpu.profile().await,
        }
    }

    /// Destroys the GPU device under its tensors, as a driver reset would. Nothing on the CPU.
    pub fn destroy(&self) {
        if let Backend::Gpu(gpu) = self.backend() {
            gpu.destroy();
        }
    }

    /// True once the GPU is gone: every tensor and weight on it must be made again on a new device.
    pub fn is_lost(&self) -> bool {
        match self.backend() {
            Backend::Cpu(_) => false,
            Backend::Gpu(gpu) => gpu.is_lost(),
        }
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.0.backend
    }

    /// True when both handles are of one device.
    pub fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Device {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Device({})", self.name())
    }
}

#[cfg(test)]
mod tests;
