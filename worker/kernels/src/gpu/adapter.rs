//! Finds a GPU and opens it.

use wgpu::{
    Adapter, AdapterInfo, DeviceDescriptor, DeviceType, Features, Instance, InstanceDescriptor, Limits,
    MemoryHints, PowerPreference, RequestAdapterOptions,
};

use crate::{GpuOptions, KernelError, shader::Exchange};

/// Names (in lower case) by which emulated GPUs give themselves away, where the driver does not say so itself.
const SOFTWARE_NAMES: [&str; 4] = ["swiftshader", "llvmpipe", "lavapipe", "basic render"];

/// An open device and what is known about it.
pub(super) struct Opened {
    pub(super) device: wgpu::Device,
    pub(super) queue: wgpu::Queue,
    /// For a person. Browsers may keep it to themselves.
    pub(super) name: String,
    /// Emulated on the CPU.
    pub(super) is_software: bool,
}

/// Opens the fastest adapter with all the limits it offers, or with the defaults when it refuses those.
pub(super) async fn open(options: &GpuOptions) -> Result<Opened, KernelError> {
    let instance = Instance::new(InstanceDescriptor::new_without_display_handle_from_env());
    let adapter = find(&instance, options).await?;
    let info = adapter.get_info();
    let features = features(&adapter, options)?;
    let limits = if options.default_limits { Limits::default() } else { adapter.limits() };
    let (device, queue) = match adapter.request_device(&description(limits, features)).await {
        Ok(opened) => opened,
        Err(refusal) if !options.default_limits => {
            log::warn!("the adapter refuses its own limits, so the defaults must do: {refusal}");
            // An adapter opens one device in its life, so a second try needs a new one.
            let adapter = find(&instance, options).await?;
            adapter.request_device(&description(Limits::default(), features)).await.map_err(no_adapter)?
        }
        Err(refusal) => return Err(no_adapter(refusal)),
    };
    Ok(Opened { device, queue, name: name(&info), is_software: is_software(&info) })
}

/// Outside a browser, `WGPU_ADAPTER_NAME` (a part of the name) chooses among several, and `WGPU_BACKEND` among the
/// systems' interfaces.
async fn find(instance: &Instance, options: &GpuOptions) -> Result<Adapter, KernelError> {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("WGPU_ADAPTER_NAME").is_some() {
        return wgpu::util::initialize_adapter_from_env(instance, None).await.map_err(no_adapter);
    }
    let wishes = RequestAdapterOptions {
        power_preference: PowerPreference::HighPerformance,
        force_fallback_adapter: options.fallback_adapter,
        ..RequestAdapterOptions::default()
    };
    instance.request_adapter(&wishes).await.map_err(no_adapter)
}

/// Subgroups are there for the forms of kernels that need them: natively, since wgpu knows none of browsers' so far. No
/// kernel computes in f16, but Mesa's emulated GPU can only then widen f16 weights.
///
/// # Errors
/// [`KernelError::NoAdapter`] when there is to be a profile and the adapter has no clock for it.
fn features(adapter: &Adapter, options: &GpuOptions) -> Result<Features, KernelError> {
    let offered = adapter.features();
    let AdapterInfo { subgroup_min_size: least, subgroup_max_size: most, .. } = adapter.get_info();
    let fit = [least, most].iter().all(|size| Exchange::SUBGROUP_SIZES.contains(size));
    let subgroups = if fit { Features::SUBGROUP } else { Features::empty() };
    let clock = if options.profile { Features::TIMESTAMP_QUERY } else { Features::empty() };
    match offered.contains(clock) {
        true => Ok(offered & (Features::SHADER_F16 | subgroups) | clock),
        false => Err(no_adapter("this one cannot time its work, which a profile needs")),
    }
}

fn description(limits: Limits, required_features: Features) -> DeviceDescriptor<'static> {
    DeviceDescriptor {
        label: Some("palimpsest"),
        required_features,
        required_limits: limits,
        memory_hints: MemoryHints::MemoryUsage,
        ..DeviceDescriptor::default()
    }
}

fn no_adapter(reason: impl ToString) -> KernelError {
    KernelError::NoAdapter { reason: reason.to_string() }
}

fn name(info: &AdapterInfo) -> String {
    match info.name.trim() {
        "" => "WebGPU adapter".to_owned(),
        name => name.to_owned(),
    }
}

fn is_software(info: &AdapterInfo) -> bool {
    let names = format!("{} {} {}", info.name, info.driver, info.driver_info).to_lowercase();
    // A browser's `isFallbackAdapter` arrives here as the type, too.
    info.device_type == DeviceType::Cpu || SOFTWARE_NAMES.iter().any(|software| names.contains(software))
}
