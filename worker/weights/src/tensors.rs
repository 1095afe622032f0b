//! The tensors of one model part, whether they lie in one file or in several, safetensors or GGUF.

use std::{collections::BTreeMap, ops::Range, rc::Rc};

use crate::{ByteSource, DType, Folder, MetadataValue, RawTensor, WeightsError, content, pickle, shards};

mod views;
pub use views::View;

/// What a header says about one tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Number format.
    pub dtype: DType,
    /// Lengths of the axes, slowest first.
    pub shape: Vec<usize>,
    /// Bytes in its file, counted from the file's start.
    pub range: Range<u64>,
    /// Which of the opened files holds it.
    file: usize,
}

/// An index of tensors over one or more open files. Reading is by range, one tensor at a time.
#[derive(Clone)]
pub struct Tensors {
    files: Vec<(String, Rc<dyn ByteSource>)>,
    index: BTreeMap<String, TensorInfo>,
    metadata: BTreeMap<String, MetadataValue>,
}

impl Tensors {
    /// Opens one safetensors or GGUF file that has no name of its own; messages call it "the file".
    ///
    /// # Errors
    /// [`WeightsError::BadHeader`], [`WeightsError::BadGguf`] or [`WeightsError::BadTensor`] when the file is not
    /// sound, [`WeightsError::NotAModel`] when it is plainly something else.
    pub async fn open(source: Rc<dyn ByteSource>) -> Result<Self, WeightsError> {
        Self::open_files(vec![("the file".to_owned(), source)]).await
    }

    /// As [`open`](Self::open), for a file that a person chose and that messages call `name`.
    ///
    /// # Errors
    /// [`WeightsError::Pickle`], and as for [`Tensors::open`].
    pub async fn open_named(name: &str, source: Rc<dyn ByteSource>) -> Result<Self, WeightsError> {
        Self::open_files(vec![(name.to_owned(), source)]).await
    }

    /// Opens `stem.safetensors` in a folder, or its `fp16` variant, or `stem.gguf`, or the shards that an index of
    /// either of the first two lists. `stem` is for example `unet/diffusion_pytorch_model`.
    ///
    /// # Errors
    /// [`WeightsError::MissingFile`] when none of them is there or a shard is lost, [`WeightsError::Pickle`] when
    /// the weights are there as a pickle, and as for [`Tensors::open`].
    pub async fn open_in(folder: &dyn Folder, stem: &str) -> Result<Self, WeightsError> {
        for ending in ["safetensors", "fp16.safetensors", "gguf"] {
            let path = format!("{stem}.{ending}");
            if let Some(source) = folder.open(&path).await? {
                return Self::open_files(vec![(path, source)]).await;
            }
        }
        for index in shards::index_paths(stem) {
            if let Some(shards) = shards::open(folder, &index).await? {
                let tensors = Self::open_files(shards.files).await?;
                tensors.check_complete(&index, &shards.names)?;
                return Ok(tensors);
            }
        }
        pickle::refuse_beside(folder, stem).await?;
        Err(WeightsError::MissingFile { file: format!("{stem}.safetensors") })
    }

    pub(crate) async fn open_files(files: Vec<(String, Rc<dyn ByteSource>)>) -> Result<Self, WeightsError> {
        let (mut index, mut metadata) = (BTreeMap::new(), BTreeMap::new());
        for (file, (path, source)) in files.iter().enumerate() {
            let contents = content::read(path, source.as_ref()).await?;
            metadata.extend(contents.metadata);
            for content::Placed { name, dtype, shape, range } in contents.tensors {
                let info = TensorInfo { dtype, shape, range, file };
                if index.insert(name.clone(), info).is_some() {
                    let reason = "another file of the model has it too".to_owned();
                    return Err(WeightsError::BadTensor { file: path.clone(), tensor: name, reason });
                }
            }
        }
        Ok(Self { files, index, metadata })
    }

