//! What is seen of a picture: how large, and which part.

/// Pixels of a small picture are as large as a fingertip then.
pub const MOST_ZOOM: f64 = 32.0;

/// Zoom and place. Places are measured from the middle, in widths and heights of the picture as it is at zoom 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    zoom: f64,
    /// How far the picture's middle lies to the right of the window's.
    right: f64,
    /// How far it lies below it.
    down: f64,
}

impl Default for View {
    fn default() -> Self {
        Self { zoom: 1.0, right: 0.0, down: 0.0 }
    }
}

impl View {
    /// How large: 1 is the whole picture in the window.
    pub fn zoom(self) -> f64 {
        self.zoom
    }

    /// Where the picture's middle lies, to the right and down.
    pub fn place(self) -> (f64, f64) {
        (self.right, self.down)
    }

    /// Whether the whole picture is seen.
    pub fn is_whole(self) -> bool {
        self == Self::default()
    }

    /// Zoomed by a factor, with the point `(right, down)` of the window staying where it is.
    #[must_use]
    pub fn zoomed(self, factor: f64, (right, down): (f64, f64)) -> Self {
        let zoom = (self.zoom * factor).clamp(1.0, MOST_ZOOM);
        if !zoom.is_finite() {
            return self;
        }
        let grown = zoom / self.zoom;
        let place = |point: f64, place: f64| point - (point - place) * grown;
        Self { zoom, right: place(right, self.right), down: place(down, self.down) }.held()
    }

    /// Moved.
    #[must_use]
    pub fn moved(self, (right, down): (f64, f64)) -> Self {
        if right.is_finite() && down.is_finite() {
            Self { right: self.right + right, down: self.down + down, ..self }.held()
        } else {
            self
        }
    }

    /// The picture's edge never comes further in than the window's.
    fn held(self) -> Self {
        let most = (self.zoom - 1.0) / 2.0;
        Self { right: self.right.clamp(-most, most), down: self.down.clamp(-most, most), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The point of the picture, measured from its middle, that is seen at a point of the window.
    fn seen_at(view: View, (right, down): (f64, f64)) -> (f64, f64) {
        ((right - view.right) / view.zoom, (down - view.down) / view.zoom)
    }

    fn near(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-12 && (a.1 - b.1).abs() < 1e-12
    }

    #[test]
    fn the_point_under_the_pointer_stays_there() {
        let mut view = View::default();
        for (factor, point) in [(2.0, (0.3, -0.2)), (1.5, (-0.1, 0.4)), (0.8, (0.0, 0.1)), (3.0, (0.5, 0.5))]
        {
            let before = seen_at(view, point);
            view = view.zoomed(factor, point);
            assert!(near(before, seen_at(view, point)), "{view:?}");
        }
    }

    #[test]
    fn zoom_has_two_ends_and_the_first_is_the_whole_picture() {
        let near = View::default().zoomed(1e9, (0.2, 0.1));
        assert_eq!(near.zoom(), MOST_ZOOM);
        assert!(near.zoomed(1e-9, (0.4, -0.3)).is_whole());
        assert_eq!(near.zoomed(f64::NAN, (0.0, 0.0)), near);
    }

    #[test]
    fn the_picture_is_not_pushed_out_of_the_window() {
        assert!(View::default().moved((5.0, 5.0)).is_whole());
        let view = View::default().zoomed(4.0, (0.0, 0.0)).moved((100.0, -100.0));
        assert_eq!(view.place(), (1.5, -1.5));
        // What is seen at the window's left edge is the picture's.
        assert!(near(seen_at(view, (-0.5, 0.5)), (-0.5, 0.5)));
        assert_eq!(view.moved((f64::NAN, 0.0)), view);
    }
}
