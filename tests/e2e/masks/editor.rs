//! The mask's editor as a hand uses it.

use std::path::Path;

use image::GrayImage;
use serde_json::{Value, json};
use tests::Outcome;
use tests::controls::{control, press};
use tests::page::{Page, SOON};
use tests::webdriver::Element;

/// The corners of the shown picture, in CSS pixels: left, top, width, height.
const SHEET: &str = "const r = document.querySelector('.mask-sheet').getBoundingClientRect(); \
                     return [r.x, r.y, r.width, r.height];";
/// The canvas is as opaque as the mask is white.
const MASK: &str = "const canvas = document.querySelector('.mask-sheet canvas'); \
    const {width, height} = canvas; \
    const {data} = canvas.getContext('2d').getImageData(0, 0, width, height); \
    return [width, height, Array.from({length: width * height}, (_, i) => data[4 * i + 3])];";

/// The open editor. Places are parts of the picture, 0 to 1 from its left and its top.
pub(super) struct Editor<'a> {
    page: &'a Page,
}

impl<'a> Editor<'a> {
    /// Presses **Edit mask** and waits until the picture is shown.
    pub(super) fn open(page: &'a Page) -> Outcome<Self> {
        press(page.session(), "Edit mask")?;
        let editor = Self { page };
        page.wait("the mask's editor", SOON, || {
            let shown = "return (document.querySelector('.mask-sheet')?.getBoundingClientRect().width ?? 0) > 0 \
                         && document.querySelector('.mask-sheet img')?.complete === true;";
            Ok((page.session().run(shown, &[])? == true).then_some(()))
        })?;
        Ok(editor)
    }

    /// Opens the editor, paints a stroke and closes it; the mask is then this.
    pub(super) fn paint(page: &'a Page, places: &[(f64, f64)]) -> Outcome<GrayImage> {
        let editor = Self::open(page)?;
        editor.stroke(places)?;
        editor.leave()
    }

    /// The mask, for which the editor is opened and closed.
    pub(super) fn look(page: &'a Page) -> Outcome<GrayImage> {
        Self::open(page)?.leave()
    }

    /// Presses **Done**; the mask is then this.
    pub(super) fn leave(self) -> Outcome<GrayImage> {
        let mask = self.mask()?;
        press(self.page.session(), "Done")?;
        Ok(mask)
    }

    pub(super) fn is_open(&self) -> Outcome<bool> {
        let open = "return document.querySelector('.mask-editor').open;";
        Ok(self.page.session().run(open, &[])? == true)
    }

    /// The canvas, which assistive technology knows by its name.
    pub(super) fn stage(&self) -> Outcome<Element> {
        let session = self.page.session();
        let stage = session.find("return document.querySelector('.mask-stage');", &[])?;
        let stage = stage.ok_or("there is no canvas")?;
        assert_eq!(session.accessible_name(&stage)?, "Mask canvas");
        Ok(stage)
    }

    /// The mask as it is shown.
    pub(super) fn mask(&self) -> Outcome<GrayImage> {
        let (width, height, values): (u32, u32, Vec<u8>) =
            serde_json::from_value(self.page.session().run(MASK, &[])?)?;
        GrayImage::from_raw(width, height, values).ok_or_else(|| "the canvas has no such size".into())
    }

    pub(super) fn is_black(&self) -> Outcome<bool> {
        Ok(self.mask()?.pixels().all(|pixel| pixel.0[0] == 0))
    }

    pub(super) fn at(&self, mask: &GrayImage, x: f64, y: f64) -> u8 {
        let place = |part: f64, side: u32| (part * f64::from(side)) as u32;
        mask.get_pixel(place(x, mask.width()), place(y, mask.height())).0[0]
    }

    pub(super) fn white_left_of(&self, mask: &GrayImage, x: f64) -> usize {
        let middle = (x * f64::from(mask.width())) as u32;
        mask.enumerate_pixels().filter(|(x, _, pixel)| *x < middle && pixel.0[0] > 127).count()
    }

    pub(super) fn white_right_of(&self, mask: &GrayImage, x: f64) -> usize {
        let middle = (x * f64::from(mask.width())) as u32;
        mask.enumerate_pixels().filter(|(x, _, pixel)| *x >= middle && pixel.0[0] > 127).count()
    }

    /// CSS pixels of the screen for a pixel of the mask.
    pub(super) fn zoom(&self) -> Outcome<f64> {
        Ok(self.sheet()?[2] / f64::from(self.mask()?.width()))
    }

    /// Chooses a file for **Import mask**.
    pub(super) fn import(&self, file: &Path) -> Outcome {
        let input = control(self.page.session(), "Import mask")?;
        self.page.session().type_into(&input, &file.display().to_string())
    }

    /// Presses **Export mask**: the name and the mask of the file that the browser saves.
    pub(super) fn export(&self) -> Outcome<(String, GrayImage)> {
        press(self.page.session(), "Export mask")?;
        let (name, bytes) = self.page.download()?;
        Ok((name, image::load_from_memory(&bytes)?.to_luma8()))
    }

    /// Draws with the mouse through these places.
    pub(super) fn stroke(&self, places: &[(f64, f64)]) -> Outcome {
        let mut points = self.on_screen(places)?;
        let (last, first) = (points[points.len() - 1], points.remove(0));
        self.mouse("mouseMoved", first, 0)?;
        self.mouse("mousePressed", first, 1)?;
        for point in points {
            self.mouse("mouseMoved", point, 1)?;
        }
        self.mouse("mouseReleased", last, 0)
    }

    /// Draws with a finger through these places.
    pub(super) fn touch(&self, places: &[(f64, f64)]) -> Outcome {
        let mut points = self.on_screen(places)?.into_iter();
        self.fingers("touchStart", points.next().as_slice())?;
        for point in points {
            self.fingers("touchMove", &[point])?;
        }
        self.fingers("touchEnd", &[])
    }

    /// Puts down one finger, then another beside it, and moves them apart, each so far from the middle.
    pub(super) fn pinch(&self, from: f64, to: f64) -> Outcome {
        let apart = |by: f64| self.on_screen(&[(0.5 - by, 0.5), (0.5 + by, 0.5)]);
        let (before, after) = (apart(from)?, apart(to)?);
        self.fingers("touchStart", &before[..1])?;
        self.fingers("touchStart", &before)?;
        self.fingers("touchMove", &after)?;
        self.fingers("touchEnd", &[])
    }

    fn sheet(&self) -> Outcome<[f64; 4]> {
        Ok(serde_json::from_value(self.page.session().run(SHEET, &[])?)?)
    }

    fn on_screen(&self, places: &[(f64, f64)]) -> Outcome<Vec<(f64, f64)>> {
        let [left, top, width, height] = self.sheet()?;
        Ok(places.iter().map(|(x, y)| (left + x * width, top + y * height)).collect())
    }

    fn mouse(&self, kind: &str, (x, y): (f64, f64), buttons: u8) -> Outcome {
        let parameters =
            json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1 });
        self.page.session().devtools("Input.dispatchMouseEvent", &parameters).map(drop)
    }

    fn fingers(&self, kind: &str, points: &[(f64, f64)]) -> Outcome {
        let points: Vec<Value> =
            (0..).zip(points).map(|(id, (x, y)): (u32, _)| json!({ "x": x, "y": y, "id": id })).collect();
        let parameters = json!({ "type": kind, "touchPoints": points });
        self.page.session().devtools("Input.dispatchTouchEvent", &parameters).map(drop)
    }
}
