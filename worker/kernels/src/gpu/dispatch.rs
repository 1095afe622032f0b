//! One run of a kernel.

use std::num::NonZeroU64;

use wgpu::BufferBinding;

use super::{
    Buffer, Gpu,
    recorder::{Command, PARAMS_BYTES},
    too_large,
    trial::Trial,
    tuning::Class,
};
use crate::{
    KernelError, Shape, Timing,
    parts::{even_part, parts},
    shader::Kernel,
};

/// A kernel with everything it needs.
pub(crate) struct Dispatch<'a> {
    pub(crate) kernel: Kernel,
    /// What it reads, in the order of its bindings.
    pub(crate) inputs: &'a [BufferBinding<'a>],
    /// What it writes. Never one of the inputs.
    pub(crate) out: &'a Buffer,
    /// The fields of its `Params`, at most 64.
    pub(crate) params: &'a [u32],
    /// How many workgroups; the kernel finds its own by `workgroup_index`.
    pub(crate) workgroups: usize,
    /// Estimated work, so that no submission keeps the GPU for long.
    pub(crate) flops: u64,
    /// The operation that this is all or a part of.
    pub(crate) shape: Shape,
    /// Workgroups of all its parts.
    pub(crate) of_workgroups: usize,
}

/// Tiles of one operation, a workgroup each, which may be cut into several runs.
pub(crate) struct Tiled<'a> {
    /// The form that follows from the sizes. Another variant may be faster here.
    pub(crate) kernel: Kernel,
    /// What it reads, in the order of its bindings.
    pub(crate) inputs: &'a [BufferBinding<'a>],
    /// What it writes. Never one of the inputs.
    pub(crate) out: &'a Buffer,
    pub(crate) shape: Shape,
    /// How a variant cuts it.
    pub(crate) cut: &'a dyn Fn(Kernel) -> Cut,
    /// The fields of `Params` before its first and end tile, and those behind.
    pub(crate) words: [&'a [u32]; 2],
}

/// How an operation is cut into tiles.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    pub(crate) tiles: usize,
    /// Estimated work of a tile.
    pub(crate) flops_per_tile: u64,
}

impl Cut {
    /// Estimated work of so many tiles.
    pub(crate) fn flops(self, tiles: usize) -> u64 {
        tiles as u64 * self.flops_per_tile
    }
}

/// What one value costs a kernel that only moves memory, in floating-point operations that take as long.
const FLOPS_PER_MOVED_VALUE: u64 = 100;

impl Gpu {
    /// Records a run.
    pub(crate) fn dispatch(&self, dispatch: &Dispatch<'_>) -> Result<(), KernelError> {
        self.check()?;
        let class = Class::of(dispatch.kernel, dispatch.shape);
        if self.recorder.borrow().is_full_for(class, dispatch.flops) {
            self.flush();
        }
        let workgroups = self.fold(dispatch.workgroups)?;
        self.dispatches.set(self.dispatches.get() + 1);
        if !self.mode.computes() {
            self.meet(dispatch.kernel);
            dispatch.inputs.iter().try_for_each(|input| self.check_binding(input))?;
            // Takes its place in the batch, so that buffers are freed when they would be.
            let recorder = &mut *self.recorder.borrow_mut();
            recorder.push_params(dispatch.params);
            recorder.push_run(Command::Nothing, class, dispatch.flops);
            return Ok(());
        }
        let compiled = self.pipelines.get(&self.device, dispatch.kernel)?;
        let recorder = &mut *self.recorder.borrow_mut();
        if let Some(profiler) = recorder.profiler() {
            profiler.expect(self.untimed(dispatch));
        }
        let params = BufferBinding {
            buffer: recorder.params_buffer(),
            offset: 0,
            size: NonZeroU64::new(PARAMS_BYTES as u64),
        };
        let bindings = [&[params], dispatch.inputs, &[dispatch.out.binding()]].concat();
        let (kernel, burials) = (dispatch.kernel, self.pool.burials());
        let bindings = self.bindings.get(&self.device, kernel, &compiled.layout, &bindings, burials);
        let params_offset_bytes = recorder.push_params(dispatch.params);
        let pipeline = compiled.pipeline;
        let command = Command::Dispatch { pipeline, bindings, params_offset_bytes, workgroups };
        recorder.push_run(command, class, dispatch.flops);
        Ok(())
    }

    /// What a profile says of a dispatch before it has run.
    fn untimed(&self, dispatch: &Dispatch<'_>) -> Timing {
        let Dispatch { kernel, inputs, out, shape, workgroups, of_workgroups, .. } = *dispatch;
        let share = workgroups as f64 / of_workgroups.max(1) as f64;
        let part = |all: u64| (all as f64 * share).round() as u64;
        let are_there = inputs.iter().filter(|input| input.buffer != self.nothing.raw());
        let bytes = are_there.map(bytes_of).sum::<u64>() + out.raw().size();
        Timing { kernel, shape, flops: part(shape.flops()), bytes: part(bytes), seconds: 0.0 }
    }

    /// What the device itself checks of a real run's bindings, since a dry run makes none.
    fn check_binding(&self, binding: &BufferBinding<'_>) -> Result<(), KernelError> {
        let bytes = bytes_of(binding);
        if bytes > self.binding_limit_bytes {
            return Err(too_large("a kernel's input", bytes, self.binding_limit_bytes));
        }
        Ok(())
    }

