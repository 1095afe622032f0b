//! SVG drawings: the settings that they carry, and what of a stranger's file is taken.
//!
//! A drawing is the engine's own, a line for each element:
//!
//! ```text
//! <?xml version="1.0" encoding="UTF-8"?>
//! <svg xmlns="http://www.w3.org/2000/svg" width="128" height="96" viewBox="0 0 128 96">
//! <metadata>{"mode":"txt2img", ...}</metadata>
//! <path fill="#c81e28" transform="translate(3 4)" d="M0 0 C1.5 2 3 4 5 6 Z"/>
//! </svg>
//! ```
//! Files of any other form are refused as a whole, so that no script, style or address of a stranger is ever kept.

use crate::{GalleryError, Settings};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const OPEN: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"";
const CLOSE: &str = "</svg>";
const METADATA: (&str, &str) = ("<metadata>", "</metadata>");

/// The drawing with its picture's settings in it.
///
/// # Errors
/// [`GalleryError::Json`] if a number has no JSON form.
pub fn write_drawing_settings(drawing: &str, settings: &Settings) -> Result<String, GalleryError> {
    let json = serde_json::to_string(settings)?;
    // What XML reads as its own, or not at all, is written as JSON may write any letter.
    let json = ['&', '<', '>', '\u{fffe}', '\u{ffff}']
        .into_iter()
        .fold(json, |json, letter| json.replace(letter, &format!("\\u{:04x}", u32::from(letter))));
    let after_open = drawing.match_indices('\n').nth(1).map_or(drawing.len(), |(at, _)| at + 1);
    let (head, paths) = drawing.split_at(after_open);
    Ok(format!("{head}{}{json}{}\n{paths}", METADATA.0, METADATA.1))
}

/// The settings in a drawing; `None` when it has none.
pub fn read_drawing_settings(drawing: &str) -> Option<Settings> {
    let json = drawing.lines().nth(2)?.strip_prefix(METADATA.0)?.strip_suffix(METADATA.1)?;
    serde_json::from_str(json).ok()
}

/// Width and height in pixels of a drawing of the engine's own form; `None` for everything else.
pub fn check_drawing(text: &str) -> Option<(u32, u32)> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next()? != DECLARATION {
        return None;
    }
    let size = size(lines.next()?)?;
    let mut lines = lines.peekable();
    lines.next_if(|line| is_metadata(line));
    loop {
        match lines.next()? {
            CLOSE => return lines.next().is_none().then_some(size),
            line if is_path(line) => {}
            _ => return None,
        }
    }
}

fn size(line: &str) -> Option<(u32, u32)> {
    let (width, rest) = line.strip_prefix(OPEN)?.split_once("\" height=\"")?;
    let (height, rest) = rest.split_once("\" viewBox=\"0 0 ")?;
    let (width_px, height_px) = (width.parse().ok()?, height.parse().ok()?);
    (rest == format!("{width_px} {height_px}\">")).then_some((width_px, height_px))
}

fn is_metadata(line: &str) -> bool {
    let inside = line.strip_prefix(METADATA.0).and_then(|line| line.strip_suffix(METADATA.1));
    inside.is_some_and(|inside| !inside.contains(['<', '>', '&']))
}

fn is_path(line: &str) -> bool {
    let parts = || {
        let (color, rest) = line.strip_prefix("<path fill=\"#")?.split_once("\" transform=\"translate(")?;
        let (offset, rest) = rest.split_once(")\" d=\"")?;
        Some((color, offset, rest.strip_suffix("\"/>")?))
    };
    parts().is_some_and(|(color, offset, curves)| {
        let number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b' ' | b',' | b'.' | b'-');
        color.len() == 6
            && color.bytes().all(|byte| byte.is_ascii_hexdigit())
            && offset.bytes().all(number)
            && curves.bytes().all(|byte| number(byte) || matches!(byte, b'M' | b'L' | b'C' | b'Z'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"12\" height=\"9\" viewBox=\"0 0 12 9\">\n\
        <path fill=\"#c81e28\" transform=\"translate(3 -4.5)\" d=\"M0 0 C1.5 2 3 4 5 6 Z\"/>\n\
        </svg>\n";

    #[test]
    fn settings_travel_in_a_drawing_whatever_is_in_them() {
        let prompt = "</metadata><script>alert(1)</script> & \"more\"\n\u{2028}\u{ffff}".to_owned();
        let settings = Settings { prompt, seed: u64::MAX, ..Settings::default() };
        let file = write_drawing_settings(DRAWING, &settings).unwrap();
        assert_eq!(read_drawing_settings(&file), Some(settings));
        assert_eq!(check_drawing(&file), Some((12, 9)));
        assert!(!file.contains("<script") && file.matches("</metadata>").count() == 1, "{file}");
        assert_eq!((read_drawing_settings(DRAWING), check_drawing(DRAWING)), (None, Some((12, 9))));
    }

    #[test]
    fn anything_else_is_refused() {
        let changed = |from: &str, to: &str| DRAWING.replace(from, to);
        for bad in [
            changed("<path ", "<script>alert(1)</script>\n<path "),
            changed("<path ", "<path onload=\"alert(1)\" "),
            changed("d=\"M0", "onclick=\"x\" d=\"M0"),
            changed(" d=\"", ")\" href=\"//x\" d=\""),
            changed("#c81e28", "url(//x)"),
            changed("#c81e28", "#c81e2"),
            changed("translate(3", "translate(x"),
            changed("Z\"", "Z&quot;"),
            changed("viewBox=\"0 0 12 9\"", "viewBox=\"0 0 12 10\""),
            changed("viewBox=\"0 0 12 9\"", "viewBox=\"0 0 12 9\" onload=\"alert(1)\""),
            changed("<path", "<image href=\"//x\"/>\n<path"),
            changed("<path", "<metadata><b/></metadata>\n<path"),
            changed("</svg>\n", "</svg>\n<!-- -->\n"),
            changed("</svg>\n", "</svg>"),
            changed("</svg>\n", ""),
            changed("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", ""),
            "<svg/>".to_owned(),
            String::new(),
        ] {
            assert_eq!(check_drawing(&bad), None, "{bad}");
        }
    }
}