    fn check_complete(&self, index_file: &str, names: &[String]) -> Result<(), WeightsError> {
        match names.iter().find(|name| !self.index.contains_key(*name)) {
            Some(name) => Err(WeightsError::BadTensor {
                file: index_file.to_owned(),
                tensor: name.clone(),
                reason: "no file of the model has it".to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// What is known about a tensor, or `None` when there is none of that name.
    pub fn get(&self, name: &str) -> Option<&TensorInfo> {
        self.index.get(name)
    }

    /// Bytes of all tensors.
    pub fn bytes(&self) -> u64 {
        self.index.values().map(|info| info.range.end - info.range.start).sum()
    }

    /// Every tensor's name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.index.keys().map(String::as_str)
    }

    /// What the files say about themselves: GGUF's metadata, or the texts of safetensors' `__metadata__`.
    pub fn metadata(&self) -> &BTreeMap<String, MetadataValue> {
        &self.metadata
    }

    /// The texts among the metadata, by name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.metadata.iter().filter_map(|(name, value)| Some((name.as_str(), value.text()?)))
    }

    /// The tensors whose names begin with `prefix`, under the rest of their names; their files are shared.
    #[must_use]
    pub fn part(&self, prefix: &str) -> Self {
        let of_part = self
            .index
            .iter()
            .filter_map(|(name, info)| name.strip_prefix(prefix).map(|rest| (rest.to_owned(), info.clone())));
        Self { files: self.files.clone(), index: of_part.collect(), metadata: self.metadata.clone() }
    }

    /// Reads one tensor. An int8 tensor brings the scales of its rows from `NAME.scale`.
    ///
    /// # Errors
    /// [`WeightsError::MissingTensor`] for an unknown name or lost scales, [`WeightsError::BadTensor`] for scales
    /// that do not fit, [`WeightsError::Unsupported`] for blocks that are known by name only, and
    /// [`WeightsError::Unreadable`].
    pub async fn read(&self, name: &str) -> Result<RawTensor, WeightsError> {
        let mut tensor = self.read_plain(name).await?;
        if tensor.dtype == DType::I8 {
            tensor.scales = Some(self.read_scales(&tensor).await?);
        }
        Ok(tensor)
    }

    /// What [`read`](Self::read) would give, without the bytes and without reading anything: `bytes` and `scales` are
    /// empty.
    ///
    /// # Errors
    /// [`WeightsError::MissingTensor`] for an unknown name.
    pub fn outline(&self, name: &str) -> Result<RawTensor, WeightsError> {
        let TensorInfo { dtype, shape, .. } = self.info(name)?.clone();
        let scales = (dtype == DType::I8).then(Vec::new);
        Ok(RawTensor { name: name.to_owned(), dtype, shape, bytes: Vec::new(), scales })
    }

    fn info(&self, name: &str) -> Result<&TensorInfo, WeightsError> {
        let missing = || WeightsError::MissingTensor { file: self.first_file(), tensor: name.to_owned() };
        self.index.get(name).ok_or_else(missing)
    }

    async fn read_plain(&self, name: &str) -> Result<RawTensor, WeightsError> {
        let missing = || WeightsError::MissingTensor { file: self.first_file(), tensor: name.to_owned() };
        let info = self.info(name)?;
        let (path, source) = self.files.get(info.file).ok_or_else(missing)?;
        if let DType::Unsupported(_) = info.dtype {
            return Err(WeightsError::Unsupported { tensor: name.to_owned(), dtype: info.dtype });
        }
        let bytes = source.read(info.range.clone()).await?;
        let wanted = info.range.end - info.range.start;
        if bytes.len() as u64 != wanted {
            let reason = format!("{} of {wanted} bytes of {name} arrived", bytes.len());
            return Err(WeightsError::Unreadable { file: path.clone(), reason });
        }
        Ok(RawTensor {
            name: name.to_owned(),
            dtype: info.dtype,
            shape: info.shape.clone(),
            bytes,
            scales: None,
        })
    }

    async fn read_scales(&self, tensor: &RawTensor) -> Result<Vec<f32>, WeightsError> {
        let name = format!("{}.scale", tensor.name);
        let scale = self.read_plain(&name).await?;
        let rows = tensor.shape.first().copied().unwrap_or(1);
        if scale.dtype != DType::F32 || scale.shape != [rows] {
            let reason = format!("it must be F32 of shape [{rows}], one factor per row of {}", tensor.name);
            return Err(WeightsError::BadTensor { file: self.first_file(), tensor: name, reason });
        }
        scale.to_f32()
    }

    pub(crate) fn first_file(&self) -> String {
        self.files.first().map_or_else(|| "the model".to_owned(), |(path, _)| path.clone())
    }
}
