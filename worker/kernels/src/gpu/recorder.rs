//! Recorded work on its way to the queue.
//!
//! Each submission costs the host and the driver time, so dispatches are sent in batches. A batch is also limited
//! by its estimated work: see `tempo`.

use wgpu::{
    BindGroup, BufferDescriptor, BufferUsages, CommandEncoder, CommandEncoderDescriptor,
    ComputePassDescriptor, ComputePassTimestampWrites, ComputePipeline,
};

use super::{
    profile::Profiler,
    tempo::{Tempo, Work},
    tuning::Class,
};

/// Dispatches in one submission, at most.
pub(super) const BATCH: usize = 48;

/// Bytes of the parameters of one dispatch. WebGPU's default alignment of dynamic offsets.
pub(super) const PARAMS_BYTES: usize = 256;

/// One entry of a batch.
pub(super) enum Command {
    Dispatch {
        pipeline: ComputePipeline,
        bindings: BindGroup,
        params_offset_bytes: u32,
        workgroups: [u32; 2],
    },
    Clear {
        buffer: wgpu::Buffer,
    },
    Copy {
        from: wgpu::Buffer,
        to: wgpu::Buffer,
        bytes: u64,
    },
    /// A dispatch of a dry run.
    Nothing,
}

/// Collects commands, and the parameters of all of them in one uniform buffer.
pub(super) struct Recorder {
    commands: Vec<Command>,
    params: Vec<u8>,
    params_buffer: wgpu::Buffer,
    work: Work,
    /// How much of a submission the work takes up.
    share: f64,
    tempo: Tempo,
    profiler: Option<Profiler>,
}

impl Recorder {
    pub(super) fn new(device: &wgpu::Device, tempo: Tempo, profiler: Option<Profiler>) -> Self {
        let params_buffer = device.create_buffer(&BufferDescriptor {
            label: Some("params"),
            size: (BATCH * PARAMS_BYTES) as u64,
            usage: BufferUsages::UNIFORM | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let (commands, params, work) = (Vec::new(), Vec::new(), Vec::new());
        Self { commands, params, params_buffer, work, share: 0.0, tempo, profiler }
    }

    /// The uniform buffer that every bind group refers to. One serves all batches: the queue writes it between
    /// two submissions.
    pub(super) fn params_buffer(&self) -> &wgpu::Buffer {
        &self.params_buffer
    }

    /// What the measured times of submissions say.
    pub(super) fn tempo(&self) -> &Tempo {
        &self.tempo
    }

    /// What times the dispatches, if anything does.
    pub(super) fn profiler(&mut self) -> Option<&mut Profiler> {
        self.profiler.as_mut()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// True when work of this size belongs into the next batch.
    pub(super) fn is_full_for(&self, class: Class, flops: u64) -> bool {
        self.params.len() >= BATCH * PARAMS_BYTES
            || (!self.is_empty() && self.share + self.tempo.share(class, flops) > 1.0)
    }

    /// True when a batch of this many dispatches, or a quarter of the work that a submission may hold, is waiting.
    pub(super) fn is_worthwhile(&self, dispatches: usize) -> bool {
        self.commands.len() >= dispatches || self.share >= 0.25
    }

    /// Stores the parameters of the next dispatch and returns their place.
    pub(super) fn push_params(&mut self, words: &[u32]) -> u32 {
        let offset = self.params.len();
        self.params.extend_from_slice(bytemuck::cast_slice(words));
        self.params.resize(offset + PARAMS_BYTES, 0);
        // At most `BATCH * PARAMS_BYTES`.
        offset as u32
    }

    /// A run of a kernel.
    pub(super) fn push_run(&mut self, command: Command, class: Class, flops: u64) {
        self.commands.push(command);
        self.share += self.tempo.share(class, flops);
        self.work.push((class, flops));
    }

    /// What costs next to nothing.
    pub(super) fn push_transfer(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Drops all commands.
    pub(super) fn forget(&mut self) {
        self.commands.clear();
        self.params.clear();
        self.work.clear();
        self.share = 0.0;
    }

    /// Hands all commands to the queue, and tells how much work they are. Nothing happens when there are none.
    pub(super) fn submit(
        &mut self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
    ) -> Option<(wgpu::SubmissionIndex, Work)> {
        if self.commands.is_empty() {
            return None;
        }
        if !self.params.is_empty() {
            queue.write_buffer(&self.params_buffer, 0, &self.params);
        }
        let mut encoder = device.create_command_encoder(&CommandEncoderDescriptor::default());
        match &mut self.profiler {
            None => encode(&mut encoder, &self.commands),
            Some(profiler) => {
                encode_timed(&mut encoder, &self.commands, profiler);
                profiler.close(device, &mut encoder);
            }
        }
        let work = std::mem::take(&mut self.work);
        self.forget();
        Some((queue.submit([encoder.finish()]), work))
    }
}

/// Neighbouring dispatches share a compute pass.
fn encode(encoder: &mut CommandEncoder, commands: &[Command]) {
    for run in commands.chunk_by(|a, b| is_dispatch(a) && is_dispatch(b)) {
        match run {
            [command] if !is_dispatch(command) => encode_transfer(encoder, command),
            dispatches => encode_pass(encoder, dispatches, None),
        }
    }
}

/// Each dispatch has a pass of its own, and the profiler times it.
fn encode_timed(encoder: &mut CommandEncoder, commands: &[Command], profiler: &Profiler) {
    let mut dispatches = 0..;
    for command in commands {
        match is_dispatch(command) {
            true => {
                let writes = dispatches.next().map(|dispatch| profiler.writes(dispatch));
                encode_pass(encoder, std::slice::from_ref(command), writes);
            }
            false => encode_transfer(encoder, command),
        }
    }
}

fn encode_transfer(encoder: &mut CommandEncoder, command: &Command) {
    match command {
        Command::Clear { buffer } => encoder.clear_buffer(buffer, 0, None),
        Command::Copy { from, to, bytes } => encoder.copy_buffer_to_buffer(from, 0, to, 0, *bytes),
        Command::Dispatch { .. } | Command::Nothing => {}
    }
}

fn encode_pass(
    encoder: &mut CommandEncoder,
    commands: &[Command],
    timestamp_writes: Option<ComputePassTimestampWrites<'_>>,
) {
    let mut pass = encoder.begin_compute_pass(&ComputePassDescriptor { label: None, timestamp_writes });
    for command in commands {
        if let Command::Dispatch { pipeline, bindings, params_offset_bytes, workgroups: [x, y] } = command {
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, bindings, &[*params_offset_bytes]);
            pass.dispatch_workgroups(*x, *y, 1);
        }
    }
}

fn is_dispatch(command: &Command) -> bool {
    matches!(command, Command::Dispatch { .. })
}
