//! The editor's keys.

use masks::Tool;

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Command {
    Undo,
    Redo,
    Invert,
    Tool(Tool),
    /// A larger brush, or a smaller one.
    Resize {
        larger: bool,
    },
    Harden {
        by: f64,
    },
    Zoom {
        closer: bool,
    },
    Fit,
    /// Moves the brush: by its own steps or by one pixel, or else the picture.
    Move {
        x: f64,
        y: f64,
        what: Moved,
    },
    /// Puts the brush down where it is, or lifts it.
    Press,
    /// Takes the stroke on its way back.
    Abandon,
    /// While it is held, dragging moves the picture.
    Grab,
}

/// What the arrows move, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Moved {
    Brush,
    BrushByPixel,
    Picture,
}

/// A key as it is pressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key<'a> {
    /// As the browser names it.
    pub key: &'a str,
    /// Ctrl, or the command key.
    pub ctrl: bool,
    pub shift: bool,
    /// Whether the canvas has the focus; sliders and buttons have uses of their own for arrows, Enter and space.
    pub on_canvas: bool,
}

/// What a key is for, if it is for anything.
pub(super) fn command(key: Key<'_>) -> Option<Command> {
    let letter = key.key.to_lowercase();
    Some(match (letter.as_str(), key.ctrl) {
        ("z", true) if key.shift => Command::Redo,
        ("z", true) => Command::Undo,
        ("y", true) if !key.shift => Command::Redo,
        // With Shift it opens the browser's own tools.
        ("i", true) if !key.shift => Command::Invert,
        ("b", false) => Command::Tool(Tool::Brush),
        ("e", false) => Command::Tool(Tool::Eraser),
        ("[", false) => Command::Resize { larger: false },
        ("]", false) => Command::Resize { larger: true },
        ("{", false) => Command::Harden { by: -0.1 },
        ("}", false) => Command::Harden { by: 0.1 },
        ("+" | "=", false) => Command::Zoom { closer: true },
        ("-", false) => Command::Zoom { closer: false },
        ("0", false) => Command::Fit,
        ("escape", _) => Command::Abandon,
        ("enter", false) if key.on_canvas => Command::Press,
        (" ", false) if key.on_canvas => Command::Grab,
        (arrow, _) if key.on_canvas => {
            let (x, y) = direction(arrow)?;
            let what = match (key.shift, key.ctrl) {
                (true, _) => Moved::Picture,
                (false, true) => Moved::BrushByPixel,
                (false, false) => Moved::Brush,
            };
            Command::Move { x, y, what }
        }
        _ => return None,
    })
}

fn direction(arrow: &str) -> Option<(f64, f64)> {
    match arrow {
        "arrowleft" => Some((-1.0, 0.0)),
        "arrowright" => Some((1.0, 0.0)),
        "arrowup" => Some((0.0, -1.0)),
        "arrowdown" => Some((0.0, 1.0)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Key<'_> {
        Key { key, ctrl: false, shift: false, on_canvas: false }
    }

    fn ctrl(key: &str) -> Key<'_> {
        Key { ctrl: true, ..press(key) }
    }

    #[test]
    fn keys_do_what_painters_expect() {
        assert_eq!(command(ctrl("z")), Some(Command::Undo));
        assert_eq!(command(Key { shift: true, ..ctrl("Z") }), Some(Command::Redo));
        assert_eq!(command(ctrl("y")), Some(Command::Redo));
        assert_eq!(command(ctrl("i")), Some(Command::Invert));
        assert_eq!(command(press("e")), Some(Command::Tool(Tool::Eraser)));
        assert_eq!(command(press("]")), Some(Command::Resize { larger: true }));
        assert_eq!(command(press("Escape")), Some(Command::Abandon));
    }

    #[test]
    fn the_browser_keeps_its_own_keys() {
        for key in
            [Key { shift: true, ..ctrl("I") }, ctrl("b"), ctrl("e"), ctrl("0"), ctrl("+"), press("Tab")]
        {
            assert_eq!(command(key), None, "{key:?}");
        }
    }

    #[test]
    fn controls_keep_theirs_and_the_canvas_has_the_rest() {
        for key in ["Enter", " ", "ArrowLeft", "ArrowDown"] {
            assert_eq!(command(press(key)), None, "{key}");
            assert!(command(Key { on_canvas: true, ..press(key) }).is_some(), "{key}");
        }
        let up = Key { on_canvas: true, ..press("ArrowUp") };
        let moved = |what| Some(Command::Move { x: 0.0, y: -1.0, what });
        assert_eq!(command(up), moved(Moved::Brush));
        assert_eq!(command(Key { ctrl: true, ..up }), moved(Moved::BrushByPixel));
        assert_eq!(command(Key { shift: true, ..up }), moved(Moved::Picture));
    }
}
