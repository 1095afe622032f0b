//! The little that the rules above need of a database: two kinds of value, keys of text, one transaction a call.

use std::future::Future;

use crate::StorageError;

/// A table of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Models that can be used.
    Models,
    /// Folders that are being filled.
    Staging,
    /// Models of which a part has been downloaded.
    Downloads,
    /// Files of models' folders.
    Files,
    /// The files' bytes.
    Chunks,
    /// The gallery's records.
    Pictures,
    /// The gallery's bytes.
    PictureBlobs,
    /// Image packs' records.
    Packs,
    /// Image packs' pictures.
    PackBlobs,
    /// Pictures that wait to be made.
    Queue,
    /// What those pictures are made from.
    QueueBlobs,
    /// Sources of the last pictures.
    Sources,
    /// Their bytes.
    SourceBlobs,
    /// Files that pictures were made from.
    Originals,
    /// Who uses those files.
    OriginalUses,
    /// The page's settings.
    Settings,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 16] = [
        Self::Models,
        Self::Staging,
        Self::Downloads,
        Self::Files,
        Self::Chunks,
        Self::Pictures,
        Self::PictureBlobs,
        Self::Packs,
        Self::PackBlobs,
        Self::Queue,
        Self::QueueBlobs,
        Self::Sources,
        Self::SourceBlobs,
        Self::Originals,
        Self::OriginalUses,
        Self::Settings,
    ];

    /// The object store's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Staging => "staging",
            Self::Downloads => "downloads",
            Self::Files => "files",
            Self::Chunks => "chunks",
            Self::Pictures => "pictures",
            Self::PictureBlobs => "picture_blobs",
            Self::Packs => "packs",
            Self::PackBlobs => "pack_blobs",
            Self::Queue => "queue",
            Self::QueueBlobs => "queue_blobs",
            Self::Sources => "sources",
            Self::SourceBlobs => "source_blobs",
            Self::Originals => "originals",
            Self::OriginalUses => "original_uses",
            Self::Settings => "settings",
        }
    }
}

/// A key: parts compared one after another, so that a prefix names a group of rows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub Vec<String>);

impl Key {
    /// A key of these parts.
    pub fn of<const N: usize>(parts: [&str; N]) -> Self {
        Self(parts.map(str::to_owned).to_vec())
    }

    /// The last part: a name within the group.
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }
}

/// One change of a transaction.
#[derive(Debug, Clone)]
pub enum Write<Blob> {
    /// Stores JSON, in place of what was there.
    Text(Table, Key, String),
    /// Stores bytes, in place of what was there.
    Bytes(Table, Key, Blob),
    /// Removes the row of this key and every row whose key begins with it.
    Delete(Table, Key),
    /// Makes further changes if there are such rows when its turn comes. What is looked at and what is changed are one
    /// transaction, so that nobody else changes anything in between.
    When(Condition, Vec<Self>),
}

/// What a change may depend on: whether any row of a table has a key that begins with this one.
#[derive(Debug, Clone)]
pub enum Condition {
    /// There is such a row.
    Any(Table, Key),
    /// There is none.
    None(Table, Key),
}

impl Condition {
    /// Where to look.
    pub fn place(&self) -> (Table, &Key) {
        let (Self::Any(table, key) | Self::None(table, key)) = self;
        (*table, key)
    }

    /// Whether the condition holds, given whether there are rows.
    pub fn holds(&self, any: bool) -> bool {
        match self {
            Self::Any(..) => any,
            Self::None(..) => !any,
        }
    }
}

impl<Blob> Write<Blob> {
    /// Changes to what belongs to a row, made only where that row still is: another tab may have deleted it.
    pub(crate) fn beside(table: Table, row: Key, changes: Vec<Self>) -> Self {
        Self::When(Condition::Any(table, row), changes)
    }

    /// The tables that it looks at or changes.
    pub fn tables(&self) -> Vec<Table> {
        match self {
            Self::Text(table, ..) | Self::Bytes(table, ..) | Self::Delete(table, _) => vec![*table],
            Self::When(rows, changes) => {
                let further = changes.iter().flat_map(Self::tables);
                [rows.place().0].into_iter().chain(further).collect()
            }
        }
    }
}

/// Makes changes to what belongs to a row. Should the row go at this very moment, nothing is written and nothing said.
///
/// # Errors
/// [`StorageError::Missing`] with `what` when the row is not there, and as [`Backend::write`].
pub(crate) async fn write_beside<B: Backend>(
    backend: &B,
    (table, row): (Table, Key),
    what: String,
    changes: Vec<Write<B::Blob>>,
) -> Result<(), StorageError> {
    if backend.text(table, &row).await?.is_none() {
        return Err(StorageError::Missing { what });
    }
    backend.write(vec![Write::beside(table, row, changes)]).await
}

/// Bytes that may lie on disk until they are read.
pub trait BlobHandle: Clone + 'static {
    /// Copies bytes.
    ///
    /// # Errors
    /// [`StorageError::Failed`] when the browser cannot hold them.
    fn from_bytes(bytes: &[u8]) -> Result<Self, StorageError>;

    /// Length in bytes.
    fn len_bytes(&self) -> u64;

    /// Reads `start..end`, which the caller keeps within the length.
    ///
    /// # Errors
    /// [`StorageError::Damaged`] when the bytes are no longer there.
    fn read(&self, start: u64, end: u64) -> impl Future<Output = Result<Vec<u8>, StorageError>>;
}

/// A database; every call is one transaction.
pub trait Backend: 'static {
    /// How it holds bytes.
    type Blob: BlobHandle;

    /// The JSON of a row.
    ///
    /// # Errors
    /// As the browser says: see [`StorageError::from_exception`]. So for every call here.
    fn text(&self, table: Table, key: &Key) -> impl Future<Output = Result<Option<String>, StorageError>>;

    /// The bytes of a row, unread.
    ///
    /// # Errors
    /// As for [`Backend::text`].
    fn blob(&self, table: Table, key: &Key)
    -> impl Future<Output = Result<Option<Self::Blob>, StorageError>>;

    /// All rows of JSON whose key begins with `prefix`, by key.
    ///
    /// # Errors
    /// As for [`Backend::text`].
    fn texts(
        &self,
        table: Table,
        prefix: &Key,
    ) -> impl Future<Output = Result<Vec<(Key, String)>, StorageError>>;

    /// The keys of a table that begin with `prefix`, in their order, whatever their rows hold.
    ///
    /// # Errors
    /// As for [`Backend::text`].
    fn keys(&self, table: Table, prefix: &Key) -> impl Future<Output = Result<Vec<Key>, StorageError>>;

    /// Makes all changes, in order, or none.
    ///
    /// # Errors
    /// As for [`Backend::text`]; then nothing has changed.
    fn write(&self, changes: Vec<Write<Self::Blob>>) -> impl Future<Output = Result<(), StorageError>>;
}
