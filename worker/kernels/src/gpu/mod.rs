//! The GPU device: WebGPU in a browser; Vulkan, Metal or DX12 elsewhere.
//!
//! Operators record dispatches; nothing runs until a batch is full, a checkpoint comes or a result is read. All
//! kernels are plain WGSL within WebGPU's default limits, and the same text runs everywhere.

mod adapter;
mod ahead;
mod bindings;
mod buffer;
mod dispatch;
mod flight;
mod health;
mod mode;
mod pipelines;
mod pool;
mod product;
mod profile;
mod recorder;
mod tempo;
mod transfer;
mod trial;
mod tuning;
mod weight;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

pub(crate) use buffer::Buffer;
pub(crate) use dispatch::{Cut, Dispatch, Tiled, words};
pub(crate) use product::{Moments, Product, Windows};
pub use profile::Timing;
pub(crate) use weight::Weight;

use crate::{Demand, GpuOptions, KernelError, Stats, shader::Kernel};
use bindings::Bindings;
use flight::Flight;
use health::Health;
use mode::Mode;
use pipelines::Pipelines;
use pool::{Fate, Pool};
use profile::Profiler;
use recorder::{Command, Recorder};
use tempo::Tempo;
use tuning::Tuning;

/// Submissions that may be on their way while more work is recorded: enough to keep the GPU busy, few enough that
/// a cancelled job stops soon.
const SUBMISSIONS_IN_FLIGHT: usize = 2;

/// Dispatches that make a batch worth submitting at a checkpoint.
const WORTHWHILE_DISPATCHES: usize = 24;

/// What a dry run takes a graphics card's binding to hold: most hold more, but no tensor is made larger than this.
const GRAPHICS_CARD_BINDING_BYTES: u64 = 1 << 30;

/// An open GPU.
pub(crate) struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    name: String,
    is_software: bool,
    mode: Mode,
    /// Largest tensor or weight that a kernel can see at once.
    binding_limit_bytes: u64,
    buffer_limit_bytes: u64,
    /// Bytes that all buffers may take.
    memory_limit_bytes: u64,
    workgroups_per_axis: u32,
    health: Health,
    pool: Pool,
    pipelines: Pipelines,
    /// Kernels that a run without computation would have needed, as they came.
    met: RefCell<Vec<Kernel>>,
    /// Shared with rehearsals, which are to meet the kernels that will run.
    tuning: Rc<RefCell<Tuning>>,
    bindings: Bindings,
    recorder: RefCell<Recorder>,
    flight: RefCell<Flight>,
    /// Stands in for inputs that a call leaves out.
    nothing: Buffer,
    dispatches: Cell<u64>,
    submits: Cell<u64>,
    bytes_uploaded: Cell<u64>,
    /// Uploaded since the last submission: the queue keeps copies until then.
    bytes_queued: Cell<u64>,
}

impl Gpu {
    pub(crate) async fn new(options: &GpuOptions) -> Result<Self, KernelError> {
        let opened = adapter::open(options).await?;
        let limits = opened.device.limits();
        let health = Health::watch(&opened.device);
        let tempo = Tempo::new(
            opened.is_software && !options.graphics_card,
            options.dry_run || options.graphics_card,
        );
        let profiler = options.profile.then(|| Profiler::new(&opened.device, &opened.queue));
        let recorder = Recorder::new(&opened.device, tempo, profiler);
        let binding_limit_bytes = match options.dry_run && options.graphics_card && !options.default_limits {
            true => GRAPHICS_CARD_BINDING_BYTES,
            false => limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
        };
        let mode = if options.dry_run { Mode::Dry } else { Mode::Real };
        let mut gpu = Self::with(opened, health, recorder, binding_limit_bytes, mode);
        gpu.memory_limit_bytes = options.memory_limit_bytes.unwrap_or(u64::MAX);
        gpu.check()?;
        Ok(gpu)
    }

    /// One that has done nothing yet.
    fn with(
        opened: adapter::Opened,
        health: Health,
        recorder: Recorder,
        binding_limit_bytes: u64,
        mode: Mode,
    ) -> Self {
        let adapter::Opened { device, queue, name, is_software } = opened;
        let subgroups = device.features().contains(wgpu::Features::SUBGROUP);
        let limits = device.limits();
        let pool = Pool::default();
        let nothing = Buffer::new(pool.create(&device, mode::STAND_IN_BYTES, Fate::Freed));
        Self {
            binding_limit_bytes,
            buffer_limit_bytes: limits.max_buffer_size,
            memory_limit_bytes: u64::MAX,
            workgroups_per_axis: limits.max_compute_workgroups_per_dimension,
            recorder: RefCell::new(recorder),
            pipelines: Pipelines::default(),
            met: RefCell::default(),
            tuning: Rc::new(RefCell::new(Tuning::new(subgroups))),
            bindings: Bindings::default(),
            flight: RefCell::default(),
            dispatches: Cell::default(),
            submits: Cell::default(),
            bytes_uploaded: Cell::default(),
            bytes_queued: Cell::default(),
            device,
            queue,
            name,
            is_software,
            mode,
            health,
            pool,
            nothing,
        }
    }

