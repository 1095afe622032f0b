//! The rectangle that a crop keeps, and how it is dragged.

use serde::{Deserialize, Serialize};

use crate::Proportions;

/// A rectangle of whole pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crop {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// Width, 1 or more.
    pub width: u32,
    /// Height, 1 or more.
    pub height: u32,
}

/// What is taken hold of to change a crop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    /// All of it.
    Middle,
    /// An edge or a corner: whether its left or right edge moves (-1, 1, or 0 for neither), and its top or bottom.
    Edge(i8, i8),
}

impl Handle {
    /// The eight edges and corners, clockwise from the top left.
    pub const EDGES: [Self; 8] = [
        Self::Edge(-1, -1),
        Self::Edge(0, -1),
        Self::Edge(1, -1),
        Self::Edge(1, 0),
        Self::Edge(1, 1),
        Self::Edge(0, 1),
        Self::Edge(-1, 1),
        Self::Edge(-1, 0),
    ];
}

impl Crop {
    /// All of a picture of this size.
    pub fn whole((width, height): (u32, u32)) -> Self {
        Self { x: 0, y: 0, width, height }
    }

    /// As large as possible at these proportions, in the middle.
    pub fn centred(proportions: Proportions, picture: (u32, u32)) -> Self {
        let (width, height) = proportions.within(picture, picture);
        Self { x: (picture.0 - width) / 2, y: (picture.1 - height) / 2, width, height }
    }

    /// Made smaller where it sticks out of a picture of this size; its corner stays where it is.
    #[must_use]
    pub fn cut_off(self, picture: (u32, u32)) -> Self {
        let length = |start: u32, length: u32, limit: u32| length.min(limit.saturating_sub(start).max(1));
        let width = length(self.x, self.width, picture.0);
        Self { width, height: length(self.y, self.height, picture.1), ..self }
    }

    /// The nearest rectangle that lies in a picture of this size: moved first, then made smaller.
    #[must_use]
    pub fn inside(self, picture: (u32, u32)) -> Self {
        let span = |start: u32, len: u32, limit: u32| {
            let len = len.clamp(1, limit.max(1));
            (start.min(limit.saturating_sub(len)), len)
        };
        let ((x, width), (y, height)) =
            (span(self.x, self.width, picture.0), span(self.y, self.height, picture.1));
        Self { x, y, width, height }
    }

    /// Changed by dragging `handle` by whole pixels, held to the proportions and inside a picture of this size. The
    /// edges that are not dragged stay where they are; with proportions an edge takes its neighbours along evenly.
    #[must_use]
    pub fn dragged(
        self,
        handle: Handle,
        (right_px, down_px): (i64, i64),
        proportions: Proportions,
        picture: (u32, u32),
    ) -> Self {
        let Handle::Edge(side, end) = handle else {
            let moved =
                |start: u32, by: i64, room: u32| (i64::from(start) + by).clamp(0, i64::from(room)) as u32;
            return Self {
                x: moved(self.x, right_px, picture.0.saturating_sub(self.width)),
                y: moved(self.y, down_px, picture.1.saturating_sub(self.height)),
                ..self
            };
        };
        let across = Span::of(self.x, self.width, side, picture.0);
        let along = Span::of(self.y, self.height, end, picture.1);
        let (width, height) = (across.wanted(right_px), along.wanted(down_px));
        let wanted = match (proportions, side, end) {
            // An edge alone decides, and the other direction follows it.
            (Proportions::Ratio(w, h), _, 0) => (width, scaled(width, h, w)),
            (Proportions::Ratio(w, h), 0, _) => (scaled(height, w, h), height),
            _ => (width, height),
        };
        let (width, height) = proportions.within(wanted, (across.room(), along.room()));
        let ((x, width), (y, height)) = (across.placed(width), along.placed(height));
        Self { x, y, width, height }
    }

    /// Held to other proportions: around the same middle, no larger than it was where that is possible.
    #[must_use]
    pub fn held_to(self, proportions: Proportions, picture: (u32, u32)) -> Self {
        let (width, height) = proportions.within((self.width, self.height), picture);
        let start = |start: u32, before: u32, after: u32| start + (before - after.min(before)) / 2;
        let held = Self {
            x: start(self.x, self.width, width),
            y: start(self.y, self.height, height),
            width,
            height,
        };
        held.inside(picture)
    }
}

fn scaled(of: u32, times: u32, by: u32) -> u32 {
    let by = u64::from(by.max(1));
    u32::try_from((u64::from(of) * u64::from(times) + by / 2) / by).unwrap_or(u32::MAX)
}

/// One direction of a rectangle while an edge of it is dragged.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    len: u32,
    /// Which end moves: -1 the start, 1 the end, 0 neither.
    moves: i8,
    limit: u32,
}

impl Span {
    fn of(start: u32, len: u32, moves: i8, limit: u32) -> Self {
        Self { start, len, moves, limit }
    }

    /// The length after the end has been dragged.
    fn wanted(self, by: i64) -> u32 {
        let len = i64::from(self.len) + by * i64::from(self.moves);
        len.clamp(1, i64::from(u32::MAX)) as u32
    }

    /// How long it can get with what does not move in its place.
    fn room(self) -> u32 {
        match self.moves {
            -1 => self.start + self.len,
            0 => {
                let before = u64::from(self.start) * 2 + u64::from(self.len);
                let after = u64::from(self.limit) * 2 - before.min(u64::from(self.limit) * 2);
                before.min(after).try_into().unwrap_or(self.limit)
            }
            _ => self.limit - self.start,
        }
    }

