//! The crate's face to JavaScript. See `engine.mjs`.

use js_sys::{Array, Float32Array, Uint8Array};
use kernels::{Device, GpuOptions};
use wasm_bindgen::prelude::*;

use crate::{Effort, Entry, Roofline, Task, cases::Case, measure, profile, profiling_device};

/// A device that cases are loaded on.
#[wasm_bindgen]
pub struct Engine {
    device: Device,
}

/// A loaded case.
#[wasm_bindgen]
pub struct Session {
    task: Task,
}

#[wasm_bindgen]
impl Engine {
    /// Opens the `gpu` or the `cpu`.
    ///
    /// # Errors
    /// When there is no such device.
    pub async fn open(device: String) -> Result<Engine, JsError> {
        console_error_panic_hook::set_once();
        let device = match device.as_str() {
            "gpu" => Device::gpu(GpuOptions::default()).await?,
            "cpu" => Device::cpu(),
            other => return Err(JsError::new(&format!("there is no device {other}: gpu or cpu"))),
        };
        Ok(Self { device })
    }

    /// Names of the made-up cases, without the large ones: a page has 4 GiB for weights and the file that they are in.
    pub fn cases() -> Vec<String> {
        Case::all().iter().filter(|case| !case.is_large).map(Case::name).collect()
    }

    /// Times a made-up case, and says so in one line of JSON.
    ///
    /// # Errors
    /// When there is no such case, and from the device.
    pub async fn measure(&self, case: String, runs: usize) -> Result<String, JsError> {
        let line = measure(&find(&case)?, &self.device, Effort { runs, tunes: false }).await?;
        Ok(serde_json::to_string(&line)?)
    }

    /// Where the time of a made-up case goes on the GPU, as tables.
    ///
    /// # Errors
    /// When there is no such case or no GPU that times its work, and from the device.
    pub async fn profile(case: String, runs: usize) -> Result<String, JsError> {
        console_error_panic_hook::set_once();
        let device = profiling_device().await?;
        let roofline = Roofline::measure(&device).await?;
        Ok(profile(&find(&case)?, &device, roofline, runs).await?.to_string())
    }

    /// The crate's version.
    pub fn version() -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    /// The device's name, as far as the browser tells it.
    pub fn name(&self) -> String {
        self.device.name()
    }

    /// Loads a case: its manifest entry as JSON, names of its weight files, and their bytes.
    ///
    /// # Errors
    /// When the case is not one that can be run here, or its files are damaged.
    pub async fn load(
        &self,
        entry: String,
        names: Vec<String>,
        files: Vec<Uint8Array>,
    ) -> Result<Session, JsError> {
        let files = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
        let task = Task::load(Entry::parse(&entry)?, &self.device, files).await?;
        Ok(Session { task })
    }
}

fn find(name: &str) -> Result<Case, JsError> {
    let found = Case::all().into_iter().find(|case| case.name() == name);
    found.ok_or_else(|| JsError::new(&format!("there is no case {name}")))
}

#[wasm_bindgen]
impl Session {
    /// One run: the inputs in the entry's order, the output in the entry's layout.
    ///
    /// # Errors
    /// When the inputs are not the entry's, or the device fails.
    pub async fn run(&self, inputs: Array) -> Result<Float32Array, JsError> {
        let inputs: Vec<Vec<f32>> = inputs.iter().map(|input| Float32Array::new(&input).to_vec()).collect();
        let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
        Ok(Float32Array::from(self.task.run(&inputs).await?.as_slice()))
    }
}