    /// Records a run that writes each of `len` values once and costs little more than the memory traffic.
    pub(crate) fn dispatch_elementwise(
        &self,
        kernel: Kernel,
        inputs: &[BufferBinding<'_>],
        params: &[u32],
        len: usize,
        values_per_workgroup: usize,
    ) -> Result<Buffer, KernelError> {
        let out = self.allocate(len)?;
        let workgroups = len.div_ceil(values_per_workgroup);
        let flops = len as u64 * FLOPS_PER_MOVED_VALUE;
        let (shape, of_workgroups) = (Shape::Values(len), workgroups);
        self.dispatch(&Dispatch {
            kernel,
            inputs,
            out: &out,
            params,
            workgroups,
            flops,
            shape,
            of_workgroups,
        })?;
        Ok(out)
    }

    /// Records a run whose cost is to read `values` values.
    pub(crate) fn dispatch_reduction(
        &self,
        kernel: Kernel,
        inputs: &[BufferBinding<'_>],
        params: &[u32],
        out: &Buffer,
        workgroups: usize,
        values: usize,
    ) -> Result<(), KernelError> {
        let flops = values as u64 * FLOPS_PER_MOVED_VALUE;
        let (shape, of_workgroups) = (Shape::Values(values), workgroups);
        self.dispatch(&Dispatch { kernel, inputs, out, params, workgroups, flops, shape, of_workgroups })
    }

    /// Runs all tiles in the fastest known form, in even ranges that fit a submission each.
    pub(crate) fn dispatch_tiles(&self, work: &Tiled<'_>) -> Result<(), KernelError> {
        let Tiled { inputs, out, shape, words: [before, behind], .. } = *work;
        let kernel = self.form_of(work);
        let cut = (work.cut)(kernel);
        let tiles = cut.tiles;
        let budget_flops = self.budget_flops(Class::of(kernel, shape));
        let most = (budget_flops / cut.flops_per_tile.max(1)).max(1) as usize;
        // An eighth more than a submission should hold is better than one more for what is left.
        let tiles_per_dispatch = even_part(tiles, most + most / 8);
        for range in parts(tiles, tiles_per_dispatch) {
            let workgroups = range.len();
            self.dispatch(&Dispatch {
                kernel,
                inputs,
                out,
                params: &[before, &words([range.start, range.end])?, behind].concat(),
                workgroups,
                flops: cut.flops(workgroups),
                shape,
                of_workgroups: tiles,
            })?;
        }
        Ok(())
    }

    /// The form in which an operation runs.
    fn form_of(&self, work: &Tiled<'_>) -> Kernel {
        let tuning = &mut *self.tuning.borrow_mut();
        let class = Class::of(work.kernel, work.shape);
        let kernel = tuning.form(class);
        if self.mode.computes() {
            tuning.meet(class, work.shape.flops(), |variants| work.trial(variants));
        }
        kernel
    }

    /// What a submission may hold of a class.
    pub(super) fn budget_flops(&self, class: Class) -> u64 {
        self.recorder.borrow().tempo().budget_flops(class)
    }

    /// For inputs that a call leaves out.
    pub(crate) fn nothing(&self) -> &Buffer {
        &self.nothing
    }

    /// Largest part of a buffer that a kernel can see.
    pub(crate) fn binding_limit_bytes(&self) -> u64 {
        self.binding_limit_bytes
    }

    /// Spreads workgroups over two axes, since one axis is short (65535). The second axis rounds the number up.
    fn fold(&self, workgroups: usize) -> Result<[u32; 2], KernelError> {
        let longest = self.workgroups_per_axis as usize;
        let rows = workgroups.div_ceil(longest);
        let columns = workgroups.div_ceil(rows.max(1));
        match (u32::try_from(columns), u32::try_from(rows)) {
            (Ok(columns), Ok(rows)) if rows as usize <= longest => Ok([columns, rows]),
            _ => Err(KernelError::Gpu(format!("a dispatch of {workgroups} workgroups is too large"))),
        }
    }
}

impl Tiled<'_> {
    /// The same on stand-ins of its buffers, in some forms.
    fn trial(&self, variants: Vec<Kernel>) -> Trial {
        Trial {
            variants: variants.into_iter().map(|kernel| (kernel, (self.cut)(kernel))).collect(),
            words: self.words.map(<[u32]>::to_vec),
            input_bytes: self.inputs.iter().map(bytes_of).collect(),
            out_bytes: self.out.raw().size(),
            shape: self.shape,
            met_flops: 0,
        }
    }
}

/// Bytes that a kernel sees of a buffer.
fn bytes_of(binding: &BufferBinding<'_>) -> u64 {
    binding.size.map_or(binding.buffer.size() - binding.offset, NonZeroU64::get)
}

/// Sizes as the words of a kernel's parameters.
///
/// # Errors
/// [`KernelError::Gpu`] when one needs more than 32 bits: no buffer holds so many values.
pub(crate) fn words<const N: usize>(sizes: [usize; N]) -> Result<[u32; N], KernelError> {
    let mut words = [0; N];
    for (word, size) in words.iter_mut().zip(sizes) {
        *word =
            u32::try_from(size).map_err(|_| KernelError::Gpu(format!("a size of {size} is too large")))?;
    }
    Ok(words)
}
