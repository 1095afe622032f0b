//! The page's controls, found by their accessible names as a person with a screen reader finds them.

use serde_json::{Value, json};

use crate::Outcome;
use crate::webdriver::{Element, Session};

/// Keys of [WebDriver's table](https://www.w3.org/TR/webdriver2/#keyboard-actions).
const CONTROL: char = '\u{E009}';
const RELEASE: char = '\u{E000}';
const DELETE: char = '\u{E017}';

/// Keys without a letter of their own, for [`Session::press_keys`].
pub mod keys {
    /// Held down until [`RELEASE`].
    pub const CONTROL: char = super::CONTROL;
    /// Held down until [`RELEASE`].
    pub const SHIFT: char = '\u{E008}';
    /// Lets go of all that is held down.
    pub const RELEASE: char = super::RELEASE;
    /// Delete.
    pub const DELETE: char = super::DELETE;
    /// Escape.
    pub const ESCAPE: char = '\u{E00C}';
    /// End.
    pub const END: char = '\u{E010}';
    /// Tab.
    pub const TAB: char = '\u{E004}';
    /// Home.
    pub const HOME: char = '\u{E011}';
    /// Arrow left.
    pub const LEFT: char = '\u{E012}';
    /// Arrow right.
    pub const RIGHT: char = '\u{E014}';
    /// Arrow down.
    pub const DOWN: char = '\u{E015}';
}

/// Candidates for a name, within an element or the whole page; the browser's own computation has the last word.
const CANDIDATE: &str = r#"
    const [name, within] = arguments;
    const words = element => (element.getAttribute("aria-label")
        || Array.from(element.labels || []).map(label => label.textContent).join(" ")
        || element.textContent || "").replace(/\s+/g, " ").trim();
    return Array.from((within || document).querySelectorAll("button, input, textarea, select, a[href]"))
        .find(element => words(element) === name && !element.closest("[hidden]")) || null;
"#;

const SET: &str = r#"
    const [element, value, event] = arguments;
    element.value = value;
    element.dispatchEvent(new Event(event, { bubbles: true }));
    return element.value;
"#;

/// A control that is there.
///
/// # Errors
/// When there is none of this name, or assistive technology is told another one.
pub fn control(session: &Session, name: &str) -> Outcome<Element> {
    within(session, name, Value::Null)
}

/// A control inside an element.
///
/// # Errors
/// As for [`control`].
pub fn control_in(session: &Session, name: &str, element: &Element) -> Outcome<Element> {
    within(session, name, element.to_json())
}

fn within(session: &Session, name: &str, element: Value) -> Outcome<Element> {
    let found = session.find(CANDIDATE, &[json!(name), element])?;
    let found = found.ok_or_else(|| format!("the page has no control named “{name}”"))?;
    let spoken = session.accessible_name(&found)?;
    if spoken == name {
        return Ok(found);
    }
    Err(format!("the control “{name}” is read out as “{spoken}”").into())
}

/// Presses a button.
///
/// # Errors
/// As for [`control`], or when it cannot be clicked.
pub fn press(session: &Session, name: &str) -> Outcome {
    session.click(&control(session, name)?)
}

/// Types a text in place of what stands in a box.
///
/// # Errors
/// As for [`control`], or when something else then stands there.
pub fn write(session: &Session, name: &str, text: &str) -> Outcome {
    let element = control(session, name)?;
    session.type_into(&element, &format!("{CONTROL}a{RELEASE}{DELETE}{text}"))?;
    let now = value(session, name)?;
    if now == text {
        Ok(())
    } else {
        Err(format!("“{name}” was given “{text}” and has “{now}”").into())
    }
}

/// Types texts into several boxes, given as name and text: see [`write`].
///
/// # Errors
/// As for [`write`].
pub fn write_all(session: &Session, boxes: &[(&str, &str)]) -> Outcome {
    boxes.iter().try_for_each(|(name, text)| write(session, name, text))
}

/// Moves a slider.
///
/// # Errors
/// As for [`control`], or when the slider does not take the value.
pub fn slide(session: &Session, name: &str, value: f64) -> Outcome {
    let element = control(session, name)?;
    let now = session.run(SET, &[element.to_json(), json!(value.to_string()), json!("input")])?;
    let now: f64 = now.as_str().unwrap_or_default().parse()?;
    if (now - value).abs() < 1e-9 {
        return Ok(());
    }
    Err(format!("“{name}” went to {now}, not {value}").into())
}

/// Chooses the option that is shown as `option`.
///
/// # Errors
/// As for [`control`], or when there is no such option.
pub fn choose(session: &Session, name: &str, option: &str) -> Outcome {
    const VALUE: &str = "const [element, text] = arguments; \
        return Array.from(element.options).find(option => option.text.trim() === text)?.value ?? null;";
    let element = control(session, name)?;
    let value = session.run(VALUE, &[element.to_json(), json!(option)])?;
    if value.is_null() {
        return Err(format!("“{name}” offers no “{option}”").into());
    }
    session.run(SET, &[element.to_json(), value, json!("change")]).map(drop)
}

/// What stands in a control.
///
/// # Errors
/// As for [`control`].
pub fn value(session: &Session, name: &str) -> Outcome<String> {
    let element = control(session, name)?;
    let value = session.run("return arguments[0].value;", &[element.to_json()])?;
    Ok(value.as_str().unwrap_or_default().to_owned())
}
