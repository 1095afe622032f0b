//! The parts of a model that are on a device now.

use std::rc::Rc;

use kernels::Device;
use models::{ClipText, UNet};

use crate::{DecoderChoice, autoencoder::Autoencoder};

/// A cache of loaded parts. When the model is small all of them stay; when it is large, they take turns.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) keeps_all: bool,
    device: Option<Device>,
    pub(super) text: Option<Rc<ClipText>>,
    pub(super) unet: Option<Rc<UNet>>,
    pub(super) autoencoder: Option<(DecoderChoice, Rc<Autoencoder>)>,
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
