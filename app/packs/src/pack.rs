//! A pack without its pictures' bytes: what is kept of it in a database.

use gallery::Settings;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::picture::PictureInfo;
use crate::{PackError, Problem, error::wrong};

/// Pictures and recipes that travel together. The fields are those of the format; `rest` has the unknown ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// When it was made, as RFC 3339 writes it.
    pub created: String,
    /// The program that made it, for people.
    pub app: String,
    /// Its name, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What its maker wrote about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Its pictures and recipes, at least one.
    pub entries: Vec<Entry>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A picture with everything needed to make it again, or only the latter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique in its pack.
    pub id: String,
    /// When the picture was made, as RFC 3339 writes it.
    pub created: String,
    /// Whether it has a star.
    #[serde(default)]
    pub favorite: bool,
    /// What made it, as the file has it: [`Entry::settings`] is what this version knows of that.
    pub settings: Map<String, Value>,
    /// The picture; a recipe has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<PictureInfo>,
    /// The picture that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<PictureInfo>,
    /// Where the source was to be repainted: white.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<PictureInfo>,
    /// The picture as an SVG drawing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drawing: Option<PictureInfo>,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a picture is to its entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// What was made.
    Image,
    /// What it was made from.
    Source,
    /// Where it was repainted.
    Mask,
    /// What was made, as an SVG drawing.
    Drawing,
}

impl Role {
    /// Every role, in the order of the file.
    pub const ALL: [Self; 4] = [Self::Image, Self::Source, Self::Mask, Self::Drawing];

    /// The field's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Source => "source",
            Self::Mask => "mask",
            Self::Drawing => "drawing",
        }
    }
}

/// Names a picture of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureKey {
    /// The entry's place in the pack, from 0.
    pub entry: usize,
    /// Which of its pictures.
    pub role: Role,
}

impl PictureKey {
    /// A name that sorts as the file does, such as `000003.image`.
    pub fn name(self) -> String {
        format!("{:06}.{}", self.entry, self.role.name())
    }
}

/// A pack with its pictures.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadedPack<B> {
    /// The pack.
    pub pack: Pack,
    /// A picture for every [`PictureInfo`] in it, by entry and role.
    pub pictures: Vec<(PictureKey, B)>,
}

impl<B> LoadedPack<B> {
    /// One of its pictures.
    pub fn picture(&self, key: PictureKey) -> Option<&B> {
        self.pictures.iter().find(|(of, _)| *of == key).map(|(_, picture)| picture)
    }
}

impl Entry {
    /// An entry of these settings.
    ///
    /// # Errors
    /// [`PackError::Field`] when a number has no JSON form.
    pub fn of(id: String, created: String, settings: &Settings) -> Result<Self, PackError> {
        let invalid = |reason: String| wrong(1, "settings", Problem::Invalid(reason));
        let value = serde_json::to_value(settings).map_err(|error| invalid(error.to_string()))?;
        let Value::Object(settings) = value else { return Err(invalid("no object".to_owned())) };
        Ok(Self { id, created, settings, ..Self::default() })
    }

    /// The settings as this version knows them.
    ///
    /// # Errors
    /// [`PackError::Field`] with the field's path; `entry` is the entry's number in its pack, from 1.
    pub fn settings(&self, entry: usize) -> Result<Settings, PackError> {
        serde_path_to_error::deserialize(Value::Object(self.settings.clone())).map_err(|error| {
            let path = error.path().to_string();
            let field = if path == "." { "settings".to_owned() } else { format!("settings.{path}") };
            wrong(entry, field, Problem::Invalid(error.inner().to_string()))
        })
    }

    /// What is known of one of its pictures.
    pub fn info(&self, role: Role) -> Option<&PictureInfo> {
        match role {
            Role::Image => self.image.as_ref(),
            Role::Source => self.source.as_ref(),
            Role::Mask => self.mask.as_ref(),
            Role::Drawing => self.drawing.as_ref(),
        }
    }

    /// Gives it a picture.
    pub fn set_info(&mut self, role: Role, info: PictureInfo) {
        let place = match role {
            Role::Image => &mut self.image,
            Role::Source => &mut self.source,
            Role::Mask => &mut self.mask,
            Role::Drawing => &mut self.drawing,
        };
        *place = Some(info);
    }
}

impl Pack {
    /// The pictures that it should have, in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = PictureKey> {
        self.entries.iter().enumerate().flat_map(|(entry, of)| {
            let roles = Role::ALL.into_iter().filter(|role| of.info(*role).is_some());
            roles.map(move |role| PictureKey { entry, role })
        })
    }

    /// Whether it has a star: it has when each of its entries does.
    pub fn is_favorite(&self) -> bool {
        !self.entries.is_empty() && self.entries.iter().all(|entry| entry.favorite)
    }

    /// Gives it a star, or takes it.
    pub fn set_favorite(&mut self, favorite: bool) {
        self.entries.iter_mut().for_each(|entry| entry.favorite = favorite);
    }

    /// The first prompt in it, cut to one line.
    fn first_prompt(&self) -> String {
        const LONGEST: usize = 80;
        let prompt = self.entries.first().and_then(|entry| entry.settings.get("prompt"));
        let line = prompt.and_then(Value::as_str).and_then(|prompt| prompt.trim().lines().next());
        line.unwrap_or_default().chars().take(LONGEST).collect()
    }

    /// Its title, or what it shows; may be empty.
    pub fn name(&self) -> String {
        match self.title.trim() {
            "" => self.first_prompt(),
            title => title.to_owned(),
        }
    }

    /// A file name that is legal everywhere, such as `a-red-apple.pack.json`.
    pub fn file_name(&self) -> String {
        const LONGEST: usize = 60;
        let mut stem = String::new();
        for letter in self.name().chars() {
            if letter.is_alphanumeric() && stem.len() < LONGEST {
                stem.extend(letter.to_lowercase());
            } else if !stem.is_empty() && !stem.ends_with('-') {
                stem.push('-');
            }
        }
        let stem = stem.trim_end_matches('-');
        format!("{}.pack.json", if stem.is_empty() { "pictures" } else { stem })
    }

    /// Whether each word of `query` is in a prompt, a model's name, the title or the notes; letters' case is one.
    pub fn matches(&self, query: &str) -> bool {
        let mut text = format!("{}\n{}", self.title, self.notes);
        for entry in &self.entries {
            for field in ["prompt", "negative_prompt", "model"] {
                text.push('\n');
                text.push_str(entry.settings.get(field).and_then(Value::as_str).unwrap_or_default());
            }
        }
        let text = text.to_lowercase();
        query.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }

    /// Whether another pack holds the same, but for stars and for what people call it.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = |a: &Entry, b: &Entry| {
            let infos =
                |entry: &Entry| Role::ALL.map(|role| entry.info(role).map(|info| info.sha256.clone()));
            (&a.id, &a.settings) == (&b.id, &b.settings) && infos(a) == infos(b)
        };
        self.entries.len() == other.entries.len()
            && self.entries.iter().zip(&other.entries).all(|(a, b)| same(a, b))
    }
}