    /// Its start and length at another length.
    fn placed(self, len: u32) -> (u32, u32) {
        let start = match self.moves {
            -1 => self.start + self.len - len,
            0 if len >= self.len => self.start.saturating_sub((len - self.len) / 2),
            0 => self.start + (self.len - len) / 2,
            _ => self.start,
        };
        (start, len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PICTURE: (u32, u32) = (200, 100);
    const START: Crop = Crop { x: 50, y: 20, width: 80, height: 40 };

    fn crop(x: u32, y: u32, width: u32, height: u32) -> Crop {
        Crop { x, y, width, height }
    }

    #[test]
    fn each_handle_moves_its_own_edges() {
        let dragged = |handle| START.dragged(handle, (5, 3), Proportions::Free, PICTURE);
        assert_eq!(dragged(Handle::Middle), crop(55, 23, 80, 40));
        assert_eq!(dragged(Handle::Edge(-1, -1)), crop(55, 23, 75, 37));
        assert_eq!(dragged(Handle::Edge(0, -1)), crop(50, 23, 80, 37));
        assert_eq!(dragged(Handle::Edge(1, 0)), crop(50, 20, 85, 40));
        assert_eq!(dragged(Handle::Edge(1, 1)), crop(50, 20, 85, 43));
        assert_eq!(dragged(Handle::Edge(-1, 1)), crop(55, 20, 75, 43));
    }

    #[test]
    fn nothing_leaves_the_picture_or_vanishes() {
        let handles = Handle::EDGES.into_iter().chain([Handle::Middle]);
        let ratios = [
            Proportions::Free,
            Proportions::Ratio(1, 1),
            Proportions::Ratio(16, 9),
            Proportions::Ratio(1, 50),
        ];
        for handle in handles {
            for proportions in ratios {
                for by in [(-500, -500), (500, 500), (-500, 7), (3, -500), (0, 0), (17, -4)] {
                    let found = START.dragged(handle, by, proportions, PICTURE);
                    assert_eq!(found, found.inside(PICTURE), "{handle:?} {proportions:?} {by:?}");
                    assert!(found.width > 0 && found.height > 0, "{handle:?} {proportions:?} {by:?}");
                }
            }
        }
    }

    #[test]
    fn edges_that_are_not_dragged_stay() {
        let corner = START.dragged(Handle::Edge(-1, -1), (-1000, -1000), Proportions::Free, PICTURE);
        assert_eq!(corner, crop(0, 0, 130, 60));
        let held = START.dragged(Handle::Edge(1, 1), (1000, 1000), Proportions::Ratio(1, 1), PICTURE);
        assert_eq!(held, crop(50, 20, 80, 80), "as far as the bottom lets the square grow");
        let top_left = START.dragged(Handle::Edge(-1, -1), (-1000, -1000), Proportions::Ratio(1, 1), PICTURE);
        assert_eq!(top_left, crop(70, 0, 60, 60));
    }

    #[test]
    fn with_proportions_an_edge_takes_its_neighbours_along() {
        let square = crop(80, 40, 20, 20);
        let wider = square.dragged(Handle::Edge(1, 0), (10, 0), Proportions::Ratio(1, 1), PICTURE);
        assert_eq!(wider, crop(80, 35, 30, 30));
        let taller = square.dragged(Handle::Edge(0, -1), (0, -10), Proportions::Ratio(1, 1), PICTURE);
        assert_eq!(taller, crop(75, 30, 30, 30));
        // As far as the nearer border lets it grow around its middle.
        let most = square.dragged(Handle::Edge(1, 0), (1000, 0), Proportions::Ratio(1, 1), PICTURE);
        assert_eq!(most, crop(80, 0, 100, 100));
    }

    #[test]
    fn proportions_are_kept_to_the_pixel() {
        for ratio in [(4, 3), (3, 4), (16, 9), (1, 1)] {
            let Crop { width, height, .. } =
                Crop::centred(Proportions::Ratio(ratio.0, ratio.1), (4032, 3024));
            let off = (f64::from(width) * f64::from(ratio.1) / f64::from(ratio.0) - f64::from(height)).abs();
            assert!(off <= 1.0, "{width} x {height} for {ratio:?}");
        }
        assert_eq!(Crop::centred(Proportions::Ratio(1, 1), PICTURE), crop(50, 0, 100, 100));
        assert_eq!(START.held_to(Proportions::Ratio(1, 1), PICTURE), crop(70, 20, 40, 40));
        assert_eq!(START.held_to(Proportions::Free, PICTURE), START);
    }

    #[test]
    fn what_sticks_out_is_cut_off() {
        assert_eq!(crop(50, 20, 80, 40).cut_off(PICTURE), crop(50, 20, 80, 40));
        assert_eq!(crop(150, 90, 80, 40).cut_off(PICTURE), crop(150, 90, 50, 10));
        assert_eq!(crop(500, 0, 30, 40).cut_off(PICTURE), crop(500, 0, 1, 40), "its corner stays");
    }

    #[test]
    fn typed_rectangles_are_brought_inside() {
        assert_eq!(crop(500, 0, 30, 200).inside(PICTURE), crop(170, 0, 30, 100));
        assert_eq!(crop(5, 5, 0, 0).inside(PICTURE), crop(5, 5, 1, 1));
    }
}
