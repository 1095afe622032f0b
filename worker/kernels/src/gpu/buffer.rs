//! Values on a GPU.

use std::rc::Rc;

use wgpu::BufferBinding;

use super::pool::Lease;

/// `f32` values on a GPU. The room is a multiple of 16 bytes, so kernels may read and write whole `vec4<f32>`; what
/// lies behind the values is undefined. Returns to the pool on the last drop.
#[derive(Clone)]
pub(crate) struct Buffer(Rc<Lease>);

impl Buffer {
    pub(super) fn new(lease: Lease) -> Self {
        Self(Rc::new(lease))
    }

    pub(super) fn raw(&self) -> &wgpu::Buffer {
        self.0.raw()
    }

    /// All of it, for a kernel.
    pub(crate) fn binding(&self) -> BufferBinding<'_> {
        self.raw().as_entire_buffer_binding()
    }
}
