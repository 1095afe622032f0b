//! How long each dispatch takes, by the GPU's own clock.
//!
//! Only passes can be timed everywhere, so that each dispatch of a profile gets a pass of its own. That keeps the GPU
//! from overlapping dispatches that do not depend on each other: their times add up to a little more than a run takes.

use wgpu::{
    BufferDescriptor, BufferUsages, CommandEncoder, ComputePassTimestampWrites, QuerySet, QuerySetDescriptor,
    QueryType,
};

use super::{Gpu, recorder::BATCH};
use crate::{KernelError, Shape, shader::Kernel};

/// Ticks of one dispatch: when it began, and when it was done.
const TICKS: u32 = 2;

/// Bytes of a tick.
const TICK_BYTES: u64 = 8;

/// One dispatch of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// What ran.
    pub kernel: Kernel,
    /// Sizes of the operation, of which this may be a part: see `flops`.
    pub shape: Shape,
    /// Multiplications and additions of products, without those of values that only fill up a tile.
    pub flops: u64,
    /// Bytes of everything that it reads or writes, each counted once. Buffers are a little larger than what is in them.
    pub bytes: u64,
    /// How long it took.
    pub seconds: f64,
}

/// Times the dispatches of a device.
pub(super) struct Profiler {
    queries: QuerySet,
    /// Where the ticks of a batch come to lie.
    ticks: wgpu::Buffer,
    seconds_per_tick: f64,
    /// Dispatches of the batch that is being recorded. Their times are not known yet.
    batch: Vec<Timing>,
    submitted: Vec<Batch>,
}

/// A batch whose ticks have not been read.
struct Batch {
    timings: Vec<Timing>,
    staging: wgpu::Buffer,
}

impl Profiler {
    pub(super) fn new(device: &wgpu::Device, queue: &wgpu::Queue) -> Self {
        let count = TICKS * BATCH as u32;
        let label = Some("profile");
        let usage = BufferUsages::QUERY_RESOLVE | BufferUsages::COPY_SRC;
        let size = u64::from(count) * TICK_BYTES;
        Self {
            queries: device.create_query_set(&QuerySetDescriptor { label, ty: QueryType::Timestamp, count }),
            ticks: device.create_buffer(&BufferDescriptor { label, size, usage, mapped_at_creation: false }),
            seconds_per_tick: f64::from(queue.get_timestamp_period()) * 1e-9,
            batch: Vec::new(),
            submitted: Vec::new(),
        }
    }

    /// The next dispatch is this one.
    pub(super) fn expect(&mut self, timing: Timing) {
        self.batch.push(timing);
    }

    /// Where the pass of a dispatch, counted within its batch, writes its ticks.
    pub(super) fn writes(&self, dispatch: u32) -> ComputePassTimestampWrites<'_> {
        ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(TICKS * dispatch),
            end_of_pass_write_index: Some(TICKS * dispatch + 1),
        }
    }

    /// Behind the last pass of a batch: has its ticks kept.
    pub(super) fn close(&mut self, device: &wgpu::Device, encoder: &mut CommandEncoder) {
        let timings = std::mem::take(&mut self.batch);
        if timings.is_empty() {
            return;
        }
        // At most a batch's.
        let count = TICKS * timings.len() as u32;
        let bytes = u64::from(count) * TICK_BYTES;
        let staging = device.create_buffer(&BufferDescriptor {
            label: Some("profile"),
            size: bytes,
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        encoder.resolve_query_set(&self.queries, 0..count, &self.ticks, 0);
        encoder.copy_buffer_to_buffer(&self.ticks, 0, &staging, 0, bytes);
        self.submitted.push(Batch { timings, staging });
    }
}

impl Gpu {
    /// Every dispatch since the last call, in the order in which they ran. None unless a profile was asked for.
    pub(crate) async fn profile(&self) -> Result<Vec<Timing>, KernelError> {
        self.flush();
        let (batches, seconds_per_tick) = match self.recorder.borrow_mut().profiler() {
            Some(profiler) => (std::mem::take(&mut profiler.submitted), profiler.seconds_per_tick),
            None => return Ok(Vec::new()),
        };
        let mut all = Vec::new();
        for Batch { timings, staging } in batches {
            let ticks: Vec<u64> = self.map(&staging).await?;
            staging.destroy();
            let (ticks, _) = ticks.as_chunks::<{ TICKS as usize }>();
            all.extend(timings.into_iter().zip(ticks).map(|(timing, [begin, end])| Timing {
                seconds: end.saturating_sub(*begin) as f64 * seconds_per_tick,
                ..timing
            }));
        }
        Ok(all)
    }
}
