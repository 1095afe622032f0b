//! Where a mask is on the screen.

use crate::geometry::{Point, Size};

/// Room around a picture that is shown whole, in CSS pixels.
const MARGIN: f64 = 16.0;
/// A pixel of the mask is shown no larger than this, in CSS pixels, unless the whole mask is that small.
const MOST_ZOOM: f64 = 32.0;
/// The picture is shown no smaller than this part of the size at which it fits.
const LEAST_OF_FIT: f64 = 0.5;

/// Shows a mask in a window: how large, and where. Places on the screen are CSS pixels from the window's top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    mask: Size,
    window: (f64, f64),
    zoom: f64,
    /// Where the mask's top left corner is.
    origin: Point,
}

impl View {
    /// Shows all of a mask in the middle of a window of this width and height.
    pub fn fitted(mask: Size, window: (f64, f64)) -> Self {
        let window = (window.0.max(1.0), window.1.max(1.0));
        let mut view = Self { mask, window, zoom: 1.0, origin: Point::default() };
        view.zoom = view.fit();
        view.centre();
        view
    }

    /// Shows all of the mask again.
    pub fn fit_again(&mut self) {
        *self = Self::fitted(self.mask, self.window);
    }

    /// CSS pixels of the screen that a pixel of the mask takes.
    pub fn zoom(&self) -> f64 {
        self.zoom
    }

    /// Where the mask's top left corner is.
    pub fn origin(&self) -> Point {
        self.origin
    }

    /// The place on the mask under a place on the screen.
    pub fn on_mask(&self, screen: Point) -> Point {
        Point::new((screen.x - self.origin.x) / self.zoom, (screen.y - self.origin.y) / self.zoom)
    }

    /// Where a place on the mask is shown.
    pub fn on_screen(&self, mask: Point) -> Point {
        Point::new(mask.x * self.zoom + self.origin.x, mask.y * self.zoom + self.origin.y)
    }

    /// The middle of the window.
    pub fn middle(&self) -> Point {
        Point::new(self.window.0 / 2.0, self.window.1 / 2.0)
    }

    /// Moves the picture.
    pub fn pan(&mut self, dx: f64, dy: f64) {
        self.origin = Point::new(self.origin.x + dx, self.origin.y + dy);
        self.hold();
    }

    /// Enlarges by a factor; what is at `anchor` on the screen stays there as long as the picture is held.
    pub fn zoom_by(&mut self, factor: f64, anchor: Point) {
        self.pinch(anchor, anchor, factor);
    }

    /// Enlarges by a factor and moves what is at `from` on the screen to `to`: two fingers' work.
    pub fn pinch(&mut self, from: Point, to: Point, factor: f64) {
        let fixed = self.on_mask(from);
        let (least, most) = (self.fit() * LEAST_OF_FIT, self.fit().max(MOST_ZOOM));
        if factor.is_finite() && factor > 0.0 {
            self.zoom = (self.zoom * factor).clamp(least, most);
        }
        self.origin = Point::new(to.x - fixed.x * self.zoom, to.y - fixed.y * self.zoom);
        self.hold();
    }

    /// Goes on in a window of another size: a picture that was shown whole is again, another stays where it is.
    pub fn resize(&mut self, window: (f64, f64)) {
        if *self == Self::fitted(self.mask, self.window) {
            self.window = window;
            self.fit_again();
            return;
        }
        let middle = self.on_mask(self.middle());
        self.window = (window.0.max(1.0), window.1.max(1.0));
        let to = self.middle();
        self.origin = Point::new(to.x - middle.x * self.zoom, to.y - middle.y * self.zoom);
        self.hold();
    }

    /// Moves the picture as little as needed to bring a place on the mask into sight.
    pub fn reveal(&mut self, mask: Point) {
        let place = self.on_screen(mask);
        let into =
            |at: f64, side: f64| at.clamp(MARGIN.min(side / 2.0), (side - MARGIN).max(side / 2.0)) - at;
        self.pan(into(place.x, self.window.0), into(place.y, self.window.1));
    }

    /// The zoom at which all of the mask is in sight.
    fn fit(&self) -> f64 {
        let room = |side: f64| (side - 2.0 * MARGIN).max(side / 2.0);
        let (width, height) = (f64::from(self.mask.width_px), f64::from(self.mask.height_px));
        (room(self.window.0) / width).min(room(self.window.1) / height)
    }

    fn shown(&self) -> (f64, f64) {
        (f64::from(self.mask.width_px) * self.zoom, f64::from(self.mask.height_px) * self.zoom)
    }

