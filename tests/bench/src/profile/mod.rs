//! Where the time of a case goes, dispatch by dispatch.

mod roofline;
mod table;

use std::collections::BTreeMap;

use kernels::{Device, GpuOptions, Timing};

use crate::{BenchError, cases::Case};
pub use roofline::Roofline;

/// Opens a GPU for [`profile`].
///
/// # Errors
/// When there is none, or none that times its work.
pub async fn device() -> Result<Device, BenchError> {
    Ok(Device::gpu(GpuOptions { profile: true, ..GpuOptions::default() }).await?)
}

/// Where the time of one run goes. Its `Display` is a table in Markdown for each way to sort it.
#[derive(Debug, Clone)]
pub struct Profile {
    name: String,
    runs: usize,
    roofline: Roofline,
    /// By kernel.
    operations: Vec<Row>,
    /// By kernel and sizes.
    classes: Vec<Row>,
}

/// Dispatches of one kind, of all runs. Longest first.
#[derive(Debug, Clone, Default)]
struct Row {
    label: String,
    dispatches: usize,
    seconds: f64,
    flops: u64,
    bytes: u64,
}

impl Row {
    fn add(&mut self, timing: &Timing) {
        self.dispatches += 1;
        self.seconds += timing.seconds;
        self.flops += timing.flops;
        self.bytes += timing.bytes;
    }
}

impl Profile {
    fn new(case: &Case, runs: usize, roofline: Roofline, timings: &[Timing]) -> Self {
        let operation = |timing: &Timing| timing.kernel.to_string();
        Self {
            name: case.name(),
            runs,
            roofline,
            operations: rows(timings, operation),
            classes: rows(timings, |timing| format!("{}: {}", timing.kernel, timing.shape)),
        }
    }
}

fn rows(timings: &[Timing], label: impl Fn(&Timing) -> String) -> Vec<Row> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for timing in timings {
        rows.entry(label(timing)).or_default().add(timing);
    }
    let mut rows: Vec<Row> = rows.into_iter().map(|(label, row)| Row { label, ..row }).collect();
    rows.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    rows
}

/// Runs a case `runs` times, after one run that is not counted, on a device from [`device`].
///
/// # Errors
/// From loading and from the device.
pub async fn profile(
    case: &Case,
    device: &Device,
    roofline: Roofline,
    runs: usize,
) -> Result<Profile, BenchError> {
    let task = case.load(device).await?;
    let inputs = case.inputs();
    let inputs: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    task.run(&inputs).await?;
    device.profile().await?;
    for _ in 0..runs {
        task.run(&inputs).await?;
    }
    Ok(Profile::new(case, runs, roofline, &device.profile().await?))
}

#[cfg(test)]
mod tests {
    use kernels::{
        Shape,
        shader::{Kernel, Width},
    };

    use super::*;

    const ROOFLINE: Roofline = Roofline { flops_per_s: 1e9, bytes_per_s: 1e8 };

    fn timing(kernel: Kernel, shape: Shape, seconds: f64) -> Timing {
        Timing { kernel, shape, flops: shape.flops(), bytes: 1_000_000, seconds }
    }

    #[test]
    fn dispatches_are_added_up_by_kernel_and_by_sizes() {
        let (gates, sum) = (Kernel::Geglu(Width::Four), Kernel::Add);
        let [small, large] = [Shape::Values(4), Shape::Values(400)];
        let timings = [
            timing(gates, small, 0.01),
            timing(sum, small, 0.02),
            timing(gates, large, 0.03),
            timing(sum, small, 0.01),
        ];
        let sums = |rows: &[Row]| {
            rows.iter().map(|row| (row.label.clone(), row.dispatches, row.bytes)).collect::<Vec<_>>()
        };
        let by_kernel = rows(&timings, |timing| timing.kernel.to_string());
        assert_eq!(sums(&by_kernel), [("gates".to_owned(), 2, 2_000_000), ("sum".to_owned(), 2, 2_000_000)]);
        let by_sizes = rows(&timings, |timing| timing.shape.to_string());
        assert_eq!(by_sizes[0].dispatches, 3, "the longest comes first");
    }

    #[test]
    fn the_roofline_is_the_slower_of_arithmetic_and_memory() {
        let product = Shape::Product { rows: 100, columns: 100, depth: 1000 };
        let row =
            |shape: Shape, seconds| rows(&[timing(Kernel::Add, shape, seconds)], |_| String::new()).remove(0);
        // 20 million operations take 20 ms here, a million bytes 10 ms.
        assert!((ROOFLINE.fraction(&row(product, 0.04)) - 0.5).abs() < 1e-9);
        assert!((ROOFLINE.fraction(&row(Shape::Values(1), 0.04)) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn a_gpu_times_each_dispatch() {
        let case = Case::all().into_iter().find(|case| case.name() == "op_matmul_256x640x640.f32").unwrap();
        let device = pollster::block_on(device()).unwrap();
        let found = pollster::block_on(profile(&case, &device, ROOFLINE, 2)).unwrap();
        let [row] = found.classes.as_slice() else { panic!("one product: {found:?}") };
        assert_eq!(row.label, "product, f32, sliced: 256 x 640 to 640");
        assert_eq!(row.flops, 2 * case.flops);
        assert!(row.seconds > 0.0, "{row:?}");
        let bytes = 2 * 4 * (256 * 640 * 2 + 640 * 640);
        assert!((bytes..bytes + bytes / 8).contains(&row.bytes), "{row:?}");
        let table = found.to_string();
        assert!(table.contains("| 100.0 % |"), "{table}");
        assert_eq!(pollster::block_on(device.profile()).unwrap(), []);
    }
}
