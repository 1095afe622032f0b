//! Between the layout of files and samplers, `[n, c, h, w]`, and that of activations, `[n, h, w, c]`.

use kernels::{Device, KernelError, Tensor};

/// Uploads `values` `[n, c, h, w]` as a tensor `[n, h, w, c]`.
///
/// # Errors
/// [`KernelError::Shape`] when the shape does not hold `values.len()` values, and the device's own errors.
pub fn upload(device: &Device, [n, c, h, w]: [usize; 4], values: &[f32]) -> Result<Tensor, KernelError> {
    let last = transpose(values, c, h * w);
    device.tensor(&[n, h, w, c], &last)
}

/// Downloads a tensor `[n, h, w, c]` as values `[n, c, h, w]` with their shape.
///
/// # Errors
/// [`KernelError::Shape`] for a tensor of other than four axes, and the device's own errors.
pub async fn download(tensor: &Tensor) -> Result<([usize; 4], Vec<f32>), KernelError> {
    let &[n, h, w, c] = tensor.shape() else {
        return Err(KernelError::Shape {
            op: "download",
            expected: "a tensor [n, h, w, c]".to_owned(),
            got: format!("{:?}", tensor.shape()),
        });
    };
    Ok(([n, c, h, w], transpose(&tensor.to_vec().await?, h * w, c)))
}

/// Transposes each `[rows, columns]` matrix in a row of them.
fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut transposed = Vec::with_capacity(values.len());
    for matrix in values.chunks_exact((rows * columns).max(1)) {
        for column in 0..columns {
            transposed.extend(matrix.iter().skip(column).step_by(columns));
        }
    }
    transposed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sample_is_transposed_by_itself() {
        let planar = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0];
        let packed = transpose(&planar, 2, 3);
        assert_eq!(packed, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0, 10.0, 40.0, 20.0, 50.0, 30.0, 60.0]);
        assert_eq!(transpose(&packed, 3, 2), planar);
    }
}
