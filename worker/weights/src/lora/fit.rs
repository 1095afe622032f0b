//! Which of a LoRA's modules a model has, and whether the matrices fit them.

use std::collections::BTreeMap;

use super::{Lora, LoraEntry, LoraError, LoraPart, ldm};
use crate::Tensors;

/// Sizes of a module that a LoRA can add to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleShape {
    /// Width of what it puts out.
    pub outputs: usize,
    /// Width of what it takes.
    pub inputs: usize,
    /// Height and width of its filter; 1 and 1 for a fully connected layer.
    pub kernel: [usize; 2],
}

impl ModuleShape {
    /// From the shape of a weight, `[n, k]` or `[o, i, kh, kw]`; `None` for others.
    pub fn of_weight(shape: &[usize]) -> Option<Self> {
        match *shape {
            [outputs, inputs] => Some(Self { outputs, inputs, kernel: [1, 1] }),
            [outputs, inputs, height, width] => Some(Self { outputs, inputs, kernel: [height, width] }),
            _ => None,
        }
    }
}

/// Modules by their name in diffusers, without the part's own prefix.
pub type ModuleShapes = BTreeMap<String, ModuleShape>;

/// The modules of a part, by what the headers of its weight files say: those that have a matrix or filter. So they
/// are known before anything is loaded.
pub fn module_shapes(part: LoraPart, tensors: &Tensors) -> ModuleShapes {
    let modules = tensors.names().filter_map(|name| {
        let module = name.strip_suffix(".weight")?;
        // Tables of embeddings are no layers.
        if part == LoraPart::TextEncoder && module.ends_with("_embedding") {
            return None;
        }
        let shape = ModuleShape::of_weight(&tensors.get(name)?.shape)?;
        Some((without_model(module).to_owned(), shape))
    });
    modules.collect()
}

/// The text encoder's names without the prefix that published checkpoints have and newer libraries leave out.
fn without_model(module: &str) -> &str {
    module.strip_prefix("text_model.").unwrap_or(module)
}

/// What a model makes of a LoRA's modules for one part.
#[derive(Debug)]
pub struct Fit<'a> {
    /// The model's modules, each with what is added to it.
    pub used: Vec<(String, &'a LoraEntry)>,
    /// Modules that the model lacks, as the file spells them.
    pub unused: Vec<&'a str>,
}

impl Lora {
    /// Looks the LoRA's modules of one part up among the model's.
    ///
    /// Names of files with underscores are ambiguous by themselves (`to_out_0` is `to_out.0`), so they are compared
    /// with the model's names spelled the same way, and with the names that the original code has for them.
    ///
    /// # Errors
    /// [`LoraError::WrongShape`] when a matrix does not fit a module that the model has.
    pub fn fit(&self, part: LoraPart, modules: &ModuleShapes) -> Result<Fit<'_>, LoraError> {
        let aliases = aliases(part, modules);
        let mut fit = Fit { used: Vec::new(), unused: Vec::new() };
        for entry in self.entries.iter().filter(|entry| entry.part == part) {
            let found = aliases.get(&underscored(&entry.module)).and_then(|name| modules.get_key_value(name));
            match found {
                Some((name, shape)) => {
                    entry.check(name, *shape)?;
                    fit.used.push((name.clone(), entry));
                }
                None => fit.unused.push(&entry.module),
            }
        }
        Ok(fit)
    }

    /// The modules that a model lacks, as the file spells them.
    ///
    /// # Errors
    /// [`LoraError::NothingKnown`] when it lacks all of them, and as for [`Lora::fit`].
    pub fn unused(&self, unet: &ModuleShapes, text: &ModuleShapes) -> Result<Vec<String>, LoraError> {
        let unet = self.fit(LoraPart::UNet, unet)?;
        let text = self.fit(LoraPart::TextEncoder, text)?;
        let foreign = self.foreign.iter().map(String::as_str);
        let unused: Vec<String> = foreign.chain(unet.unused).chain(text.unused).map(str::to_owned).collect();
        match unused.first() {
            Some(example) if unet.used.is_empty() && text.used.is_empty() => {
                Err(LoraError::NothingKnown { count: unused.len(), example: example.clone() })
            }
            _ => Ok(unused),
        }
    }
}

/// The model's names by every spelling that files have for them.
fn aliases(part: LoraPart, modules: &ModuleShapes) -> BTreeMap<String, String> {
    let own = modules.keys().map(|name| (underscored(name), name.clone()));
    let original = match part {
        LoraPart::UNet => ldm::names(modules),
        LoraPart::TextEncoder => Vec::new(),
    };
    // The model's own names come last: they would win, should one be spelled like another's alias.
    original.into_iter().map(|(alias, name)| (underscored(&alias), name)).chain(own).collect()
}

fn underscored(module: &str) -> String {
    let module = module.replace('.', "_");
    module.strip_prefix("text_model_").map(str::to_owned).unwrap_or(module)
}

impl LoraEntry {
    /// Holds the matrices against a module.
    fn check(&self, name: &str, module: ModuleShape) -> Result<(), LoraError> {
        let ModuleShape { outputs, inputs, kernel: [height, width] } = module;
        let rank = self.rank;
        if ModuleShape::of_weight(&self.down.shape) != Some(ModuleShape { outputs: rank, ..module }) {
            let expected = match (height, width) {
                (1, 1) => format!("[{rank}, {inputs}] for the model's module {name}"),
                _ => format!("[{rank}, {inputs}, {height}, {width}] for the model's module {name}"),
            };
            return Err(self.down.wrong_shape(expected));
        }
        if self.up.shape.first() != Some(&outputs) {
            return Err(self.up.wrong_shape(format!("[{outputs}, {rank}] for the model's module {name}")));
        }
        Ok(())
    }
}
