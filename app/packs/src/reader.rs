//! From a file to a pack.

use std::collections::HashSet;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{in_words, wrong};
use crate::json::{Fault, Json};
use crate::limits::{MOST_ENTRIES, MOST_FILE_BYTES, MOST_PICTURE_BYTES, MOST_TEXT_BYTES};
use crate::pack::{Entry, LoadedPack, Pack, PictureKey, Role};
use crate::picture::{Look, PictureInfo, Pieces};
use crate::{Blob, FORMAT, PackError, Place, Problem, VERSION, millis_of_date};

type Fields = Map<String, Value>;

/// Reads a pack of this format. `progress` hears how many bytes of the file have been read.
pub(crate) async fn read_pack<B: Blob>(
    file: &B,
    progress: &mut dyn FnMut(u64),
) -> Result<LoadedPack<B>, PackError> {
    if file.len_bytes() > MOST_FILE_BYTES {
        return Err(PackError::TooLarge(in_words(MOST_FILE_BYTES)));
    }
    let (place, ids) = (Place::default(), HashSet::new());
    let mut reader =
        Reader { json: Json::new(file), place, ids, entries: Vec::new(), pictures: Vec::new(), progress };
    let fields = reader.document().await?;
    reader.pictures.sort_by_key(|(key, _)| *key);
    Ok(LoadedPack { pack: pack(fields, reader.entries)?, pictures: reader.pictures })
}

struct Reader<'a, B> {
    json: Json<'a, B>,
    /// What is being read, for messages.
    place: Place,
    ids: HashSet<String>,
    entries: Vec<Entry>,
    pictures: Vec<(PictureKey, B)>,
    progress: &'a mut dyn FnMut(u64),
}

impl<B: Blob> Reader<'_, B> {
    fn here(&self) -> impl Fn(Fault) -> PackError + use<B> {
        let place = self.place.clone();
        move |fault| fault.at(&place)
    }

    fn problem<T>(&self, problem: Problem) -> Result<T, PackError> {
        Err(PackError::Field { place: self.place.clone(), problem })
    }

    /// The fields of the document but `entries`, which are read into place. Programs that sort fields by name put
    /// `entries` before `format`: then they are read when it is known that this is a pack.
    async fn document(&mut self) -> Result<Fields, PackError> {
        self.pass_byte_order_mark().await?;
        let mut scope = self.json.enter(b'{').await.map_err(not_a_pack)?;
        let (mut fields, mut entries_at, mut entries_read) = (Fields::new(), None, false);
        self.place = Place::default();
        while let Some(key) = self.json.key(&mut scope).await.map_err(self.here())? {
            self.place = Place::new(0, &key);
            if key != "entries" {
                self.field(&mut fields, key).await?;
                check_version(&fields)?;
            } else if entries_read || entries_at.is_some() {
                return self.problem(Problem::Twice);
            } else if fields.contains_key("format") && fields.contains_key("version") {
                entries_read = true;
                self.entries().await?;
            } else {
                entries_at = Some(self.json.position());
                self.json.skip().await.map_err(self.here())?;
            }
            self.place = Place::default();
        }
        if self.json.look().await.map_err(self.here())?.is_some() {
            let (place, at_byte) = (Place::default(), self.json.position());
            return Err(PackError::Syntax {
                place,
                at_byte,
                what: "something stands after its end".to_owned(),
            });
        }
        if !fields.contains_key("format") {
            return Err(PackError::NotAPack);
        }
        let missing = |field| Err(wrong(0, field, Problem::Missing));
        match entries_at {
            _ if !fields.contains_key("version") => missing("version"),
            None if !entries_read => missing("entries"),
            None => Ok(fields),
            Some(position) => {
                self.json.seek(position);
                self.place = Place::new(0, "entries");
                self.entries().await?;
                Ok(fields)
            }
        }
    }

    async fn pass_byte_order_mark(&mut self) -> Result<(), PackError> {
        if self.json.look().await.map_err(self.here())? == Some(0xef) {
            self.json.seek(3);
        }
        Ok(())
    }

    /// Takes the value of a field that is no picture.
    async fn field(&mut self, fields: &mut Fields, key: String) -> Result<(), PackError> {
        let value = self.json.value().await.map_err(self.here())?;
        if self.json.taken_bytes > MOST_TEXT_BYTES {
            return self.problem(Problem::TooLarge(in_words(MOST_TEXT_BYTES as u64)));
        }
        match fields.insert(key, value) {
            Some(_) => self.problem(Problem::Twice),
            None => Ok(()),
        }
    }

    async fn entries(&mut self) -> Result<(), PackError> {
        let mut scope = self.json.enter(b'[').await.map_err(self.here())?;
        while self.json.item(&mut scope).await.map_err(self.here())? {
            if self.entries.len() == MOST_ENTRIES {
                return self.problem(Problem::TooLarge(format!("{MOST_ENTRIES} entries")));
            }
            self.place = Place::new(self.entries.len() + 1, "");
            let entry = self.entry().await?;
            self.entries.push(entry);
            self.place = Place::new(0, "entries");
        }
        match self.entries.is_empty() {
            true => self.problem(Problem::Invalid("it has no entries".to_owned())),
            false => Ok(()),
        }
    }

    async fn entry(&mut self) -> Result<Entry, PackError> {
        let number = self.place.entry;
        let mut scope = self.json.enter(b'{').await.map_err(self.here())?;
        let (mut fields, mut infos) = (Fields::new(), Vec::new());
        while let Some(key) = self.json.key(&mut scope).await.map_err(self.here())? {
            self.place = Place::new(number, &key);
            match Role::ALL.into_iter().find(|role| role.name() == key) {
                None => self.field(&mut fields, key).await?,
                Some(role) if infos.iter().any(|(of, _)| *of == role) => return self.problem(Problem::Twice),
                Some(role) => {
                    let info = self.picture(role).await?;
                    infos.push((role, info));
                }
            }
            self.place = Place::new(number, "");
        }
        let mut entry = entry(fields, number)?;
        if !self.ids.insert(entry.id.clone()) {
            return Err(wrong(number, "id", Problem::NotUnique));
        }
        for (role, info) in infos {
            if let Some(info) = info {
                entry.set_info(role, info);
            }
        }
        Ok(entry)
    }

    /// Reads a picture and lays it down; `null` is no picture.
    async fn picture(&mut self, role: Role) -> Result<Option<PictureInfo>, PackError> {
        let number = self.place.entry;
        if self.json.look().await.map_err(self.here())? == Some(b'n') {
            return match self.json.value().await.map_err(self.here())? {
                Value::Null => Ok(None),
                _ => self.problem(Problem::Invalid("an object is expected".to_owned())),
            };
        }
        let mut scope = self.json.enter(b'{').await.map_err(self.here())?;
        let (mut fields, mut data) = (Fields::new(), None);
        while let Some(key) = self.json.key(&mut scope).await.map_err(self.here())? {
            self.place = Place::new(number, format!("{}.{key}", role.name()));
            match key.as_str() {
                "data" if data.is_some() => return self.problem(Problem::Twice),
                "data" => data = Some(self.data(role).await?),
                _ => self.field(&mut fields, key).await?,
            }
            self.place = Place::new(number, role.name());
        }
        let field = |name: &str| format!("{}.{name}", role.name());
        let (look, pieces) = data.ok_or_else(|| wrong(number, field("data"), Problem::Missing))?;
        let info = PictureInfo {
            media_type: needed(&mut fields, "media_type", number, field("media_type"))?,
            width: needed(&mut fields, "width", number, field("width"))?,
            height: needed(&mut fields, "height", number, field("height"))?,
            sha256: needed(&mut fields, "sha256", number, field("sha256"))?,
            rest: fields,
        };
        info.check(look.info(), number, role)?;
        let picture = pieces.join(&info.media_type)?;
        self.pictures.push((PictureKey { entry: number - 1, role }, picture));
        Ok(Some(info))
    }

    async fn data(&mut self, role: Role) -> Result<(Look, Pieces<B>), PackError> {
        let (mut look, mut pieces) = (Look::of(role), Pieces::new());
        let decoded = self.json.base64(MOST_PICTURE_BYTES, |bytes| {
            look.take(bytes);
            Ok(pieces.append(bytes)?)
        });
        decoded.await.map_err(self.here())?;
        (self.progress)(self.json.position());
        Ok((look, pieces))
    }
}

