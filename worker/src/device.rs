//! Which device jobs run on, and what to say about it.

use kernels::{Device, GpuOptions, KernelError};
use protocol::{DeviceChoice, DeviceInfo};

/// What the search for a GPU found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A real one.
    Gpu,
    /// One that computes on the CPU.
    Software,
    /// None.
    Nothing,
}

/// Where jobs should run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// On the GPU.
    Gpu,
    /// On the CPU, with a sentence if that needs explaining.
    Cpu(Option<&'static str>),
    /// Nowhere: a GPU was asked for and there is none.
    Refuse,
}

/// Decides. A software adapter is taken only when a person insists: it is 20 to 200 times slower than our own CPU
/// code (measured in Chromium with SwiftShader).
pub fn decide(choice: DeviceChoice, found: Found) -> Verdict {
    match (choice, found) {
        (DeviceChoice::Cpu, _) => Verdict::Cpu(None),
        (DeviceChoice::Auto | DeviceChoice::Gpu, Found::Gpu) | (DeviceChoice::Gpu, Found::Software) => {
            Verdict::Gpu
        }
        (DeviceChoice::Gpu, Found::Nothing) => Verdict::Refuse,
        (DeviceChoice::Auto, Found::Nothing) => {
            Verdict::Cpu(Some("This browser has no usable WebGPU, so pictures are made on the CPU."))
        }
        (DeviceChoice::Auto, Found::Software) => Verdict::Cpu(Some(
            "This browser only emulates WebGPU, so pictures are made on the CPU, which is faster.",
        )),
    }
}

/// Holds the device that jobs share, and makes it again when it was lost.
#[derive(Debug, Default)]
pub struct DeviceKeeper {
    choice: DeviceChoice,
    found: Option<Found>,
    held: Option<(Device, DeviceInfo)>,
}

impl DeviceKeeper {
    /// Looks for a GPU, to say what this browser offers.
    pub async fn probe(&mut self) -> Found {
        let found = kind(&Device::gpu(GpuOptions::default()).await);
        self.found = Some(found);
        found
    }

    /// Chooses for the jobs that follow; the device is then made again.
    pub fn choose(&mut self, choice: DeviceChoice) {
        self.choice = choice;
        self.held = None;
    }

    /// The device, and what to tell the page when it is a new one.
    ///
    /// # Errors
    /// [`KernelError::NoAdapter`] when a GPU was insisted on and there is none.
    pub async fn device(&mut self) -> Result<(Device, Option<DeviceInfo>), KernelError> {
        if let Some((device, _)) = self.held.as_ref().filter(|(device, _)| !device.is_lost()) {
            return Ok((device.clone(), None));
        }
        let worth_a_try = match self.choice {
            DeviceChoice::Cpu => false,
            DeviceChoice::Gpu => true,
            DeviceChoice::Auto => matches!(self.found, None | Some(Found::Gpu)),
        };
        let gpu = match worth_a_try {
            true => Some(Device::gpu(GpuOptions::default()).await),
            false => None,
        };
        let found = gpu.as_ref().map(kind).or(self.found).unwrap_or(Found::Nothing);
        let (device, note) = match (decide(self.choice, found), gpu) {
            (Verdict::Gpu, Some(Ok(device))) => (device, None),
            (Verdict::Cpu(note), _) => (Device::cpu(), note.map(str::to_owned)),
            (_, Some(Err(error))) => return Err(error),
            (_, _) => return Err(KernelError::NoAdapter { reason: "none was found".to_owned() }),
        };
        let info = DeviceInfo { choice: self.choice, gpu: device.is_gpu(), name: device.name(), note };
        self.held = Some((device.clone(), info.clone()));
        Ok((device, Some(info)))
    }

    /// Lets the device go: the next job makes a new one.
    pub fn forget(&mut self) {
        self.held = None;
    }
}

fn kind(gpu: &Result<Device, KernelError>) -> Found {
    match gpu {
        Ok(device) if device.is_software_adapter() => Found::Software,
        Ok(_) => Found::Gpu,
        Err(error) => {
            log::info!("no GPU: {error}");
            Found::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_gpu_is_taken_unless_the_cpu_is_chosen() {
        assert_eq!(decide(DeviceChoice::Auto, Found::Gpu), Verdict::Gpu);
        assert_eq!(decide(DeviceChoice::Gpu, Found::Gpu), Verdict::Gpu);
        assert_eq!(decide(DeviceChoice::Cpu, Found::Gpu), Verdict::Cpu(None));
    }

    #[test]
    fn software_adapters_run_only_when_insisted_on() {
        assert_eq!(decide(DeviceChoice::Gpu, Found::Software), Verdict::Gpu);
        assert!(matches!(decide(DeviceChoice::Auto, Found::Software), Verdict::Cpu(Some(_))));
    }

    #[test]
    fn without_a_gpu_the_choice_is_explained_or_refused() {
        assert!(matches!(decide(DeviceChoice::Auto, Found::Nothing), Verdict::Cpu(Some(_))));
        assert_eq!(decide(DeviceChoice::Gpu, Found::Nothing), Verdict::Refuse);
    }
}
