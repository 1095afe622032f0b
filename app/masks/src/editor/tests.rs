use super::*;
use crate::{
    brush::Tool,
    geometry::Point,
    test_support::{Numbers, noise},
};

const SIZE: Size = Size { width_px: 180, height_px: 130 };

fn dab(editor: &mut Editor, x: f64, y: f64) {
    let brush = Brush { tool: Tool::Brush, size_px: 30.0, hardness: 0.5, opacity: 1.0 };
    editor.begin(brush, Sample { place: Point::new(x, y), pressure: 1.0 });
    editor.finish();
}

fn any_edit(editor: &mut Editor, numbers: &mut Numbers) {
    let before = editor.mask().clone();
    let changed = match numbers.below(8) {
        0 => editor.invert(),
        1 => editor.clear(),
        2 => editor.replace(&noise(Size::new(90, 65), u64::from(numbers.below(9)))),
        _ => {
            let mut changed = editor.begin(numbers.brush(), numbers.place(SIZE));
            for _ in 0..numbers.below(5) {
                changed = changed.or(editor.extend(numbers.place(SIZE)));
            }
            editor.finish();
            changed
        }
    };
    assert!(changed.is_some() || editor.mask() == &before, "a change went unreported");
}

/// Any edits, undone one by one, go back through every mask that there was, and forward again.
#[test]
fn undo_and_redo_pass_through_every_mask() {
    for seed in 0..12 {
        let mut numbers = Numbers::new(seed);
        let mut editor = Editor::new(SIZE);
        let mut masks = vec![editor.mask().clone()];
        for _ in 0..25 {
            let before = editor.revision();
            any_edit(&mut editor, &mut numbers);
            assert_eq!(editor.revision() != before, Some(editor.mask()) != masks.last(), "seed {seed}");
            if editor.revision() != before {
                masks.push(editor.mask().clone());
            }
        }
        for mask in masks.iter().rev().skip(1) {
            assert!(editor.can_undo());
            editor.undo();
            assert_eq!(editor.mask(), mask, "seed {seed}");
        }
        assert!(!editor.can_undo() && editor.undo().is_none());
        for mask in &masks[1..] {
            assert!(editor.can_redo());
            editor.redo();
            assert_eq!(editor.mask(), mask, "seed {seed}");
        }
        assert!(!editor.can_redo() && editor.redo().is_none());
    }
}

#[test]
fn what_was_undone_is_gone_after_another_edit() {
    let mut editor = Editor::new(SIZE);
    dab(&mut editor, 50.0, 50.0);
    editor.undo();
    assert!(editor.can_redo() && editor.mask().is_black());
    dab(&mut editor, 90.0, 50.0);
    assert!(!editor.can_redo());
}

#[test]
fn undo_while_painting_takes_the_stroke_back_and_no_more() {
    let mut editor = Editor::new(SIZE);
    dab(&mut editor, 50.0, 50.0);
    let before = editor.mask().clone();
    let brush = Brush { tool: Tool::Brush, size_px: 30.0, hardness: 0.5, opacity: 1.0 };
    editor.begin(brush, Sample { place: Point::new(100.0, 60.0), pressure: 1.0 });
    assert_ne!(*editor.mask(), before);
    assert!(editor.undo().is_some());
    assert_eq!((editor.mask(), editor.can_undo(), editor.is_painting()), (&before, true, false));
}

#[test]
fn what_changes_nothing_is_no_edit() {
    let mut editor = Editor::new(SIZE);
    assert_eq!(editor.clear(), None);
    dab(&mut editor, -200.0, 0.0);
    assert_eq!(editor.replace(&Mask::black(Size::new(9, 7))), None);
    assert_eq!((editor.can_undo(), editor.revision()), (false, 0));
    assert_eq!(editor.extend(Sample { place: Point::new(5.0, 5.0), pressure: 1.0 }), None);
    assert!(editor.mask().is_black(), "a brush that is not down paints nothing");
}

#[test]
fn history_keeps_to_its_bound_and_forgets_the_oldest_first() {
    // A dab of 30 px lies on at most four tiles of 4 KiB each.
    let mut editor = Editor::within(noise(SIZE, 3), 40_000);
    let mut masks = Vec::new();
    for i in 0..20 {
        masks.push(editor.mask().clone());
        dab(&mut editor, 20.0 + 7.0 * f64::from(i), 64.0);
    }
    let mut undone = 0;
    while editor.can_undo() {
        editor.undo();
        undone += 1;
        assert_eq!(*editor.mask(), masks[20 - undone]);
    }
    assert!((2..20).contains(&undone), "{undone} edits were kept");
}

#[test]
fn the_newest_edit_can_be_undone_however_large() {
    let mut editor = Editor::within(noise(SIZE, 4), 10);
    let before = editor.mask().clone();
    editor.clear();
    editor.undo();
    assert_eq!(*editor.mask(), before);
}
