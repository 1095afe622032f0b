//! The parts of a model that are on a device now.

use std::rc::Rc;

use kernels::Device;
use models::{Adapters, ClipText, LoraUse, UNet};

use super::encoded::EncodedPrompts;
use crate::{DecoderChoice, PipelineError, autoencoder::Autoencoder, rehearsal::Rehearsed};

/// A cache of loaded parts. When the model is small all of them stay; when it is large, they take turns.
#[derive(Default)]
pub(crate) struct Parts {
    pub(super) keeps_all: bool,
    device: Option<Device>,
    pub(super) text: Option<Adapted<ClipText>>,
    pub(super) unet: Option<Adapted<UNet>>,
    pub(super) autoencoder: Option<(DecoderChoice, Rc<Autoencoder>)>,
    pub(super) prompts: EncodedPrompts,
    /// The latest request whose kernels were compiled there.
    pub(super) rehearsed: Option<Rehearsed>,
}

/// A loaded network, and the LoRAs that are set into it.
pub(super) struct Adapted<T> {
    pub(super) network: Rc<T>,
    loras: Vec<LoraUse>,
}

impl<T> Adapted<T> {
    /// A network that was just loaded.
    pub(super) fn new(network: T) -> Self {
        Self { network: Rc::new(network), loras: Vec::new() }
    }

    /// Sets these LoRAs and no others, unless they are the ones that are set already.
    pub(super) async fn adapt(
        &mut self,
        adapters: impl Fn(&T) -> &Adapters,
        loras: &[LoraUse],
    ) -> Result<(), PipelineError> {
        let wanted: Vec<LoraUse> = loras.iter().filter(|used| used.scale != 0.0).cloned().collect();
        if self.loras == wanted {
            return Ok(());
        }
        adapters(&self.network).set(&wanted).await?;
        self.loras = wanted;
        Ok(())
    }
}

impl Parts {
    pub(super) fn new(keeps_all: bool) -> Self {
        Self { keeps_all, ..Self::default() }
    }

    /// Frees everything.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.keeps_all);
    }

    /// Frees what is on another device than this one, such as one that was lost.
    pub(super) fn use_device(&mut self, device: &Device) {
        if !self.device.as_ref().is_some_and(|current| current.is_same(device)) {
            self.clear();
            self.device = Some(device.clone());
        }
    }

    /// Frees the other parts before one is loaded, unless all of them may stay.
    pub(super) fn make_room(&mut self) {
        if !self.keeps_all {
            (self.text, self.unet, self.autoencoder) = (None, None, None);
        }
    }
}
