//! Between the host and the GPU.

use futures_channel::oneshot;
use wgpu::{BufferDescriptor, BufferUsages, MapMode};

use super::{Buffer, Command, Gpu, flight, pool::Lease};
use crate::KernelError;

/// Uploads that may queue up before they are sent off: the queue holds a copy of each until then.
const QUEUED_UPLOAD_BYTES: u64 = 32 << 20;

/// Larger uploads are queued in parts of this size.
const UPLOAD_PART_BYTES: usize = 16 << 20;

impl Gpu {
    pub(crate) fn upload(&self, data: &[f32]) -> Result<Buffer, KernelError> {
        self.upload_words(bytemuck::cast_slice(data))
    }

    /// Uploads integers, or the bits of `f32` values.
    pub(crate) fn upload_words(&self, data: &[u32]) -> Result<Buffer, KernelError> {
        // Writes from the host overtake recorded work, which may still read this buffer's former values.
        self.flush();
        let buffer = self.allocate(data.len())?;
        self.write(buffer.raw(), 0, bytemuck::cast_slice(data));
        Ok(buffer)
    }

    pub(crate) fn zeros(&self, len: usize) -> Result<Buffer, KernelError> {
        let buffer = self.allocate(len)?;
        self.recorder.borrow_mut().push_transfer(Command::Clear { buffer: buffer.raw().clone() });
        Ok(buffer)
    }

    /// Fills a buffer that no recorded work uses, from a byte on. `bytes` is a multiple of 4 long, as is `offset`.
    pub(super) fn write_lease(&self, lease: &Lease, offset: usize, bytes: &[u8]) {
        self.write(lease.raw(), offset, bytes);
    }

    fn write(&self, buffer: &wgpu::Buffer, offset: usize, bytes: &[u8]) {
        let parts = bytes.chunks(UPLOAD_PART_BYTES);
        for (offset, part) in (offset..).step_by(UPLOAD_PART_BYTES).zip(parts) {
            self.write_part(buffer, offset as u64, part);
        }
    }

    fn write_part(&self, buffer: &wgpu::Buffer, offset: u64, bytes: &[u8]) {
        if self.mode.computes() {
            self.queue.write_buffer(buffer, offset, bytes);
        }
        let len = bytes.len() as u64;
        self.bytes_uploaded.set(self.bytes_uploaded.get() + len);
        self.bytes_queued.set(self.bytes_queued.get() + len);
        if self.bytes_queued.get() > QUEUED_UPLOAD_BYTES {
            self.flush();
            self.queue.submit([]);
            self.bytes_queued.set(0);
        }
    }

    pub(crate) async fn read(&self, buffer: &Buffer, len: usize) -> Result<Vec<f32>, KernelError> {
        self.check()?;
        if !self.mode.computes() {
            self.recorder.borrow_mut().push_transfer(Command::Nothing);
            self.flush();
            return Ok(vec![0.0; len]);
        }
        let bytes = len as u64 * 4;
        self.health.expect_buffer(bytes);
        let staging = self.device.create_buffer(&BufferDescriptor {
            label: Some("staging"),
            size: bytes,
            usage: BufferUsages::MAP_READ | BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let copy = Command::Copy { from: buffer.raw().clone(), to: staging.clone(), bytes };
        self.recorder.borrow_mut().push_transfer(copy);
        self.flush();
        let values = self.map(&staging).await;
        staging.destroy();
        values
    }

    /// The contents of a buffer that was copied to.
    pub(super) async fn map<T: bytemuck::Pod>(&self, staging: &wgpu::Buffer) -> Result<Vec<T>, KernelError> {
        let (sender, mapped) = oneshot::channel();
        // The receiver outlives the callback: it is awaited below.
        staging.map_async(MapMode::Read, .., move |result| drop(sender.send(result)));
        flight::drive(&self.device, None);
        let outcome = mapped.await;
        self.check()?;
        // Mapping a sound buffer fails only when the device is gone, and a browser may say so before it explains.
        let gone = || KernelError::DeviceLost { reason: "a result could not be read back".to_owned() };
        outcome.map_err(|_| gone())?.map_err(|_| gone())?;
        let view = staging.get_mapped_range(..).map_err(|error| KernelError::Gpu(error.to_string()))?;
        let mut values = vec![T::zeroed(); view.len() / size_of::<T>()];
        bytemuck::cast_slice_mut::<T, u8>(&mut values).copy_from_slice(&view);
        Ok(values)
    }
}