    fn centre(&mut self) {
        let (width, height) = self.shown();
        self.origin = Point::new((self.window.0 - width) / 2.0, (self.window.1 - height) / 2.0);
    }

    /// Keeps the picture over the middle of the window, so that it cannot be lost.
    fn hold(&mut self) {
        let (width, height) = self.shown();
        let middle = self.middle();
        let held = |at: f64, shown: f64, middle: f64| at.clamp(middle - shown, middle);
        self.origin = Point::new(held(self.origin.x, width, middle.x), held(self.origin.y, height, middle.y));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::Numbers;

    const MASK: Size = Size { width_px: 400, height_px: 300 };
    const WINDOW: (f64, f64) = (832.0, 632.0);

    fn assert_near(a: Point, b: Point) {
        assert!(a.distance(b) < 1e-6, "{a:?} and {b:?}");
    }

    #[test]
    fn at_first_all_of_the_mask_is_in_the_middle() {
        let view = View::fitted(MASK, WINDOW);
        assert_eq!(view.zoom(), 2.0);
        assert_near(view.on_screen(Point::default()), Point::new(16.0, 16.0));
        assert_near(view.on_screen(Point::new(400.0, 300.0)), Point::new(816.0, 616.0));
        assert!(View::fitted(MASK, (0.0, 0.0)).zoom() > 0.0);
    }

    #[test]
    fn screen_and_mask_agree_wherever_the_view_goes() {
        let mut numbers = Numbers::new(1);
        let mut view = View::fitted(MASK, WINDOW);
        for _ in 0..500 {
            let anchor = Point::new(numbers.between(0.0, 832.0), numbers.between(0.0, 632.0));
            match numbers.below(4) {
                0 => view.pan(numbers.between(-900.0, 900.0), numbers.between(-900.0, 900.0)),
                1 => view.resize((numbers.between(1.0, 2000.0), numbers.between(1.0, 2000.0))),
                _ => view.zoom_by(numbers.between(0.3, 3.0), anchor),
            }
            assert_near(view.on_screen(view.on_mask(anchor)), anchor);
            let middle = view.on_mask(view.middle());
            assert!((-1e-6..400.0 + 1e-6).contains(&middle.x), "the picture is lost: {view:?}");
            assert!((-1e-6..300.0 + 1e-6).contains(&middle.y), "the picture is lost: {view:?}");
        }
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let mut view = View::fitted(MASK, WINDOW);
        let anchor = Point::new(300.0, 250.0);
        let before = view.on_mask(anchor);
        view.zoom_by(2.5, anchor);
        assert_eq!(view.zoom(), 5.0);
        assert_near(view.on_mask(anchor), before);
        view.pinch(anchor, Point::new(340.0, 230.0), 1.2);
        assert_near(view.on_mask(Point::new(340.0, 230.0)), before);
    }

    #[test]
    fn zoom_has_bounds() {
        let mut view = View::fitted(MASK, WINDOW);
        view.zoom_by(1e9, view.middle());
        assert_eq!(view.zoom(), 32.0);
        view.zoom_by(1e-9, view.middle());
        assert_eq!(view.zoom(), 1.0);
        for nonsense in [f64::NAN, 0.0, -1.0, f64::INFINITY] {
            view.zoom_by(nonsense, view.middle());
            assert_eq!(view.zoom(), 1.0);
        }
    }

    #[test]
    fn a_view_that_fits_goes_on_fitting() {
        let mut view = View::fitted(MASK, WINDOW);
        view.resize((432.0, 1000.0));
        assert_eq!(view, View::fitted(MASK, (432.0, 1000.0)));
        view.zoom_by(3.0, view.middle());
        let (zoom, middle) = (view.zoom(), view.on_mask(view.middle()));
        view.resize(WINDOW);
        assert_eq!(view.zoom(), zoom);
        assert_near(view.on_mask(view.middle()), middle);
    }

    #[test]
    fn a_place_out_of_sight_is_brought_in() {
        let mut view = View::fitted(MASK, WINDOW);
        view.zoom_by(8.0, view.middle());
        for place in [Point::new(0.0, 0.0), Point::new(400.0, 150.0), Point::new(200.0, 300.0)] {
            view.reveal(place);
            let at = view.on_screen(place);
            assert!((0.0..=832.0).contains(&at.x) && (0.0..=632.0).contains(&at.y), "{at:?}");
        }
        let before = view;
        view.reveal(view.on_mask(view.middle()));
        assert_eq!(view, before, "what is in sight stays where it is");
    }
}
