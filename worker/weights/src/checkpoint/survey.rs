//! What a weight file holds: the family, the parts, and what does not fit.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Family, LoraSummary, Part, Prediction, config, family,
    layout::{Fault, Shapes, TextLayout, UnetLayout, VaeLayout},
    names::{self, Names, Place},
    stated,
};
use crate::{Tensors, View, bundle};

/// What is known of a file from its names, shapes and metadata.
#[derive(Debug, Clone)]
pub struct Survey {
    /// What it is.
    pub family: Family,
    /// What says so.
    pub evidence: String,
    /// What the UNet predicts, where there is one.
    pub prediction: Option<Prediction>,
    /// The parts of a model that are in it.
    pub parts: BTreeMap<Part, PartSurvey>,
    /// Tensors of averaged copies.
    pub ema: usize,
    /// Tables of the noise schedule, position ids and other tensors that are not weights.
    pub buffers: usize,
    /// Tensors of a part that are not needed to make pictures.
    pub unused: Vec<String>,
    /// Tensors that belong nowhere.
    pub unknown: Vec<String>,
    /// For a LoRA, what it changes.
    pub lora: Option<LoraSummary>,
}

/// One part of a model in a file.
#[derive(Debug, Clone, Default)]
pub struct PartSurvey {
    /// Every tensor under diffusers' name.
    pub views: BTreeMap<String, View>,
    /// Diffusers' names of tensors that must be there and are not.
    pub missing: Vec<String>,
    /// Why the part's sizes contradict each other, if they do.
    pub odd: Option<String>,
    /// The configuration that follows from the sizes; null when none does.
    pub config: Value,
}

impl Survey {
    /// Looks through the names and shapes of a file. No weights are read.
    pub fn of(tensors: &Tensors) -> Self {
        let marked = family::marked(tensors);
        if let Some((family, name)) = marked
            && family != Family::TextEncoder
        {
            let mut survey = Self::new(family, format!("the name {name}"));
            survey.lora = (family == Family::Lora).then(|| LoraSummary::of(tensors));
            return survey;
        }
        let mut survey = Self::new(Family::Unknown, "no name that is known".to_owned());
        let mut shapes = BTreeMap::new();
        for (part, locals) in survey.sort(tensors) {
            let (views, part_shapes) = survey.rename(tensors, part, &locals);
            survey.parts.insert(part, PartSurvey { views, ..PartSurvey::default() });
            shapes.insert(part, part_shapes);
        }
        let unet = shapes.get(&Part::Unet).map(UnetLayout::of);
        survey.tell_family(unet.as_ref(), marked);
        if let Some(Ok(layout)) = &unet {
            survey.prediction = Some(Prediction::of(tensors, layout));
        }
        for (part, shapes) in &shapes {
            survey.measure(*part, shapes, tensors);
        }
        survey
    }

    fn new(family: Family, evidence: String) -> Self {
        let (unused, unknown, parts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { family, evidence, prediction: None, parts, ema: 0, buffers: 0, unused, unknown, lora: None }
    }

    /// Sorts the names by part: the name there, and the tensor's own.
    fn sort<'a>(&mut self, tensors: &'a Tensors) -> BTreeMap<Part, BTreeMap<&'a str, &'a str>> {
        let mut parts: BTreeMap<Part, BTreeMap<&str, &str>> = BTreeMap::new();
        let bundled = bundle::is_bundle(tensors);
        for (name, place) in names::places(tensors) {
            match place {
                // A tiny autoencoder may travel with a model that brings its configurations.
                Place::Unknown if bundled && name.starts_with("taesd.") => {}
                // Scales of int8 rows follow their tensor.
                _ if name.strip_suffix(".scale").is_some_and(|of| tensors.get(of).is_some()) => {}
                Place::In(part, local) => {
                    parts.entry(part).or_default().insert(local, name);
                }
                Place::Ema => self.ema += 1,
                Place::Buffer => self.buffers += 1,
                Place::Unknown => self.unknown.push(name.to_owned()),
            }
        }
        parts
    }

