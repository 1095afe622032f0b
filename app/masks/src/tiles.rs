//! Squares of a mask, so that going back costs what was changed and not what there is.

use crate::{
    geometry::{Rect, Size},
    mask::Mask,
};

/// Side of a tile; those at the right and bottom edges may be smaller.
pub(crate) const TILE_PX: u32 = 64;

/// A tile's column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tile {
    column: u32,
    row: u32,
}

impl Tile {
    /// The tiles that a part of a mask lies on.
    pub(crate) fn under(part: Rect) -> impl Iterator<Item = Self> {
        let columns = part.x / TILE_PX..(part.x + part.width).div_ceil(TILE_PX);
        let rows = part.y / TILE_PX..(part.y + part.height).div_ceil(TILE_PX);
        rows.flat_map(move |row| columns.clone().map(move |column| Self { column, row }))
    }

    /// The tile's pixels in a mask of this size, which it must be a tile of.
    pub(crate) fn rect(self, size: Size) -> Rect {
        let (x, y) = (self.column * TILE_PX, self.row * TILE_PX);
        let side = |start: u32, end: u32| end.saturating_sub(start).min(TILE_PX);
        Rect { x, y, width: side(x, size.width_px), height: side(y, size.height_px) }
    }
}

/// A part of a mask, kept. Most of what is kept is black or white all over and takes no room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Saved {
    Flat(u8),
    Bytes(Box<[u8]>),
}

impl Saved {
    pub(crate) fn of(mask: &Mask, part: Rect) -> Self {
        Self::from(copied(mask, part))
    }

    /// Puts the part back.
    pub(crate) fn restore(&self, mask: &mut Mask, part: Rect) {
        let width = part.width as usize;
        for (line, y) in (part.y..part.y + part.height).enumerate() {
            let row = mask.span_mut(y, part.x, part.width);
            match self {
                Self::Flat(value) => row.fill(*value),
                Self::Bytes(bytes) => {
                    for (value, saved) in row.iter_mut().zip(bytes.iter().skip(line * width)) {
                        *value = *saved;
                    }
                }
            }
        }
    }

    /// Memory that it takes besides its own few words.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Flat(_) => 0,
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

impl From<Vec<u8>> for Saved {
    fn from(bytes: Vec<u8>) -> Self {
        match bytes.first() {
            Some(&first) if bytes.iter().all(|&value| value == first) => Self::Flat(first),
            _ => Self::Bytes(bytes.into()),
        }
    }
}

/// A part's bytes, row by row.
pub(crate) fn copied(mask: &Mask, part: Rect) -> Vec<u8> {
    (part.y..part.y + part.height).flat_map(|y| mask.span(y, part.x, part.width)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::noise;

    #[test]
    fn tiles_cover_a_mask_exactly_once() {
        for size in [Size::new(1, 1), Size::new(64, 64), Size::new(65, 200), Size::new(300, 63)] {
            let mut counts = Mask::black(size);
            for tile in Tile::under(Rect::whole(size)) {
                let part = tile.rect(size);
                for y in part.y..part.y + part.height {
                    counts.span_mut(y, part.x, part.width).iter_mut().for_each(|count| *count += 1);
                }
            }
            assert!(counts.values().iter().all(|&count| count == 1), "{size:?}");
        }
    }

    #[test]
    fn a_part_finds_its_tiles_and_no_others() {
        let tiles: Vec<Tile> = Tile::under(Rect { x: 63, y: 64, width: 2, height: 64 }).collect();
        assert_eq!(tiles, [Tile { column: 0, row: 1 }, Tile { column: 1, row: 1 }]);
    }

    #[test]
    fn what_is_saved_comes_back() {
        let size = Size::new(150, 70);
        let before = noise(size, 1);
        let mut mask = before.clone();
        let part = Rect { x: 140, y: 64, width: 10, height: 6 };
        let saved = Saved::of(&mask, part);
        assert_eq!(saved.bytes(), 60);
        mask.invert();
        saved.restore(&mut mask, part);
        for y in 0..70 {
            for x in 0..150 {
                let inside = x >= 140 && y >= 64;
                let (was, is) = (before.span(y, x, 1)[0], mask.span(y, x, 1)[0]);
                assert_eq!(is, if inside { was } else { 255 - was }, "at {x}, {y}");
            }
        }
    }

    #[test]
    fn one_colour_takes_no_room() {
        let mut mask = Mask::black(Size::new(64, 64));
        let saved = Saved::of(&mask, Rect::whole(mask.size()));
        assert_eq!((saved.bytes(), &saved), (0, &Saved::Flat(0)));
        mask.invert();
        saved.restore(&mut mask, Rect::whole(Size::new(64, 64)));
        assert!(mask.is_black());
    }
}
