//! From pointers to strokes: one finger, a pen or a mouse paints, two fingers move and enlarge.

use crate::geometry::Point;

/// What points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// A mouse, or whatever is neither of the others.
    Mouse,
    /// A pen.
    Pen,
    /// A finger.
    Touch,
}

/// What a pointer is put down to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grip {
    /// To paint: the main button.
    Paint,
    /// To move the picture: the middle button, or the space bar held.
    Move,
    /// Nothing: another button.
    Nothing,
}

/// What is to be done. Places are on the screen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// Nothing.
    None,
    /// A stroke begins here.
    Begin,
    /// The stroke goes on to here.
    Extend,
    /// The stroke ends.
    Finish,
    /// What had begun as a stroke was none: take it back.
    Abandon,
    /// The picture moves.
    Pan {
        /// To the right.
        dx: f64,
        /// Downwards.
        dy: f64,
    },
    /// The picture is enlarged, and what was at `from` comes to `to`.
    Pinch {
        /// The fingers' middle before.
        from: Point,
        /// The fingers' middle now.
        to: Point,
        /// How far apart the fingers are, in terms of before.
        factor: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Nothing,
    Painting,
    Moving,
    Pinching,
}

/// Follows the pointers that are down.
#[derive(Debug)]
pub struct Hand {
    deed: Deed,
    /// Those that count, two at most.
    down: Vec<(i32, Point)>,
    by_touch: bool,
    /// Who has a pen paints with it: fingers then only move the picture, and a palm does no harm.
    pen_seen: bool,
}

impl Default for Hand {
    fn default() -> Self {
        Self { deed: Deed::Nothing, down: Vec::new(), by_touch: false, pen_seen: false }
    }
}

impl Hand {
    /// A pointer was put down.
    pub fn down(&mut self, id: i32, pointer: Pointer, grip: Grip, place: Point) -> Action {
        self.pen_seen |= pointer == Pointer::Pen;
        let touch = pointer == Pointer::Touch;
        if self.down.is_empty() {
            self.deed = match grip {
                Grip::Nothing => return Action::None,
                Grip::Paint if touch && self.pen_seen => Deed::Moving,
                Grip::Paint => Deed::Painting,
                Grip::Move => Deed::Moving,
            };
            self.by_touch = touch;
            self.down.push((id, place));
            return if self.deed == Deed::Painting { Action::Begin } else { Action::None };
        }
        // A second finger; a palm beside a pen, or a third finger, means nothing.
        if !(touch && self.by_touch && self.down.len() == 1) {
            return Action::None;
        }
        self.down.push((id, place));
        match std::mem::replace(&mut self.deed, Deed::Pinching) {
            Deed::Painting => Action::Abandon,
            _ => Action::None,
        }
    }

    /// A pointer moved.
    pub fn moved(&mut self, id: i32, place: Point) -> Action {
        let before = self.down.clone();
        let Some((_, at)) = self.down.iter_mut().find(|(other, _)| *other == id) else { return Action::None };
        let was = std::mem::replace(at, place);
        match (self.deed, before.as_slice(), self.down.as_slice()) {
            (Deed::Painting, ..) => Action::Extend,
            (Deed::Moving, ..) => Action::Pan { dx: place.x - was.x, dy: place.y - was.y },
            (Deed::Pinching, [(_, a), (_, b)], [(_, c), (_, d)]) => {
                let factor = c.distance(*d).max(1.0) / a.distance(*b).max(1.0);
                Action::Pinch { from: a.between(*b), to: c.between(*d), factor }
            }
            _ => Action::None,
        }
    }

    /// A pointer was lifted.
    pub fn up(&mut self, id: i32) -> Action {
        self.lift(id, Action::Finish)
    }

    /// The browser took a pointer for itself.
    pub fn cancelled(&mut self, id: i32) -> Action {
        self.lift(id, Action::Abandon)
    }

    fn lift(&mut self, id: i32, of_a_stroke: Action) -> Action {
        let before = self.down.len();
        self.down.retain(|(other, _)| *other != id);
        if self.down.len() == before {
            return Action::None;
        }
        // The finger that is left of two goes on moving the picture: painting with it would be a blot.
        let next = if self.down.is_empty() { Deed::Nothing } else { Deed::Moving };
        match std::mem::replace(&mut self.deed, next) {
            Deed::Painting => of_a_stroke,
            _ => Action::None,
        }
    }

