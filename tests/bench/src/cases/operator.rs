//! Single operators, at Stable Diffusion 1.5's channel counts. Norms come four in a row: one is too short to be timed.

use std::{collections::BTreeMap, rc::Rc};

use checkpoints::{MadeUpFolder, Numbers, Shapes};
use kernels::{Device, Shape};
use weights::{Folder, Tensors, WeightsError};

use super::{Case, Made, port};
use crate::{BenchError, Entry, Port, Task};

const FILE: &str = "weights.safetensors";
/// Norms in a row.
const CHAIN: usize = 4;
/// More operations than an emulated GPU should be asked for.
const LARGE_FLOPS: u64 = 100_000_000_000;
/// Attention has this many heads of [`HEAD`] channels.
const HEADS: usize = 8;
const HEAD: usize = 40;

pub(super) struct Operator {
    shapes: Shapes,
}

/// A case before its precision is chosen.
struct Sketch {
    name: String,
    inputs: Vec<Port>,
    output: Vec<usize>,
    shapes: Shapes,
    /// The graph's operator by which a norm is known.
    op: Option<&'static str>,
    flops: u64,
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for precision in ["f32", "f16", "q8", "q4"] {
        cases.push(matmul(&[256], 640, 640).case(precision));
    }
    let made = [
        matmul(&[64], 640, 5120),
        matmul(&[2, 77], 768, 320),
        matmul(&[1024], 640, 640),
        conv(320, 3, 16),
        conv(640, 3, 8),
        conv(320, 1, 32),
        conv(320, 3, 32),
        conv(640, 3, 16),
        attention("self", 256, 256),
        attention("self", 1024, 1024),
        attention("cross", 1024, 77),
        norms("groupnorm_silu_320x32x32", &[1, 320, 32, 32], 320, "InstanceNormalization"),
        norms("layernorm_1024x640", &[1024, 640], 640, "LayerNormalization"),
    ];
    cases.extend(made.into_iter().map(|made| made.case("f32")));
    // By which graphics cards are compared.
    cases.extend(["f32", "f16", "q8"].map(|precision| matmul(&[4096], 4096, 4096).case(precision)));
    cases
}

fn matmul(rows: &[usize], k: usize, n: usize) -> Sketch {
    let mut shapes = Shapes::default();
    shapes.weight("matmul", &[k, n]);
    let sizes: Vec<String> = rows.iter().chain([&k, &n]).map(usize::to_string).collect();
    Sketch {
        name: format!("op_matmul_{}", sizes.join("x")),
        inputs: vec![port("x", &[rows, &[k]].concat())],
        output: [rows, &[n]].concat(),
        shapes,
        op: None,
        flops: Shape::Product { rows: rows.iter().product(), columns: n, depth: k }.flops(),
    }
}

fn conv(channels: usize, kernel: usize, side: usize) -> Sketch {
    let mut shapes = Shapes::default();
    shapes.layer("conv", &[channels, channels, kernel, kernel]);
    let picture = [1, channels, side, side];
    let depth = channels * kernel * kernel;
    Sketch {
        name: format!("op_conv{kernel}x{kernel}_{channels}x{side}x{side}"),
        inputs: vec![port("x", &picture)],
        output: picture.to_vec(),
        shapes,
        op: None,
        flops: Shape::Product { rows: side * side, columns: channels, depth }.flops(),
    }
}

fn attention(kind: &str, queries: usize, keys: usize) -> Sketch {
    let channels = HEADS * HEAD;
    let tokens = if queries == keys { queries.to_string() } else { format!("{queries}x{keys}") };
    let [q, k, v] = [("q", queries), ("k", keys), ("v", keys)].map(|(name, t)| port(name, &[1, t, channels]));
    Sketch {
        name: format!("op_attn_{kind}_{HEADS}x{tokens}x{HEAD}"),
        inputs: vec![q, k, v],
        output: vec![1, queries, channels],
        shapes: Shapes::default(),
        op: None,
        flops: Shape::Attention { heads: HEADS, queries, keys, head: HEAD }.flops(),
    }
}

fn norms(name: &str, dims: &[usize], channels: usize, op: &'static str) -> Sketch {
    let mut shapes = Shapes::default();
    (0..CHAIN).for_each(|layer| shapes.layer(&format!("layers.{layer}"), &[channels]));
    Sketch {
        name: format!("op_{name}_chain{CHAIN}"),
        inputs: vec![port("x", dims)],
        output: dims.to_vec(),
        shapes,
        op: Some(op),
        flops: 0,
    }
}

impl Sketch {
    fn case(self, precision: &'static str) -> Case {
        let mut ops: BTreeMap<String, usize> = self.op.map(|op| (op.to_owned(), CHAIN)).into_iter().collect();
        if self.name.contains("silu") {
            ops.insert("Sigmoid".to_owned(), CHAIN);
        }
        let has_weights = !self.shapes.tensors().is_empty();
        let entry = Entry {
            name: self.name.clone(),
            base: self.name,
            precision: precision.to_owned(),
            inputs: self.inputs,
            outputs: vec![port("out", &self.output)],
            weights: has_weights.then(|| FILE.to_owned()),
            ops,
        };
        let made = Made::Operator(Operator { shapes: self.shapes });
        let is_large = self.flops > LARGE_FLOPS;
        Case { entry, dtype: precision, flops: self.flops, is_large, made }
    }
}

impl Operator {
    pub(super) async fn load(&self, entry: Entry, device: &Device) -> Result<Task, BenchError> {
        if entry.weights.is_none() {
            return Task::operator(entry, device, None).await;
        }
        let mut folder = MadeUpFolder::default();
        folder.insert_tensors(FILE, &self.shapes, Numbers::RandomF32);
        let missing = || WeightsError::MissingFile { file: FILE.to_owned() };
        let file: Rc<dyn weights::ByteSource> = folder.open(FILE).await?.ok_or_else(missing)?;
        Task::operator(entry, device, Some(&Tensors::open(file).await?)).await
    }
}