/// A file that does not even begin like a pack is of another kind, not a damaged one.
fn not_a_pack(fault: Fault) -> PackError {
    match fault {
        Fault::Syntax { .. } => PackError::NotAPack,
        other => other.at(&Place::default()),
    }
}

fn check_version(fields: &Fields) -> Result<(), PackError> {
    if fields.get("format").is_some_and(|format| format != FORMAT) {
        return Err(PackError::NotAPack);
    }
    // Another program's JSON may well have a version of its own.
    let version = fields.get("version").filter(|_| fields.contains_key("format"));
    match version {
        Some(version) if *version != VERSION => {
            // A number or a word of some kind, but not a novel.
            Err(PackError::Version(version.to_string().chars().take(20).collect()))
        }
        _ => Ok(()),
    }
}

fn pack(mut fields: Fields, entries: Vec<Entry>) -> Result<Pack, PackError> {
    fields.retain(|key, _| !["format", "version"].contains(&key.as_str()));
    Ok(Pack {
        created: date(&mut fields, 0)?,
        app: needed(&mut fields, "app", 0, "app")?,
        title: optional(&mut fields, "title", 0)?,
        notes: optional(&mut fields, "notes", 0)?,
        entries,
        rest: fields,
    })
}

fn entry(mut fields: Fields, number: usize) -> Result<Entry, PackError> {
    let id: String = needed(&mut fields, "id", number, "id")?;
    if id.is_empty() {
        return Err(wrong(number, "id", Problem::Invalid("it is empty".to_owned())));
    }
    let entry = Entry {
        id,
        created: date(&mut fields, number)?,
        favorite: optional(&mut fields, "favorite", number)?,
        settings: needed(&mut fields, "settings", number, "settings")?,
        image: None,
        source: None,
        mask: None,
        drawing: None,
        rest: fields,
    };
    entry.settings(number)?;
    Ok(entry)
}

fn needed<T: DeserializeOwned>(
    fields: &mut Fields,
    name: &str,
    number: usize,
    path: impl Into<String>,
) -> Result<T, PackError> {
    let path = path.into();
    let Some(value) = fields.remove(name) else { return Err(wrong(number, path, Problem::Missing)) };
    serde_json::from_value(value).map_err(|error| wrong(number, path, Problem::Invalid(error.to_string())))
}

fn optional<T: DeserializeOwned + Default>(
    fields: &mut Fields,
    name: &str,
    number: usize,
) -> Result<T, PackError> {
    match fields.contains_key(name) {
        true => needed(fields, name, number, name),
        false => Ok(T::default()),
    }
}

fn date(fields: &mut Fields, number: usize) -> Result<String, PackError> {
    let date: String = needed(fields, "created", number, "created")?;
    match millis_of_date(&date) {
        Some(_) => Ok(date),
        None => {
            let reason = "a date such as 2026-11-27T00:38:40Z is expected".to_owned();
            Err(wrong(number, "created", Problem::Invalid(reason)))
        }
    }
}