    /// Whether the picture is being moved.
    pub fn is_moving(&self) -> bool {
        self.deed == Deed::Moving
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Point {
        Point::new(x, y)
    }

    #[test]
    fn the_main_button_paints() {
        let mut hand = Hand::default();
        assert_eq!(hand.moved(1, at(0.0, 0.0)), Action::None);
        assert_eq!(hand.down(1, Pointer::Mouse, Grip::Paint, at(1.0, 1.0)), Action::Begin);
        assert_eq!(hand.moved(1, at(2.0, 2.0)), Action::Extend);
        assert_eq!(hand.up(1), Action::Finish);
        assert_eq!(hand.moved(1, at(3.0, 3.0)), Action::None);
        assert_eq!(hand.up(1), Action::None);
    }

    #[test]
    fn the_space_bar_or_the_middle_button_moves() {
        let mut hand = Hand::default();
        assert_eq!(hand.down(1, Pointer::Mouse, Grip::Move, at(1.0, 1.0)), Action::None);
        assert!(hand.is_moving());
        assert_eq!(hand.moved(1, at(4.0, -1.0)), Action::Pan { dx: 3.0, dy: -2.0 });
        assert_eq!(hand.moved(1, at(5.0, -1.0)), Action::Pan { dx: 1.0, dy: 0.0 });
        assert_eq!(hand.up(1), Action::None);
        assert!(!hand.is_moving());
        assert_eq!(hand.down(1, Pointer::Mouse, Grip::Nothing, at(1.0, 1.0)), Action::None);
        assert_eq!(hand.moved(1, at(4.0, -1.0)), Action::None);
    }

    #[test]
    fn a_second_finger_turns_a_stroke_into_a_pinch() {
        let mut hand = Hand::default();
        assert_eq!(hand.down(1, Pointer::Touch, Grip::Paint, at(0.0, 0.0)), Action::Begin);
        assert_eq!(hand.down(2, Pointer::Touch, Grip::Paint, at(10.0, 0.0)), Action::Abandon);
        assert_eq!(hand.down(3, Pointer::Touch, Grip::Paint, at(50.0, 50.0)), Action::None);
        let pinch = Action::Pinch { from: at(5.0, 0.0), to: at(10.0, 0.0), factor: 2.0 };
        assert_eq!(hand.moved(2, at(20.0, 0.0)), pinch);
        assert_eq!(hand.moved(3, at(0.0, 0.0)), Action::None);
        // The last finger moves the picture and never paints.
        assert_eq!(hand.up(1), Action::None);
        assert_eq!(hand.moved(2, at(21.0, 3.0)), Action::Pan { dx: 1.0, dy: 3.0 });
        assert_eq!(hand.up(2), Action::None);
        assert_eq!(hand.down(4, Pointer::Touch, Grip::Paint, at(0.0, 0.0)), Action::Begin);
    }

    #[test]
    fn fingers_that_meet_do_not_enlarge_without_bound() {
        let mut hand = Hand::default();
        hand.down(1, Pointer::Touch, Grip::Paint, at(5.0, 5.0));
        hand.down(2, Pointer::Touch, Grip::Paint, at(5.0, 5.0));
        match hand.moved(2, at(5.0, 9.0)) {
            Action::Pinch { factor, .. } => assert_eq!(factor, 4.0),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn beside_a_pen_fingers_and_palms_do_not_paint() {
        let mut hand = Hand::default();
        assert_eq!(hand.down(1, Pointer::Pen, Grip::Paint, at(0.0, 0.0)), Action::Begin);
        assert_eq!(hand.down(2, Pointer::Touch, Grip::Paint, at(90.0, 90.0)), Action::None);
        assert_eq!(hand.moved(2, at(80.0, 90.0)), Action::None);
        assert_eq!(hand.moved(1, at(1.0, 0.0)), Action::Extend);
        assert_eq!(hand.up(2), Action::None);
        assert_eq!(hand.up(1), Action::Finish);
        assert_eq!(hand.down(3, Pointer::Touch, Grip::Paint, at(0.0, 0.0)), Action::None);
        assert_eq!(hand.moved(3, at(1.0, 1.0)), Action::Pan { dx: 1.0, dy: 1.0 });
    }

    #[test]
    fn a_pointer_that_the_browser_takes_leaves_no_stroke() {
        let mut hand = Hand::default();
        hand.down(1, Pointer::Touch, Grip::Paint, at(0.0, 0.0));
        assert_eq!(hand.cancelled(1), Action::Abandon);
        assert_eq!(hand.cancelled(1), Action::None);
    }
}
