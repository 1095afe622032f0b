//! Values on a GPU.

use std::rc::Rc;

use wgpu::BufferBinding;

use super::{Moments, pool::Lease};

/// `f32` values on a GPU. The room is a multiple of 16 bytes, so kernels may read and write whole `vec4<f32>`; what
/// lies behind the values is undefined. Returns to the pool on the last drop.
#[derive(Clone)]
pub(crate) struct Buffer {
    lease: Rc<Lease>,
    /// What the kernel that wrote it left behind its values.
    moments: Option<Moments>,
}

impl Buffer {
    pub(super) fn new(lease: Lease) -> Self {
        Self { lease: Rc::new(lease), moments: None }
    }

    pub(super) fn raw(&self) -> &wgpu::Buffer {
        self.lease.raw()
    }

    /// All of it, for a kernel.
    pub(crate) fn binding(&self) -> BufferBinding<'_> {
        self.raw().as_entire_buffer_binding()
    }

    /// The same, with moments behind its values.
    pub(super) fn with_moments(self, moments: Moments) -> Self {
        Self { moments: Some(moments), ..self }
    }

    /// What a later norm may use.
    pub(super) fn moments(&self) -> Option<Moments> {
        self.moments
    }
}
