//! Single operators, told by their weights, their inputs and the operators of the graph.

use kernels::{
    Device, Tensor, Weight, WeightData,
    ops::{self, Conv, Epilogue},
};
use models::layout;
use weights::Tensors;

use crate::{BenchError, Entry, stored::Precision};

/// The norms' epsilon where nothing says otherwise (torch's default).
const EPS: f32 = 1e-5;
/// Groups of every group norm of Stable Diffusion. Manifests do not say it.
const GROUPS: usize = 32;

/// An operator with its weights on a device.
pub(crate) enum Operator {
    /// `x [.., k]` times a matrix.
    MatMul { weight: Weight, bias: Option<Tensor> },
    /// A convolution of a picture.
    Conv { weight: Weight, bias: Option<Tensor>, shape: Conv },
    /// Of queries, keys and values `[b, t, heads * head]`.
    Attention { heads: usize },
    /// Group norms one after the other, each with its SiLU if there is one.
    GroupNorms { layers: Vec<Tensor>, silu: bool },
    /// Layer norms one after the other.
    LayerNorms { layers: Vec<Tensor> },
}

impl Operator {
    /// Finds out which operator the entry means and uploads its weights.
    pub(crate) async fn load(
        entry: &Entry,
        device: &Device,
        tensors: Option<&Tensors>,
    ) -> Result<Self, BenchError> {
        let Some(tensors) = tensors else { return attention(entry) };
        let mut names: Vec<&str> = tensors.names().filter(|name| name.ends_with("weight")).collect();
        let picture = entry.dims(0).len() == 4;
        if entry.count("InstanceNormalization") + entry.count("GroupNormalization") > 0 {
            let layers = norms(device, tensors, &mut names).await?;
            let silu = entry.count("Sigmoid") + entry.count("Swish") + entry.count("Silu") > 0;
            return Ok(Self::GroupNorms { layers, silu });
        }
        if entry.count("LayerNormalization") > 0 {
            return Ok(Self::LayerNorms { layers: norms(device, tensors, &mut names).await? });
        }
        let &[name] = names.as_slice() else {
            return Err(entry.unsupported(format!("the operator with the weights {names:?} is not known")));
        };
        let raw = tensors.read(name).await?;
        let bias = vector(device, tensors, &name.replace("weight", "bias")).await?;
        let values = raw.to_f32()?;
        match *raw.shape.as_slice() {
            [a, b] => {
                let k = entry.dims(0).last().copied().unwrap_or_default();
                // Torch's `Linear` stores `[n, k]` and has a bias; a plain product's right side is `[k, n]`.
                let (n, values) =
                    if bias.is_none() && a == k { (b, transposed(&values, b)) } else { (a, values) };
                let weight = upload(entry, device, &[n, values.len() / n.max(1)], &values)?;
                Ok(Self::MatMul { weight, bias })
            }
            [_, _, kh, kw] if picture => {
                let weight = upload(entry, device, &raw.shape, &values)?;
                Ok(Self::Conv { weight, bias, shape: conv(entry, [kh, kw])? })
            }
            _ => Err(entry.unsupported(format!("a weight of shape {:?} is not known", raw.shape))),
        }
    }

    /// Runs on arrays in the entry's layout, and yields one.
    pub(crate) async fn run(
        &self,
        entry: &Entry,
        device: &Device,
        inputs: &[&[f32]],
    ) -> Result<Vec<f32>, BenchError> {
        let x = match entry.dims(0) {
            &[n, c, h, w] => layout::upload(device, [n, c, h, w], inputs[0])?,
            dims => device.tensor(dims, inputs[0])?,
        };
        let y = match self {
            Self::MatMul { weight, bias } => {
                ops::linear(&x, weight, Epilogue { bias: bias.as_ref(), ..Epilogue::default() })?
            }
            Self::Conv { weight, bias, shape } => {
                ops::conv2d(&x, weight, *shape, Epilogue { bias: bias.as_ref(), ..Epilogue::default() })?
            }
            Self::Attention { heads } => {
                let k = device.tensor(entry.dims(1), inputs[1])?;
                let v = device.tensor(entry.dims(2), inputs[2])?;
                ops::attention(&x, &k, &v, *heads, false)?
            }
            Self::GroupNorms { layers, silu } => {
                chain(x, layers, |x, affine| ops::group_norm(x, GROUPS, EPS, affine, *silu))?
            }
            Self::LayerNorms { layers } => chain(x, layers, |x, affine| ops::layer_norm(x, EPS, affine))?,
        };
        match y.shape().len() {
            4 => Ok(layout::download(&y).await?.1),
            _ => Ok(y.to_vec().await?),
        }
    }
}