    /// Views of a part's tensors under diffusers' names, and their shapes.
    fn rename(
        &mut self,
        tensors: &Tensors,
        part: Part,
        locals: &BTreeMap<&str, &str>,
    ) -> (BTreeMap<String, View>, Shapes) {
        let renames = names::renames(part, &locals.keys().copied().collect::<Names<'_>>());
        let (mut views, mut shapes) = (BTreeMap::new(), Shapes::new());
        for (&local, &name) in locals {
            let Some(named) = renames.get(local) else {
                self.unknown.push(name.to_owned());
                continue;
            };
            if named.is_empty() {
                self.unused.push(name.to_owned());
            }
            let shape = tensors.get(name).map(|info| info.shape.as_slice()).unwrap_or_default();
            for named in named {
                let view = names::view(name, named, shape);
                let mut shape = view.shape.clone().unwrap_or_else(|| shape.to_vec());
                if let (Some(rows), Some(first)) = (&view.rows, shape.first_mut()) {
                    *first = rows.len();
                }
                shapes.insert(named.to.clone(), shape);
                if let Some(twin) = views.insert(named.to.clone(), view) {
                    self.unknown.push(twin.of);
                }
            }
        }
        (views, shapes)
    }

    fn tell_family(&mut self, unet: Option<&Result<UnetLayout, Fault>>, marked: Option<(Family, &str)>) {
        (self.family, self.evidence) = match unet {
            Some(Ok(layout)) if layout.is_linear => {
                (Family::StableDiffusion2, "linear projections of the UNet's tokens".to_owned())
            }
            Some(Ok(_)) => {
                (Family::StableDiffusion1, "1x1 convolutions around the UNet's attention".to_owned())
            }
            Some(Err(_)) => (Family::Unknown, "the names of a UNet, of no known sizes".to_owned()),
            None if self.parts.contains_key(&Part::TextEncoder) => {
                (Family::TextEncoder, "the names of a text encoder alone".to_owned())
            }
            None if self.parts.contains_key(&Part::Vae) => {
                (Family::Vae, "the names of an autoencoder alone".to_owned())
            }
            None => match marked {
                Some((family, name)) => (family, format!("the name {name}")),
                None => return,
            },
        };
    }

    /// Infers a part's configuration and holds its names against it.
    fn measure(&mut self, part: Part, shapes: &Shapes, tensors: &Tensors) {
        let sizes = match part {
            // Which blocks are where does not follow from a flat list of layers: the file has to say.
            Part::Vae if names::is_tiny(shapes.keys().map(String::as_str)) => {
                let stated = stated::in_metadata(tensors, part.config()).unwrap_or_default();
                Ok((shapes.keys().cloned().collect(), stated))
            }
            Part::Unet => UnetLayout::of(shapes).and_then(|layout| {
                let prediction = self.prediction.clone().unwrap_or_default();
                let config = config::unet(&layout, &prediction).map_err(Fault::Odd)?;
                Ok((layout.expected(), config))
            }),
            Part::Vae => VaeLayout::of(shapes).map(|layout| (layout.expected(), config::vae(&layout))),
            Part::TextEncoder => {
                TextLayout::of(shapes).map(|layout| (layout.expected(), config::text(&layout, self.family)))
            }
        };
        let Some(found) = self.parts.get_mut(&part) else { return };
        match sizes {
            Ok((expected, config)) => {
                found.config = config;
                found.missing = expected.iter().filter(|name| !shapes.contains_key(*name)).cloned().collect();
                let extra = found.views.extract_if(.., |name, _| !expected.contains(name));
                self.unknown.extend(extra.map(|(_, view)| view.of));
            }
            Err(Fault::Missing(name)) => found.missing = vec![name],
            Err(Fault::Odd(reason)) => found.odd = Some(reason),
        }
    }
}
