//! The parts of a model that are on a device now.

use std::rc::Rc;

use kernels::{Demand, Device};
use models::{Adapters, ClipText, LoraUse, UNet};

use super::encoded::EncodedPrompts;
use crate::{DecoderChoice, PipelineError, autoencoder::Autoencoder, rehearsal::Rehearsed};

/// What a model is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Text,
    UNet,
    Autoencoder,
}

/// A cache of loaded parts.
///
/// Of a small model all of them stay. Of a large one on a GPU the denoiser and the autoencoder stay, which the next picture
/// needs again: to load them takes as long as many a picture. The text encoder goes before they work, since states of
/// prompts are kept. In the memory of a page, and where there is no room, they take turns, so that the largest decides
/// what fits.
#[derive(Default)]
pub(crate) struct Parts {
    pub(super) is_small: bool,
    takes_turns: bool,
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
    pub(super) fn new(is_small: bool) -> Self {
        Self { is_small, ..Self::default() }
    }

    /// No parts of the same model.
    pub(super) fn emptied(&self) -> Self {
        Self { takes_turns: self.takes_turns, ..Self::new(self.is_small) }
    }

    /// Frees everything.
    pub(super) fn clear(&mut self) {
        *self = self.emptied();
    }

    /// Frees everything, and keeps no more than one part from now on. Does nothing, and is false, when that was so already.
    pub(super) fn take_turns(&mut self) -> bool {
        if self.takes_turns {
            return false;
        }
        self.takes_turns = true;
        self.clear();
        true
    }

    pub(super) fn takes_turns(&self) -> bool {
        self.takes_turns
    }

    /// Frees what is on another device than this one, such as one that was lost.
    pub(super) fn use_device(&mut self, device: &Device) {
        if !self.device.as_ref().is_some_and(|current| current.is_same(device)) {
            self.clear();
            self.device = Some(device.clone());
        }
    }

    /// Frees what is not to be there beside a part that is needed next, and what parts before it worked on.
    pub(super) fn make_room(&mut self, next: Part) {
        let Some(device) = self.device.as_ref().filter(|_| !self.is_small || self.takes_turns) else {
            return;
        };
        let pair_stays = device.is_gpu() && !self.takes_turns;
        let goes = |part: Part| part != next && !(pair_stays && part != Part::Text);
        self.text = self.text.take().filter(|_| !goes(Part::Text));
        self.unet = self.unet.take().filter(|_| !goes(Part::UNet));
        self.autoencoder = self.autoencoder.take().filter(|_| !goes(Part::Autoencoder));
        device.change_work(if next == Part::UNet { Demand::Repeated } else { Demand::Passing });
    }
}
