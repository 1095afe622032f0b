//! From a pack to a file.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::wrong;
use crate::pack::{Entry, LoadedPack, Pack, PictureKey, Role};
use crate::picture::{Look, PictureInfo, Pieces};
use crate::{Blob, FORMAT, PackError, Problem, VERSION};

/// Bytes encoded at a time: whole groups of three.
const SLICE_BYTES: u64 = 3 << 18;

/// Writes a pack, picture by picture and slice by slice: a slice and a piece of the file are all that is in memory.
/// `progress` hears how many bytes of pictures have been written. What is written can be read again: a picture whose
/// bytes are no longer those of its hash is an error.
///
/// # Errors
/// [`PackError::File`] when there is no room, [`PackError::Field`] when a picture is missing or has changed.
pub async fn write_pack<B: Blob>(
    loaded: &LoadedPack<B>,
    progress: &mut dyn FnMut(u64),
) -> Result<B, PackError> {
    let mut writer = Writer { pieces: Pieces::new(), done_bytes: 0, progress };
    let Pack { created, app, title, notes, entries, rest } = &loaded.pack;
    writer.put("{\n  \"format\": ")?;
    writer.put(&text(&FORMAT))?;
    writer.field(2, "version", &VERSION)?;
    writer.field(2, "created", created)?;
    writer.field(2, "app", app)?;
    for (key, value) in
        [("title", title), ("notes", notes)].into_iter().filter(|(_, value)| !value.is_empty())
    {
        writer.field(2, key, value)?;
    }
    writer.fields(2, rest)?;
    writer.put(",\n  \"entries\": [")?;
    for (index, entry) in entries.iter().enumerate() {
        writer.put(if index == 0 { "\n    {" } else { ",\n    {" })?;
        writer.entry(loaded, index, entry).await?;
        writer.put("\n    }")?;
    }
    writer.put("\n  ]\n}\n")?;
    Ok(writer.pieces.join("application/json")?)
}

struct Writer<'a, B> {
    pieces: Pieces<B>,
    done_bytes: u64,
    progress: &'a mut dyn FnMut(u64),
}

/// JSON in lines, as a person reads it. Strings and maps with text for keys always have a JSON form.
fn text<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

impl<B: Blob> Writer<'_, B> {
    fn put(&mut self, text: &str) -> Result<(), PackError> {
        Ok(self.pieces.append(text.as_bytes())?)
    }

    /// A further field on a line of its own. A line break within a value is never part of a text in it: those are
    /// written as `\n`.
    fn field<T: Serialize + ?Sized>(&mut self, indent: usize, key: &str, value: &T) -> Result<(), PackError> {
        let line = format!("\n{:indent$}", "");
        self.put(&format!(",{line}{}: {}", text(key), text(value).replace('\n', &line)))
    }

    fn fields(&mut self, indent: usize, fields: &Map<String, Value>) -> Result<(), PackError> {
        fields.iter().try_for_each(|(key, value)| self.field(indent, key, value))
    }

    async fn entry(&mut self, loaded: &LoadedPack<B>, index: usize, entry: &Entry) -> Result<(), PackError> {
        self.put(&format!("\n      \"id\": {}", text(&entry.id)))?;
        self.field(6, "created", &entry.created)?;
        self.field(6, "favorite", &entry.favorite)?;
        self.field(6, "settings", &entry.settings)?;
        self.fields(6, &entry.rest)?;
        for (role, info) in Role::ALL.into_iter().filter_map(|role| Some((role, entry.info(role)?))) {
            let missing = || wrong(index + 1, role.name(), Problem::Missing);
            let picture = loaded.picture(PictureKey { entry: index, role }).ok_or_else(missing)?;
            self.put(&format!(
                ",\n      \"{}\": {{\n        \"media_type\": {}",
                role.name(),
                text(&info.media_type)
            ))?;
            self.field(8, "width", &info.width)?;
            self.field(8, "height", &info.height)?;
            self.fields(8, &info.rest)?;
            self.field(8, "sha256", &info.sha256)?;
            self.put(",\n        \"data\": \"")?;
            self.data(picture, info, index + 1, role).await?;
            self.put("\"\n      }")?;
        }
        Ok(())
    }

    async fn data(
        &mut self,
        picture: &B,
        info: &PictureInfo,
        entry: usize,
        role: Role,
    ) -> Result<(), PackError> {
        let (mut look, mut letters, mut start) = (Look::of(role), String::new(), 0);
        while start < picture.len_bytes() {
            let end = picture.len_bytes().min(start + SLICE_BYTES);
            let bytes = picture.read(start, end).await?;
            look.take(&bytes);
            letters.clear();
            STANDARD.encode_string(&bytes, &mut letters);
            self.put(&letters)?;
            self.done_bytes += end - start;
            (self.progress)(self.done_bytes);
            start = end;
        }
        info.check(look.info(), entry, role)
    }
}
