//! Compiled kernels.

use std::{cell::RefCell, collections::HashMap};

use wgpu::{
    BindGroupLayout, BindGroupLayoutDescriptor, BindGroupLayoutEntry, BindingType, BufferBindingType,
    ComputePipeline, ComputePipelineDescriptor, PipelineCompilationOptions, PipelineLayoutDescriptor,
    ShaderModuleDescriptor, ShaderSource, ShaderStages,
};

use crate::{KernelError, shader::Kernel};

/// A kernel that is ready to run.
#[derive(Clone)]
pub(super) struct Compiled {
    pub(super) pipeline: ComputePipeline,
    pub(super) layout: BindGroupLayout,
}

/// Compiles each kernel once.
#[derive(Default)]
pub(super) struct Pipelines(RefCell<HashMap<Kernel, Compiled>>);

impl Pipelines {
    pub(super) fn get(&self, device: &wgpu::Device, kernel: Kernel) -> Result<Compiled, KernelError> {
        if let Some(compiled) = self.0.borrow().get(&kernel) {
            return Ok(compiled.clone());
        }
        let compiled = compile(device, kernel)?;
        self.insert(kernel, compiled.clone());
        Ok(compiled)
    }

    /// Those of some kernels that are not compiled yet.
    pub(super) fn missing(&self, kernels: &[Kernel]) -> Vec<Kernel> {
        let compiled = self.0.borrow();
        kernels.iter().copied().filter(|kernel| !compiled.contains_key(kernel)).collect()
    }

    pub(super) fn insert(&self, kernel: Kernel, compiled: Compiled) {
        self.0.borrow_mut().insert(kernel, compiled);
    }

    /// Number of kernels compiled so far.
    pub(super) fn count(&self) -> u64 {
        self.0.borrow().len() as u64
    }
}

pub(super) fn compile(device: &wgpu::Device, kernel: Kernel) -> Result<Compiled, KernelError> {
    let label = format!("{kernel:?}");
    let source = kernel.source().map_err(|error| KernelError::Gpu(error.to_string()))?;
    let module = device.create_shader_module(ShaderModuleDescriptor {
        label: Some(&label),
        source: ShaderSource::Wgsl(source.into()),
    });
    let layout = bind_group_layout(device, kernel.inputs());
    let pipeline_layout = device.create_pipeline_layout(&PipelineLayoutDescriptor {
        label: Some(&label),
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let pipeline = device.create_compute_pipeline(&ComputePipelineDescriptor {
        label: Some(&label),
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some("main"),
        // Every kernel writes its workgroup memory before it reads it. Browsers clear it all the same.
        compilation_options: PipelineCompilationOptions {
            zero_initialize_workgroup_memory: false,
            ..Default::default()
        },
        cache: None,
    });
    Ok(Compiled { pipeline, layout })
}

/// Binding 0 holds the parameters, 1 to `inputs` are read, the last one is written.
fn bind_group_layout(device: &wgpu::Device, inputs: u32) -> BindGroupLayout {
    let entry = |binding, ty| BindGroupLayoutEntry {
        binding,
        visibility: ShaderStages::COMPUTE,
        ty: BindingType::Buffer {
            ty,
            has_dynamic_offset: ty == BufferBindingType::Uniform,
            min_binding_size: None,
        },
        count: None,
    };
    let params = std::iter::once(entry(0, BufferBindingType::Uniform));
    let inputs_entries = (1..=inputs).map(|at| entry(at, BufferBindingType::Storage { read_only: true }));
    let output = std::iter::once(entry(inputs + 1, BufferBindingType::Storage { read_only: false }));
    let entries: Vec<BindGroupLayoutEntry> = params.chain(inputs_entries).chain(output).collect();
    device.create_bind_group_layout(&BindGroupLayoutDescriptor { label: None, entries: &entries })
}
