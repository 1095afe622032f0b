//! Every form of every kernel is valid WGSL within WebGPU's default limits.

use kernels::shader::Kernel;
use naga::{
    AddressSpace, Module,
    proc::Layouter,
    valid::{Capabilities, ValidationFlags, Validator},
};

/// `maxComputeWorkgroupStorageSize` of every WebGPU device.
const WORKGROUP_BYTES: u32 = 16 << 10;

/// `maxComputeInvocationsPerWorkgroup` of every WebGPU device.
const INVOCATIONS: u32 = 256;

/// `maxStorageBuffersPerShaderStage` of every WebGPU device.
const STORAGE_BUFFERS: usize = 8;

#[test]
fn every_kernel_is_valid() {
    let failures: Vec<String> = Kernel::all()
        .into_iter()
        .filter_map(|kernel| check(kernel).err().map(|reason| format!("{kernel:?}: {reason}")))
        .collect();
    assert!(failures.is_empty(), "{} kernels fail:\n{}", failures.len(), failures.join("\n"));
}

fn check(kernel: Kernel) -> Result<(), String> {
    let source = kernel.source().map_err(|error| error.to_string())?;
    let module = naga::front::wgsl::parse_str(&source).map_err(|error| error.emit_to_string(&source))?;
    // Whatever needs another feature of the device is refused. `unpack2x16float` is part of WebGPU without any feature.
    let subgroups = if kernel.needs_subgroups() { Capabilities::SUBGROUP } else { Capabilities::empty() };
    Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16_IN_FLOAT32 | subgroups)
        .validate(&module)
        .map_err(|error| error.emit_to_string(&source))?;
    check_limits(&module)?;
    check_bindings(kernel, &module)
}

fn check_limits(module: &Module) -> Result<(), String> {
    let mut layouter = Layouter::default();
    layouter.update(module.to_ctx()).map_err(|error| error.to_string())?;
    let shared: u32 = module
        .global_variables
        .iter()
        .filter(|(_, variable)| variable.space == AddressSpace::WorkGroup)
        .map(|(_, variable)| layouter[variable.ty].size)
        .sum();
    let [main] = module.entry_points.as_slice() else {
        return Err(format!("{} entry points", module.entry_points.len()));
    };
    let invocations: u32 = main.workgroup_size.iter().product();
    if shared > WORKGROUP_BYTES || invocations > INVOCATIONS {
        return Err(format!("{shared} bytes of workgroup memory, {invocations} invocations"));
    }
    Ok(())
}

/// The parameters are binding 0 and fit their 256 bytes; inputs follow, read only; the output comes last.
fn check_bindings(kernel: Kernel, module: &Module) -> Result<(), String> {
    let mut bound: Vec<(u32, AddressSpace, u32)> = module
        .global_variables
        .iter()
        .filter_map(|(_, variable)| {
            let size = module.types[variable.ty].inner.size(module.to_ctx());
            variable.binding.map(|binding| (binding.binding, variable.space, size))
        })
        .collect();
    bound.sort_by_key(|&(binding, ..)| binding);
    let expected: Vec<u32> = (0..kernel.inputs() + 2).collect();
    let bindings: Vec<u32> = bound.iter().map(|&(binding, ..)| binding).collect();
    if bindings != expected || bindings.len() > STORAGE_BUFFERS + 1 {
        return Err(format!("bindings {bindings:?} instead of {expected:?}"));
    }
    for (binding, space, size) in bound {
        let writes =
            matches!(space, AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE));
        let is_right = match binding {
            0 => space == AddressSpace::Uniform && size <= 256,
            _ => writes == (binding == kernel.inputs() + 1),
        };
        if !is_right {
            return Err(format!("binding {binding} is {space:?} of {size} bytes"));
        }
    }
    Ok(())
}
