//! Tensors under other names: whole, by rows, or in another shape. No numbers are moved.

use std::{collections::BTreeMap, ops::Range};

use super::{TensorInfo, Tensors};
use crate::{DType, WeightsError};

/// One tensor as another one shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// The tensor's own name.
    pub of: String,
    /// Only these of its rows (first axis).
    pub rows: Option<Range<usize>>,
    /// Its numbers, or those rows', in this shape; its own when there is none.
    pub shape: Option<Vec<usize>>,
}

impl View {
    /// The whole tensor.
    pub fn of(name: impl Into<String>) -> Self {
        Self { of: name.into(), rows: None, shape: None }
    }
}

impl Tensors {
    /// The same files with other tensors: exactly those of `views`, by their new names. An int8 tensor takes its
    /// scales with it.
    ///
    /// # Errors
    /// [`WeightsError::MissingTensor`] for a view of nothing, [`WeightsError::BadTensor`] for rows that are not there
    /// or not whole blocks, and for a shape of another size.
    pub fn with_views(&self, views: &BTreeMap<String, View>) -> Result<Self, WeightsError> {
        let mut index = BTreeMap::new();
        for (name, view) in views {
            let info = self.viewed(view)?;
            let scale = format!("{}.scale", view.of);
            if info.dtype == DType::I8 && self.get(&scale).is_some() {
                let scales = View { of: scale, rows: view.rows.clone(), shape: None };
                index.insert(format!("{name}.scale"), self.viewed(&scales)?);
            }
            index.insert(name.clone(), info);
        }
        let mut viewed = self.clone();
        viewed.index = index;
        Ok(viewed)
    }

    fn viewed(&self, view: &View) -> Result<TensorInfo, WeightsError> {
        let bad = |reason: String| WeightsError::BadTensor {
            file: self.first_file(),
            tensor: view.of.clone(),
            reason,
        };
        let Some(info) = self.get(&view.of) else {
            return Err(WeightsError::MissingTensor { file: self.first_file(), tensor: view.of.clone() });
        };
        let mut info = info.clone();
        if let Some(rows) = &view.rows {
            info.range = rows_of(&info, rows)
                .ok_or_else(|| bad(format!("rows {rows:?} of shape {:?} are not whole bytes", info.shape)))?;
            if let Some(first) = info.shape.first_mut() {
                *first = rows.len();
            }
        }
        if let Some(shape) = &view.shape {
            if size(shape) != size(&info.shape) {
                return Err(bad(format!("shape {:?} does not fill {shape:?}", info.shape)));
            }
            info.shape.clone_from(shape);
        }
        Ok(info)
    }
}

fn size(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |size, &axis| size.checked_mul(axis))
}

/// The bytes of some rows; `None` when they are not there, or share bytes or blocks with other rows.
fn rows_of(info: &TensorInfo, rows: &Range<usize>) -> Option<Range<u64>> {
    let (&count, inner) = info.shape.split_first()?;
    let bytes = info.range.end.checked_sub(info.range.start)?;
    if rows.start > rows.end || rows.end > count || bytes.checked_rem(count as u64)? != 0 {
        return None;
    }
    if let DType::Block(block) = info.dtype
        && !size(inner)?.is_multiple_of(block.values())
    {
        return None;
    }
    let row_bytes = bytes.checked_div(count as u64)?;
    let at = |row: usize| info.range.start.checked_add(row_bytes.checked_mul(row as u64)?);
    Some(at(rows.start)?..at(rows.end)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

    use std::rc::Rc;

    use pollster::block_on;

    use super::*;
    use crate::MemorySource;

    fn sample() -> Tensors {
        let header = r#"{"a":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},
            "q":{"dtype":"I8","shape":[2,2],"data_offsets":[24,28]},
            "q.scale":{"dtype":"F32","shape":[2],"data_offsets":[28,36]}}"#;
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(header.as_bytes());
        file.extend([1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|value| value.to_le_bytes()));
        file.extend([1, 2, 3, 4]);
        file.extend([0.5_f32, 2.0].iter().flat_map(|value| value.to_le_bytes()));
        block_on(Tensors::open(Rc::new(MemorySource::new(file)))).unwrap()
    }

    fn view(of: &str, rows: Option<Range<usize>>, shape: Option<&[usize]>) -> Result<Vec<f32>, WeightsError> {
        let view = View { of: of.to_owned(), rows, shape: shape.map(<[usize]>::to_vec) };
        let tensors = sample().with_views(&BTreeMap::from([("new".to_owned(), view)]))?;
        let raw = block_on(tensors.read("new"))?;
        assert!(shape.is_none_or(|shape| raw.shape == shape));
        raw.to_f32()
    }

    #[test]
    fn views_show_rows_and_shapes() {
        assert_eq!(view("a", None, None).unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(view("a", Some(1..3), None).unwrap(), [3.0, 4.0, 5.0, 6.0]);
        assert_eq!(view("a", Some(1..2), Some(&[2, 1, 1])).unwrap(), [3.0, 4.0]);
        assert_eq!(view("q", Some(1..2), None).unwrap(), [6.0, 8.0], "scales go along");
    }

    #[test]
    fn views_of_what_is_not_there_are_refused() {
        for (of, rows, shape) in
            [("b", None, None), ("a", Some(2..4), None), ("a", None, Some([7_usize].as_slice()))]
        {
            let error = view(of, rows, shape).unwrap_err();
            assert!(error.to_string().contains(of), "{error}");
        }
    }
}
