//! Which records to show, and in which order.

use std::cmp::Ordering;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Entry;
use crate::{Mode, Record};

/// What is asked of the gallery. The default asks for everything, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// Words that must all occur in the prompt, or in the name of a LoRA or a collection; in any case and place.
    /// Words in quotation marks must stand together. A number also finds the seed.
    pub text: String,
    /// Only pictures begun this way.
    pub mode: Option<Mode>,
    /// Only pictures of the model with this key.
    pub model: Option<String>,
    /// Only pictures in this collection.
    pub collection: Option<String>,
    /// Only pictures with a star.
    pub favorites: bool,
    /// The order.
    pub order: Order,
}

/// How found records are sorted; equal ones stay newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// By date, latest first.
    #[default]
    Newest,
    /// By date, earliest first.
    Oldest,
    /// By prompt, A to Z.
    Prompt,
    /// By model, then date.
    Model,
    /// By number of pixels, most first.
    Largest,
    /// By quality steps, most first.
    Steps,
}

impl Query {
    /// Whether it may leave records out.
    pub fn narrows(&self) -> bool {
        Self { order: Order::default(), ..self.clone() } != Self::default()
    }

    /// Everything but the words.
    pub(super) fn admits(&self, record: &Record) -> bool {
        (!self.favorites || record.favorite)
            && self.mode.is_none_or(|mode| record.settings.mode == mode)
            && self.model.as_ref().is_none_or(|model| record.settings.model == *model)
            && self.collection.as_ref().is_none_or(|name| record.collections.contains(name))
    }
}

impl Order {
    /// Sorts records that come newest first.
    pub(super) fn sort(self, records: &mut [Arc<Record>]) {
        let pixels = |record: &Record| u64::from(record.settings.width) * u64::from(record.settings.height);
        // One sorting with several ways to compare: each sorting is 5 KB of the page.
        let compare: &dyn Fn(&Arc<Record>, &Arc<Record>) -> Ordering = match self {
            Self::Newest => return,
            Self::Oldest => return records.reverse(),
            Self::Prompt => {
                return records.sort_by_cached_key(|record| record.settings.prompt.trim().to_lowercase());
            }
            Self::Model => &|a, b| a.settings.model.cmp(&b.settings.model),
            Self::Largest => &|a, b| pixels(b).cmp(&pixels(a)),
            Self::Steps => &|a, b| b.settings.steps.cmp(&a.settings.steps),
        };
        records.sort_by(compare);
    }
}

/// The words of a search, in lower case.
pub(super) struct Needles(Vec<String>);

impl Needles {
    /// Takes a text apart at spaces, but not within quotation marks. A mark that is never closed counts for nothing.
    pub(super) fn of(text: &str) -> Self {
        let text = text.to_lowercase();
        let closed = text.matches('"').count() / 2 * 2;
        let mut needles = Vec::new();
        for (at, part) in text.splitn(closed + 1, '"').enumerate() {
            if at % 2 == 1 {
                needles.push(part.trim().to_owned());
            } else {
                needles.extend(part.replace('"', " ").split_whitespace().map(str::to_owned));
            }
        }
        needles.retain(|needle| !needle.is_empty());
        Self(needles)
    }

    pub(super) fn are_in(&self, entry: &Entry) -> bool {
        let seed = entry.record.settings.seed;
        self.0.iter().all(|needle| entry.haystack.contains(needle.as_str()) || needle.parse() == Ok(seed))
    }
}
