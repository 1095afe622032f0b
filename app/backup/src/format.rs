//! What is in a backup.

use serde::{Deserialize, Serialize};

/// The value of `format`.
pub const FORMAT: &str = "palimpsest-backup";
/// The value of `version`: raised when a reader of the version before would misunderstand a file.
/// Version 2 has files with the same bytes once, under one name; version 1 had each by itself.
pub const VERSION: u64 = 2;

/// The names of the parts that every backup has.
pub(crate) const INDEX: &str = "palimpsest-backup.json";
pub(crate) const INDEX_HASH: &str = "palimpsest-backup.sha256";
pub(crate) const ROWS: &str = "rows.json";

/// A row of text in the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The table.
    pub table: String,
    /// The row's key.
    pub key: Vec<String>,
    /// Its text, JSON in most cases.
    pub text: String,
}

/// What a file in the database is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The table.
    pub table: String,
    /// The row's key.
    pub key: Vec<String>,
    /// Its type, such as `image/png`; may be empty.
    #[serde(default)]
    pub media_type: String,
}

/// Everything that a backup carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Backup<B> {
    /// When it was made, as RFC 3339 writes it.
    pub created: String,
    /// The program that made it, for people.
    pub app: String,
    /// Rows of text.
    pub rows: Vec<Row>,
    /// Files.
    pub files: Vec<(Item, B)>,
}

/// The index as it is written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    pub format: String,
    pub version: u64,
    pub created: String,
    pub app: String,
    pub rows: Part,
    pub files: Vec<Listed>,
}

/// A part's length and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

/// A file, under its name in the archive, which others with the same bytes share.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub name: String,
    #[serde(flatten)]
    pub item: Item,
    #[serde(flatten)]
    pub part: Part,
}

/// The name of a file in the archive, which sorts as the index does and tells archivers what it is.
pub(crate) fn name_of(item: &Item, number: usize) -> String {
    let ending = match item.media_type.as_str() {
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        _ => "bin",
    };
    format!("{}/{number:06}.{ending}", item.table)
}
