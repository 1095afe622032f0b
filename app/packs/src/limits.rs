//! What a file may ask for. Everything beyond is refused before it costs memory.

/// Bytes of a pack.
pub(crate) const MOST_FILE_BYTES: u64 = 1 << 30;
/// Bytes of a picture in it, and of a picture that comes by itself.
pub(crate) const MOST_PICTURE_BYTES: u64 = 64 << 20;
/// Bytes of a drawing, which is read as a whole.
pub(crate) const MOST_DRAWING_BYTES: usize = 16 << 20;
/// Entries of a pack.
pub(crate) const MOST_ENTRIES: usize = 1000;
/// Bytes of one value that is no picture.
pub(crate) const MOST_VALUE_BYTES: usize = 1 << 20;
/// Bytes of all values that are no pictures.
pub(crate) const MOST_TEXT_BYTES: usize = 16 << 20;
/// Objects and arrays within each other.
pub(crate) const MOST_DEPTH: usize = 32;
/// Pixels of a side.
pub(crate) const MOST_SIDE_PX: u32 = 16_384;
/// Bytes of a ZIP file, and of all that it unpacks to.
pub(crate) const MOST_ZIP_BYTES: u64 = 128 << 20;
/// Files in a ZIP file.
pub(crate) const MOST_ZIP_FILES: usize = 1000;
