//! Sizes, places and rectangles.

/// How far two pictures' proportions may be apart for one mask to serve both. A model rounds both sides to its
/// multiples, so a result's proportions are those of its source only as nearly as this.
const SAME_SHAPE: f64 = 0.1;

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Width in pixels.
    pub width_px: u32,
    /// Height in pixels.
    pub height_px: u32,
}

impl Size {
    /// A size; no side is less than one pixel.
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self { width_px: width_px.max(1), height_px: height_px.max(1) }
    }

    /// How many pixels that is.
    pub fn pixels(self) -> usize {
        self.width_px as usize * self.height_px as usize
    }

    /// The same shape with no side longer than `most_px`.
    pub fn within(self, most_px: u32) -> Self {
        let longest = self.width_px.max(self.height_px);
        if longest <= most_px {
            return self;
        }
        let scaled = |side: u32| (f64::from(side) * f64::from(most_px) / f64::from(longest)).round() as u32;
        Self::new(scaled(self.width_px), scaled(self.height_px))
    }

    /// Whether a mask of one size fits a picture of the other: their proportions are the same, or as near as a
    /// model's rounding of sides leaves them.
    pub fn has_shape_of(self, other: Self) -> bool {
        let ratio = |size: Self| f64::from(size.width_px) / f64::from(size.height_px);
        let (ours, theirs) = (ratio(self), ratio(other));
        (ours - theirs).abs() <= SAME_SHAPE * ours.min(theirs)
    }
}

/// A place; on a mask in its pixels from the top left corner, on the screen in CSS pixels from the canvas's.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// A place.
    pub fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// How far apart two places are.
    pub fn distance(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The place half-way.
    pub fn between(self, other: Self) -> Self {
        Self::new(f64::midpoint(self.x, other.x), f64::midpoint(self.y, other.y))
    }
}

/// A rectangle of pixels in a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rect {
    /// Its left edge.
    pub x: u32,
    /// Its top edge.
    pub y: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

impl Rect {
    /// All of a mask of this size.
    pub fn whole(size: Size) -> Self {
        Self { x: 0, y: 0, width: size.width_px, height: size.height_px }
    }

    /// The pixels of a mask of this size within `reach` of both places; `None` when none are.
    pub(crate) fn around(a: Point, b: Point, reach: f64, size: Size) -> Option<Self> {
        let span = |a: f64, b: f64, side: u32| {
            let low = (a.min(b) - reach).floor().clamp(0.0, f64::from(side));
            let high = (a.max(b) + reach).ceil().clamp(0.0, f64::from(side));
            (high > low).then_some((low as u32, (high - low) as u32))
        };
        let ((x, width), (y, height)) = (span(a.x, b.x, size.width_px)?, span(a.y, b.y, size.height_px)?);
        Some(Self { x, y, width, height })
    }

    /// The rows from the top that have at most `pixels` pixels together, one at least, and what is left.
    pub fn split(self, pixels: u32) -> (Self, Option<Self>) {
        let rows = (pixels / self.width.max(1)).clamp(1, self.height.max(1));
        let rest = Self { y: self.y + rows, height: self.height.saturating_sub(rows), ..self };
        (Self { height: rows.min(self.height), ..self }, (rest.height > 0).then_some(rest))
    }

    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let right = (self.x + self.width).max(other.x + other.width);
        let bottom = (self.y + self.height).max(other.y + other.height);
        Self { x, y, width: right - x, height: bottom - y }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_size_keeps_its_shape() {
        assert_eq!(Size::new(4096, 2048).within(2048), Size::new(2048, 1024));
        assert_eq!(Size::new(300, 451).within(2048), Size::new(300, 451));
        assert_eq!(Size::new(1, 8192).within(2048), Size::new(1, 2048));
        assert_eq!(Size::new(0, 0), Size::new(1, 1));
    }

    #[test]
    fn a_result_has_the_shape_of_its_source_and_another_picture_has_not() {
        let photo = Size::new(451, 300);
        for same in [Size::new(902, 600), Size::new(160, 104), Size::new(160, 112), photo] {
            assert!(photo.has_shape_of(same) && same.has_shape_of(photo), "{same:?}");
        }
        for other in [Size::new(300, 451), Size::new(400, 300), Size::new(128, 128), Size::new(2000, 1000)] {
            assert!(!photo.has_shape_of(other) && !other.has_shape_of(photo), "{other:?}");
        }
    }

    #[test]
    fn a_reach_is_cut_at_the_edges() {
        let size = Size::new(100, 50);
        let around = |x, y, reach| Rect::around(Point::new(x, y), Point::new(x, y), reach, size);
        assert_eq!(around(10.5, 10.5, 2.0), Some(Rect { x: 8, y: 8, width: 5, height: 5 }));
        assert_eq!(around(0.0, 49.0, 3.0), Some(Rect { x: 0, y: 46, width: 3, height: 4 }));
        assert_eq!(around(-10.0, 10.0, 5.0), None);
        assert_eq!(around(10.0, 200.0, 5.0), None);
        assert_eq!(around(f64::NAN, 10.0, 5.0), None);
    }

    #[test]
    fn a_rectangle_is_split_into_rows() {
        let all = Rect { x: 3, y: 5, width: 10, height: 7 };
        let (top, rest) = all.split(45);
        assert_eq!(top, Rect { height: 4, ..all });
        assert_eq!(rest, Some(Rect { y: 9, height: 3, ..all }));
        assert_eq!(all.split(70), (all, None));
        assert_eq!(all.split(1).0.height, 1, "a row is the least");
        assert_eq!(top.union(rest.unwrap()), all);
    }

    #[test]
    fn a_union_holds_both() {
        let (a, b) = (Rect { x: 2, y: 9, width: 3, height: 1 }, Rect { x: 4, y: 1, width: 9, height: 2 });
        assert_eq!(a.union(b), Rect { x: 2, y: 1, width: 11, height: 9 });
        assert_eq!(a.union(b), b.union(a));
    }
}
