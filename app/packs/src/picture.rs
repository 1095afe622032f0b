//! Pictures by their bytes: what they are, how large, and their hash.

use imagesize::{ImageType, blob_size, image_type};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::{in_words, wrong};
use crate::limits::{MOST_DRAWING_BYTES, MOST_PICTURE_BYTES, MOST_SIDE_PX};
use crate::{Blob, BlobError, PackError, Problem, Role};

/// The size of a JPEG comes after its metadata, of which some cameras write much.
const MOST_HEAD_BYTES: usize = 256 << 10;
/// Bytes of a picture that are laid down at a time.
const PIECE_BYTES: usize = 1 << 20;

/// What is known of a picture without its bytes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PictureInfo {
    /// `image/png`, `image/jpeg` or `image/webp`; of a drawing, `image/svg+xml`.
    pub media_type: String,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Fields that this version does not know.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl PictureInfo {
    /// Looks through a picture.
    ///
    /// # Errors
    /// [`PackError::Field`] when it is none, or too large; `entry`, from 1, and `role` say which it would have been.
    pub async fn of<B: Blob>(file: &B, entry: usize, role: Role) -> Result<Self, PackError> {
        let mut look = Look::of(role);
        if file.len_bytes() > MOST_PICTURE_BYTES {
            return Err(wrong(entry, role.name(), Problem::TooLarge(in_words(MOST_PICTURE_BYTES))));
        }
        let mut start = 0;
        while start < file.len_bytes() {
            let end = file.len_bytes().min(start + PIECE_BYTES as u64);
            look.take(&file.read(start, end).await?);
            start = end;
        }
        look.info().ok_or_else(|| wrong(entry, role.name(), Problem::NotAPicture))
    }

    /// Holds what a file says of a picture against the picture.
    pub(crate) fn check(&self, found: Option<Self>, entry: usize, role: Role) -> Result<(), PackError> {
        let field = |name: &str| format!("{}.{name}", role.name());
        let Some(found) = found else {
            return Err(wrong(entry, field("data"), Problem::NotAPicture));
        };
        if !self.sha256.eq_ignore_ascii_case(&found.sha256) {
            return Err(wrong(entry, field("sha256"), Problem::WrongHash));
        }
        if self.media_type != found.media_type {
            return Err(wrong(entry, field("media_type"), Problem::Contradicts(found.media_type)));
        }
        // A camera's picture may be stored on its side, and its size told upright.
        let turned = found.media_type == JPEG && (self.height, self.width) == (found.width, found.height);
        let size = format!("{} x {} pixels", found.width, found.height);
        match turned {
            true => Ok(()),
            false if self.width != found.width => {
                Err(wrong(entry, field("width"), Problem::Contradicts(size)))
            }
            false if self.height != found.height => {
                Err(wrong(entry, field("height"), Problem::Contradicts(size)))
            }
            false => Ok(()),
        }
    }
}

/// A finished hash, as packs and backups write it.
pub fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

const JPEG: &str = "image/jpeg";
const SVG: &str = "image/svg+xml";

/// Bytes of a picture that go past.
pub(crate) struct Look {
    role: Role,
    /// What the picture begins with; of a drawing, all of it, as every line of it is looked at.
    head: Vec<u8>,
    bytes: u64,
    hash: Sha256,
}

impl Look {
    pub(crate) fn of(role: Role) -> Self {
        Self { role, head: Vec::new(), bytes: 0, hash: Sha256::default() }
    }

    fn most_head_bytes(&self) -> usize {
        if self.role == Role::Drawing { MOST_DRAWING_BYTES } else { MOST_HEAD_BYTES }
    }

    pub(crate) fn take(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        let room = self.most_head_bytes() - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    /// What they were; `None` for no picture, and for one larger than is taken.
    pub(crate) fn info(self) -> Option<PictureInfo> {
        let (media_type, (width, height)) = match self.role {
            Role::Drawing => (SVG, self.drawing_size()?),
            Role::Image | Role::Source | Role::Mask => self.picture_kind()?,
        };
        let sides = 1..=MOST_SIDE_PX;
        if !sides.contains(&width) || !sides.contains(&height) {
            return None;
        }
        let sha256 = hexadecimal(self.hash);
        Some(PictureInfo { media_type: media_type.to_owned(), width, height, sha256, rest: Map::new() })
    }

    /// Width and height of a drawing of the one form that is taken.
    fn drawing_size(&self) -> Option<(u32, u32)> {
        let whole = self.bytes == self.head.len() as u64;
        let text = std::str::from_utf8(&self.head).ok().filter(|_| whole)?;
        gallery::check_drawing(text)
    }

    fn picture_kind(&self) -> Option<(&'static str, (u32, u32))> {
        let media_type = match image_type(&self.head).ok()? {
            ImageType::Png => "image/png",
            ImageType::Jpeg => JPEG,
            ImageType::Webp => "image/webp",
            _ => return None,
        };
        let size = blob_size(&self.head).ok()?;
        Some((media_type, (size.width.try_into().ok()?, size.height.try_into().ok()?)))
    }
}

/// Lays a file down piece by piece.
pub(crate) struct Pieces<B> {
    pending: Vec<u8>,
    parts: Vec<B>,
}

impl<B: Blob> Pieces<B> {
    pub(crate) fn new() -> Self {
        Self { pending: Vec::new(), parts: Vec::new() }
    }

    pub(crate) fn append(&mut self, mut bytes: &[u8]) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            let (fitting, rest) = bytes.split_at(bytes.len().min(PIECE_BYTES - self.pending.len()));
            self.pending.extend_from_slice(fitting);
            bytes = rest;
            if self.pending.len() == PIECE_BYTES {
                self.lay_down()?;
            }
        }
        Ok(())
    }

    fn lay_down(&mut self) -> Result<(), BlobError> {
        self.parts.push(B::from_bytes(&self.pending)?);
        self.pending.clear();
        Ok(())
    }

    pub(crate) fn join(mut self, media_type: &str) -> Result<B, BlobError> {
        if !self.pending.is_empty() || self.parts.is_empty() {
            self.lay_down()?;
        }
        B::join(&self.parts, media_type)
    }
}