    pub(crate) fn is_software(&self) -> bool {
        self.is_software
    }

    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    pub(crate) fn fingerprint(&self) -> String {
        let limits = self.device.limits();
        let sizes = [
            limits.max_buffer_size,
            limits.max_storage_buffer_binding_size,
            limits.max_compute_workgroup_storage_size.into(),
            limits.max_compute_invocations_per_workgroup.into(),
            limits.max_storage_buffers_per_shader_stage.into(),
        ];
        format!("{} {sizes:?}", self.name)
    }

    /// A buffer of `len` values, whatever they are.
    ///
    /// # Errors
    /// [`KernelError::TooLarge`] when no kernel could see all of it.
    pub(crate) fn allocate(&self, len: usize) -> Result<Buffer, KernelError> {
        let bytes = len as u64 * 4;
        if bytes > self.binding_limit_bytes {
            return Err(too_large("a tensor", bytes, self.binding_limit_bytes));
        }
        let class = self.mode.bytes(pool::size_class(bytes, self.binding_limit_bytes));
        if let Some(lease) = self.pool.reuse(class) {
            return Ok(Buffer::new(lease));
        }
        if self.pool.is_bloated() {
            self.flush();
            self.pool.empty();
        }
        Ok(Buffer::new(self.create(class, Fate::Idle)?))
    }

    fn create(&self, bytes: u64, fate: Fate) -> Result<pool::Lease, KernelError> {
        self.check()?;
        let bytes = self.mode.bytes(bytes);
        if !self.is_rehearsal() {
            self.health.expect_buffer(bytes);
        }
        if self.pool.live_and_peak_bytes().0 + bytes > self.memory_limit_bytes {
            self.health.run_out_of_memory();
            self.check()?;
        }
        let lease = self.pool.create(&self.device, bytes, fate);
        // A native device tells at once when it has no room; a browser tells at a later checkpoint.
        self.check()?;
        Ok(lease)
    }

    /// Fails when the device was lost, or once for each error that came up since the last look.
    fn check(&self) -> Result<(), KernelError> {
        if self.is_rehearsal() {
            // What the real device reports is not for its twin, which has other buffers.
            return self.health.check_presence();
        }
        let outcome = self.health.check();
        if let Err(KernelError::OutOfMemory { .. }) = outcome {
            self.flush();
            self.pool.distrust();
        }
        outcome
    }

    /// See [`Device::change_work`](crate::Device::change_work).
    pub(crate) fn change_work(&self, demand: Demand) {
        // Weights that were dropped go with it.
        self.flush();
        self.pool.empty();
        self.pool.expect(demand == Demand::Passing);
    }

    /// Submits recorded work once it is worth it, and waits while too much is in flight.
    pub(crate) async fn checkpoint(&self) -> Result<(), KernelError> {
        if self.recorder.borrow().is_worthwhile(WORTHWHILE_DISPATCHES) {
            self.flush();
        }
        self.wait_until_in_flight(SUBMISSIONS_IN_FLIGHT).await;
        self.check()
    }

    async fn wait_until_in_flight(&self, allowed: usize) {
        loop {
            let overdue = self.flight.borrow_mut().overdue(allowed);
            match overdue {
                Some(submission) => submission.arrive(&self.device).await,
                None => return,
            }
        }
    }

    /// Submits recorded work.
    fn flush(&self) {
        let recorder = &mut *self.recorder.borrow_mut();
        if !self.mode.computes() && !recorder.is_empty() {
            self.submits.set(self.submits.get() + 1);
            self.bytes_queued.set(0);
            recorder.forget();
        }
        if let Some((index, work)) = recorder.submit(&self.device, &self.queue) {
            self.submits.set(self.submits.get() + 1);
            self.bytes_queued.set(0);
            self.flight.borrow_mut().depart(&self.queue, index, work, recorder.tempo());
        }
        self.pool.bury_retired();
    }

    pub(crate) fn stats(&self) -> Stats {
        let (live_bytes, peak_bytes) = self.pool.live_and_peak_bytes();
        Stats {
            dispatches: self.dispatches.get(),
            submits: self.submits.get(),
            pipelines: self.pipelines.count() + self.met.borrow().len() as u64,
            bind_groups: self.bindings.made(),
            buffers: self.pool.made(),
            bytes_uploaded: self.bytes_uploaded.get(),
            live_bytes,
            peak_bytes,
        }
    }

    /// What was measured here: names of variants by names of classes.
    pub(crate) fn tuned(&self) -> BTreeMap<String, String> {
        self.tuning.borrow().names()
    }

    /// Takes over what an earlier device of this adapter measured.
    pub(crate) fn recall_tuned(&self, names: BTreeMap<String, String>) {
        self.tuning.borrow_mut().recall(names);
    }

    /// See [`Tuning::settle_all`].
    #[cfg(test)]
    pub(crate) fn settle_all(&self, nth: usize) -> bool {
        self.tuning.borrow_mut().settle_all(nth)
    }

    pub(crate) fn destroy(&self) {
        self.health.lose("it was destroyed on purpose");
        self.device.destroy();
    }

    pub(crate) fn is_lost(&self) -> bool {
        self.health.is_lost()
    }
}

fn too_large(what: &str, bytes: u64, limit_bytes: u64) -> KernelError {
    KernelError::TooLarge { what: what.to_owned(), bytes, limit_bytes }
}
