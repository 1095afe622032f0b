//! A growing list of tensors.

/// Names and shapes of tensors, in the order in which a file has them.
#[derive(Debug, Clone, Default)]
pub struct Shapes {
    tensors: Vec<(String, Vec<usize>)>,
}

impl Shapes {
    /// The tensors.
    pub fn tensors(&self) -> &[(String, Vec<usize>)] {
        &self.tensors
    }

    /// Numbers in all of them.
    pub fn parameters(&self) -> usize {
        self.tensors.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum()
    }

    /// The same tensors, each name behind `prefix`.
    pub fn prefixed(self, prefix: &str) -> Self {
        let tensors = self.tensors.into_iter().map(|(name, shape)| (format!("{prefix}{name}"), shape));
        Self { tensors: tensors.collect() }
    }

    /// All tensors of both.
    pub fn and(mut self, other: Self) -> Self {
        self.tensors.extend(other.tensors);
        self
    }

    /// Adds a module's weight.
    pub fn weight(&mut self, module: &str, shape: &[usize]) {
        self.tensors.push((format!("{module}.weight"), shape.to_vec()));
    }

    /// Adds a weight and as many biases as it has rows.
    pub fn layer(&mut self, module: &str, shape: &[usize]) {
        self.weight(module, shape);
        self.tensors.push((format!("{module}.bias"), shape[..1].to_vec()));
    }

    pub(crate) fn linear(&mut self, module: &str, outputs: usize, inputs: usize) {
        self.layer(module, &[outputs, inputs]);
    }

    pub(crate) fn conv(&mut self, module: &str, outputs: usize, inputs: usize, size: usize) {
        self.layer(module, &[outputs, inputs, size, size]);
    }

    pub(crate) fn norm(&mut self, module: &str, channels: usize) {
        self.layer(module, &[channels]);
    }

    /// A residual block; the autoencoder's have no time embedding.
    pub(crate) fn resnet(&mut self, module: &str, outputs: usize, inputs: usize, time: Option<usize>) {
        self.norm(&format!("{module}.norm1"), inputs);
        self.conv(&format!("{module}.conv1"), outputs, inputs, 3);
        if let Some(time) = time {
            self.linear(&format!("{module}.time_emb_proj"), outputs, time);
        }
        self.norm(&format!("{module}.norm2"), outputs);
        self.conv(&format!("{module}.conv2"), outputs, outputs, 3);
        if inputs != outputs {
            self.conv(&format!("{module}.conv_shortcut"), outputs, inputs, 1);
        }
    }
}
