//! The two fields of Exif that are used here. Exif is a TIFF file without a picture: directories of 12-byte fields.
//!
//! Written in little-endian order: a directory that points to Exif's own, which has `UserComment` and `MakerNote`.

const EXIF_DIRECTORY: u16 = 0x8769;
const MAKER_NOTE: u16 = 0x927c;
const USER_COMMENT: u16 = 0x9286;
/// Types of fields: a 32-bit number, and bytes of no stated meaning.
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;
const HEADER: &[u8] = b"II*\0\x08\0\0\0";
const FIELD_BYTES: usize = 12;
/// A count before the fields, and the place of a next directory after them.
const AROUND_FIELDS: usize = 6;
/// A comment's first eight bytes name its characters.
const UNICODE: &[u8] = b"UNICODE\0";
const ASCII: &[u8] = b"ASCII\0\0\0";
/// More fields than this are no directory of a picture.
const MOST_FIELDS: usize = 512;

/// What is read and written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exif {
    /// `UserComment`.
    pub comment: Option<String>,
    /// `MakerNote`.
    pub note: Option<Vec<u8>>,
}

impl Exif {
    pub(super) fn write(&self) -> Vec<u8> {
        // Other tools read and write UTF-16 with its high bytes first, whatever the order of the rest.
        let comment = self.comment.as_ref().map(|text| {
            let units = text.encode_utf16().flat_map(u16::to_be_bytes);
            (USER_COMMENT, UNICODE.iter().copied().chain(units).collect::<Vec<u8>>())
        });
        let note = self.note.clone().map(|note| (MAKER_NOTE, note));
        // Fields stand in the order of their numbers.
        let fields: Vec<_> = note.into_iter().chain(comment).collect();
        let own_directory = HEADER.len() + FIELD_BYTES + AROUND_FIELDS;
        let mut place = own_directory + FIELD_BYTES * fields.len() + AROUND_FIELDS;
        let mut file = HEADER.to_vec();
        let mut directory = |fields: Vec<[u8; FIELD_BYTES]>| {
            file.extend((fields.len() as u16).to_le_bytes());
            fields.iter().for_each(|field| file.extend(field));
            file.extend([0; 4]);
        };
        directory(vec![field(EXIF_DIRECTORY, LONG, 1, own_directory)]);
        let placed = fields.iter().map(|(tag, value)| {
            let at = place;
            place += value.len().next_multiple_of(2);
            field(*tag, UNDEFINED, value.len(), at)
        });
        directory(placed.collect());
        for (_, value) in fields {
            file.extend(&value);
            file.extend(std::iter::repeat_n(0, value.len() % 2));
        }
        file
    }

    /// `None` when the bytes are no Exif; a field that is damaged is as if it were not there.
    pub(super) fn read(file: &[u8]) -> Option<Self> {
        let tiff = Tiff { file, little: file.starts_with(b"II*\0") };
        if !tiff.little && !file.starts_with(b"MM\0*") {
            return None;
        }
        let first = tiff.number(4)?;
        let own = tiff.field(first, EXIF_DIRECTORY).and_then(|field| tiff.number(field + 8))?;
        let value = |tag| tiff.field(own, tag).and_then(|field| tiff.bytes(field));
        Some(Self {
            comment: value(USER_COMMENT).and_then(comment),
            note: value(MAKER_NOTE).map(<[u8]>::to_vec),
        })
    }
}

/// A field whose value stands elsewhere, or is the number `at` itself.
fn field(tag: u16, kind: u16, count: usize, at: usize) -> [u8; FIELD_BYTES] {
    let ([t0, t1], [k0, k1]) = (tag.to_le_bytes(), kind.to_le_bytes());
    // What is written here is far below 4 GB: prompts and settings.
    let ([c0, c1, c2, c3], [a0, a1, a2, a3]) = ((count as u32).to_le_bytes(), (at as u32).to_le_bytes());
    [t0, t1, k0, k1, c0, c1, c2, c3, a0, a1, a2, a3]
}

struct Tiff<'a> {
    file: &'a [u8],
    little: bool,
}

impl<'a> Tiff<'a> {
    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.file.get(at..)?.first_chunk::<2>()?;
        Some(if self.little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn number(&self, at: usize) -> Option<usize> {
        let bytes = *self.file.get(at..)?.first_chunk::<4>()?;
        let number = if self.little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(number).ok()
    }

    /// Where a field of the directory at `directory` stands.
    fn field(&self, directory: usize, tag: u16) -> Option<usize> {
        let count = usize::from(self.short(directory)?).min(MOST_FIELDS);
        let mut places = (0..count).map(|number| directory.saturating_add(2 + number * FIELD_BYTES));
        places.find(|place| self.short(*place) == Some(tag))
    }

    /// The bytes of a field of type [`UNDEFINED`] with more than four of them.
    fn bytes(&self, field: usize) -> Option<&'a [u8]> {
        let (kind, count, at) = (self.short(field + 2)?, self.number(field + 4)?, self.number(field + 8)?);
        let value = self.file.get(at..at.checked_add(count)?)?;
        (kind == UNDEFINED && count > 4).then_some(value)
    }
}

fn comment(value: &[u8]) -> Option<String> {
    if let Some(text) = value.strip_prefix(ASCII) {
        return Some(String::from_utf8_lossy(text).trim_end_matches('\0').to_owned());
    }
    let text = value.strip_prefix(UNICODE)?;
    // Some tools write the low bytes first. In any text with spaces and digits the high bytes are mostly 0.
    let zeros = |first: usize| text.iter().skip(first).step_by(2).filter(|byte| **byte == 0).count();
    let high_first = zeros(0) >= zeros(1);
    let unit = |pair: &[u8; 2]| match high_first {
        true => u16::from_be_bytes(*pair),
        false => u16::from_le_bytes(*pair),
    };
    let units: Vec<u16> = text.as_chunks::<2>().0.iter().map(unit).collect();
    Some(String::from_utf16_lossy(&units).trim_start_matches('\u{feff}').trim_end_matches('\0').to_owned())
}
