//! Looking at activations inside a model.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use kernels::{KernelError, Tensor};

/// Records what named modules put out during a forward pass. [`Taps::none`] records nothing and costs nothing;
/// names are those of the modules in the checkpoint, for example `down_blocks.0.resnets.0`.
#[derive(Clone, Default)]
pub struct Taps(Option<Rc<Recording>>);

struct Recording {
    wanted: Vec<String>,
    seen: RefCell<BTreeMap<String, Tensor>>,
}

impl Taps {
    /// Records nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Records the modules of these names.
    pub fn of<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        let wanted = names.into_iter().map(Into::into).collect();
        Self(Some(Rc::new(Recording { wanted, seen: RefCell::default() })))
    }

    /// What was recorded under a name.
    pub fn get(&self, name: &str) -> Option<Tensor> {
        self.0.as_ref()?.seen.borrow().get(name).cloned()
    }

    /// Keeps `output` when somebody asked for the module.
    pub(crate) fn record(&self, name: &str, output: &Tensor) {
        if let Some(recording) = self.wanting(name) {
            recording.seen.borrow_mut().insert(name.to_owned(), output.clone());
        }
    }

    /// As [`record`](Self::record), for a module whose own output a fused operator never forms.
    pub(crate) fn record_with(
        &self,
        name: &str,
        output: impl FnOnce() -> Result<Tensor, KernelError>,
    ) -> Result<(), KernelError> {
        if self.wanting(name).is_some() {
            self.record(name, &output()?);
        }
        Ok(())
    }

    fn wanting(&self, name: &str) -> Option<&Recording> {
        self.0.as_deref().filter(|recording| recording.wanted.iter().any(|wanted| wanted == name))
    }
}