/// The number of heads is in no field, but the name ends with tokens and values of a head: `_8x256x40`.
fn attention(entry: &Entry) -> Result<Operator, BenchError> {
    let channels = match entry.inputs.as_slice() {
        [q, k, v] if q.dims.len() == 3 && k.dims == v.dims => q.dims[2],
        _ => return Err(entry.unsupported("an operator without weights and with these inputs is not known")),
    };
    let name = if entry.base.is_empty() { &entry.name } else { &entry.base };
    let head = name.rsplit(['x', '_']).next().and_then(|number| number.parse::<usize>().ok());
    match head.filter(|&head| head > 0 && channels.is_multiple_of(head)) {
        Some(head) => Ok(Operator::Attention { heads: channels / head }),
        None => Err(entry.unsupported(format!("{name} does not end with the size of a head"))),
    }
}

/// Scale and shift of each norm, `[2, channels]`, in the order of their numbers.
async fn norms(device: &Device, tensors: &Tensors, names: &mut [&str]) -> Result<Vec<Tensor>, BenchError> {
    // Names sort as text, in which 10 comes before 2.
    let numbers = |name: &str| name.split('.').filter_map(|part| part.parse().ok()).collect::<Vec<u32>>();
    names.sort_by_key(|name| numbers(name));
    let mut layers = Vec::with_capacity(names.len());
    for name in names {
        let mut affine = tensors.read(name).await?.to_f32()?;
        let channels = affine.len();
        affine.extend(tensors.read(&name.replace("weight", "bias")).await?.to_f32()?);
        layers.push(device.tensor(&[2, channels], &affine)?);
    }
    Ok(layers)
}

fn chain(
    x: Tensor,
    layers: &[Tensor],
    layer: impl Fn(&Tensor, &Tensor) -> Result<Tensor, kernels::KernelError>,
) -> Result<Tensor, kernels::KernelError> {
    layers.iter().try_fold(x, |x, affine| layer(&x, affine))
}

/// Stride and padding follow from the sizes: a filter is centred, as far as the output lets it.
fn conv(entry: &Entry, [kh, kw]: [usize; 2]) -> Result<Conv, BenchError> {
    let (&[_, _, h, w], &[_, _, ho, wo]) = (entry.dims(0), entry.output()?) else {
        return Err(entry.unsupported("a convolution needs pictures [n, c, h, w]"));
    };
    for stride in 1..=h.max(1) {
        for centred in [true, false] {
            let [y, x] = if centred { [kh / 2, kw / 2] } else { [0, 0] };
            let size = |room: usize, kernel: usize| room.checked_sub(kernel).map(|room| room / stride + 1);
            if size(h + 2 * y, kh) == Some(ho) && size(w + 2 * x, kw) == Some(wo) {
                return Ok(Conv { stride, padding: [y, x, y, x] });
            }
        }
    }
    Err(entry.unsupported(format!("no stride takes {h} x {w} pixels to {ho} x {wo}")))
}

/// A vector, if the file has it.
async fn vector(device: &Device, tensors: &Tensors, name: &str) -> Result<Option<Tensor>, BenchError> {
    match tensors.get(name) {
        Some(info) => Ok(Some(device.tensor(&info.shape, &tensors.read(name).await?.to_f32()?)?)),
        None => Ok(None),
    }
}

fn upload(entry: &Entry, device: &Device, shape: &[usize], values: &[f32]) -> Result<Weight, BenchError> {
    let row = shape.last().copied().unwrap_or(1);
    let (dtype, bytes) = Precision::of(entry)?.encode(values, row);
    Ok(device.weight(WeightData { shape, dtype, bytes: &bytes, scales: None })?)
}

/// `[rows, columns]` to `[columns, rows]`
fn transposed(values: &[f32], columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns)).copied().collect()
}
