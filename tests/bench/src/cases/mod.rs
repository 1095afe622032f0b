//! Cases that need no files: well-known shapes with made-up weights.

mod flops;
mod network;
mod operator;

use kernels::Device;

use crate::{BenchError, Entry, Port, Task};
use network::Network;
use operator::Operator;

/// Something to be timed.
pub struct Case {
    /// What it is given and yields.
    pub entry: Entry,
    /// How its weights are stored.
    pub dtype: &'static str,
    /// Operations of its products and convolutions, two for each multiplication with its addition.
    pub flops: u64,
    /// A second or more on a graphics card of today, minutes on an emulated one.
    pub is_large: bool,
    made: Made,
}

enum Made {
    Network(Network),
    Operator(Operator),
}

impl Case {
    /// Every case, single operators first.
    pub fn all() -> Vec<Self> {
        operator::all().into_iter().chain(network::all()).collect()
    }

    /// Name and type.
    pub fn name(&self) -> String {
        format!("{}.{}", self.entry.name, self.dtype)
    }

    /// Makes its weights up and loads it.
    ///
    /// # Errors
    /// The device's own, mostly for want of memory.
    pub async fn load(&self, device: &Device) -> Result<Task, BenchError> {
        match &self.made {
            Made::Network(network) => network.load(self.entry.clone(), device).await,
            Made::Operator(operator) => operator.load(self.entry.clone(), device).await,
        }
    }

    /// Made-up inputs.
    pub fn inputs(&self) -> Vec<Vec<f32>> {
        self.entry.inputs.iter().map(values).collect()
    }
}

fn values(port: &Port) -> Vec<f32> {
    let len: usize = port.dims.iter().product();
    match port.name.as_str() {
        "timestep" => vec![500.0; len],
        // Within any vocabulary.
        "ids" => (0..len).map(|at| (at * 7919 % 40_009) as f32).collect(),
        _ => (0..len).map(|at| (at * 7919 % 10_007) as f32 / 5003.5 - 1.0).collect(),
    }
}

fn port(name: &str, dims: &[usize]) -> Port {
    Port { name: name.to_owned(), dims: dims.to_vec() }
}
