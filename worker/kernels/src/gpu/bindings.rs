//! Bind groups that are made once.
//!
//! A denoiser gets the same buffers from the pool in every step and hands them to the same kernels, so that after its
//! first steps there is nothing to make. Groups go when buffers were freed: they would keep them alive.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    num::NonZeroU64,
};

use wgpu::{BindGroup, BindGroupDescriptor, BindGroupEntry, BindGroupLayout, BindingResource, BufferBinding};

use crate::shader::Kernel;

/// Groups that are worth keeping. A step of a large UNet has some hundreds.
const MOST_GROUPS: usize = 4096;

/// What makes a group what it is.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    kernel: Kernel,
    /// Buffer, offset and size of each binding.
    bindings: Vec<(wgpu::Buffer, u64, Option<NonZeroU64>)>,
}

/// The bind groups of a device.
#[derive(Default)]
pub(super) struct Bindings {
    groups: RefCell<HashMap<Key, BindGroup>>,
    /// As the pool counts them, when the groups were last looked over.
    burials: Cell<u64>,
    made: Cell<u64>,
}

impl Bindings {
    /// The group of these bindings. `burials` tells whether buffers were freed since the last call.
    #[allow(clippy::mutable_key_type, reason = "buffers are told apart by who they are, which never changes")]
    pub(super) fn get(
        &self,
        device: &wgpu::Device,
        kernel: Kernel,
        layout: &BindGroupLayout,
        bindings: &[BufferBinding<'_>],
        burials: u64,
    ) -> BindGroup {
        let groups = &mut *self.groups.borrow_mut();
        if self.burials.replace(burials) != burials || groups.len() >= MOST_GROUPS {
            groups.clear();
        }
        let part = |binding: &BufferBinding<'_>| (binding.buffer.clone(), binding.offset, binding.size);
        let key = Key { kernel, bindings: bindings.iter().map(part).collect() };
        groups.entry(key).or_insert_with(|| self.make(device, layout, bindings)).clone()
    }

    fn make(
        &self,
        device: &wgpu::Device,
        layout: &BindGroupLayout,
        bindings: &[BufferBinding<'_>],
    ) -> BindGroup {
        self.made.set(self.made.get() + 1);
        let entries: Vec<BindGroupEntry<'_>> = (0..)
            .zip(bindings)
            .map(|(binding, buffer)| BindGroupEntry {
                binding,
                resource: BindingResource::Buffer(buffer.clone()),
            })
            .collect();
        device.create_bind_group(&BindGroupDescriptor { label: None, layout, entries: &entries })
    }

    /// How many were made so far.
    pub(super) fn made(&self) -> u64 {
        self.made.get()
    }
}
