//! The gallery by keys: one stop of the Tab key, with the buttons of one picture behind it.

use gallery::Record;
use serde_json::{Value, json};
use tests::Outcome;
use tests::controls::keys::{RELEASE, RIGHT, SHIFT, TAB};
use tests::controls::{control, control_in};
use tests::page::{Page, SOON};

use crate::made_up::{id, open_with, record};

const PICTURES: usize = 60;
/// What a card has, in order.
const CONTROLS: [&str; 7] =
    ["Select", "Star", "Use as source", "Reuse settings", "Regenerate", "Download", "Delete"];

/// The picture and the name of what has the focus; nothing outside of the gallery.
const FOCUSED: &str = r#"
    const focused = document.activeElement;
    const card = focused.closest("[data-picture-id]");
    return card && [card.dataset.pictureId, focused.ariaLabel];
"#;

/// The pictures whose cards have a stop of the Tab key, one for each stop.
const STOPS: &str = r##"
    return Array.from(document.querySelectorAll("#gallery button"))
        .filter(button => button.tabIndex >= 0)
        .map(button => button.closest("[data-picture-id]").dataset.pictureId);
"##;

fn opens(number: usize) -> String {
    format!("Open {}", record(number).settings.prompt)
}

fn focused(page: &Page) -> Outcome<Value> {
    page.session().run(FOCUSED, &[])
}

fn wait_for_focus(page: &Page, number: usize, name: &str) -> Outcome {
    page.wait(&format!("the focus on {name} of picture {number}"), SOON, || {
        Ok((focused(page)? == json!([id(number), name])).then_some(()))
    })
}

/// Tab goes through all of a card, and then out of the gallery.
fn goes_through(page: &Page, number: usize) -> Outcome {
    wait_for_focus(page, number, &opens(number))?;
    for name in CONTROLS {
        page.session().press_keys(&TAB.to_string())?;
        assert_eq!(focused(page)?, json!([id(number), name]));
    }
    page.session().press_keys(&TAB.to_string())?;
    assert_eq!(focused(page)?, Value::Null, "the gallery has one stop");
    Ok(())
}

#[test]
fn tab_reaches_one_picture_and_what_it_has() -> Outcome {
    let records: Vec<Record> = (0..PICTURES).map(record).collect();
    let page = open_with(&records)?;
    let session = page.session();
    let newest = PICTURES - 1;

    session.focus(&control(session, "Sort")?)?;
    session.press_keys(&TAB.to_string())?;
    goes_through(&page, newest)?;
    // Back in, from behind: first what is last.
    let back = format!("{SHIFT}{TAB}{RELEASE}");
    session.press_keys(&back)?;
    wait_for_focus(&page, newest, "Delete")?;
    session.press_keys(&RIGHT.to_string())?;
    goes_through(&page, newest - 1)?;

    // A click makes its card the stop.
    session.click(&control_in(session, "Star", &page.card(&id(newest - 3))?)?)?;
    let of_one = |number: usize| vec![id(number); CONTROLS.len() + 1];
    let stops = || -> Outcome<Vec<String>> { Ok(serde_json::from_value(session.run(STOPS, &[])?)?) };
    assert_eq!(stops()?, of_one(newest - 3));

    // Keys that delete do not lose their place.
    session.run(
        "document.activeElement.blur(); arguments[0].focus();",
        &[control(session, "Sort")?.to_json()],
    )?;
    session.press_keys(&back)?;
    session.press_keys(&TAB.to_string().repeat(2))?;
    wait_for_focus(&page, newest - 3, &opens(newest - 3))?;
    session.press_keys(&TAB.to_string().repeat(CONTROLS.len()))?;
    wait_for_focus(&page, newest - 3, "Delete")?;
    session.press_keys(" ")?;
    wait_for_focus(&page, newest - 4, &opens(newest - 4))?;

    // Out of sight, the picture in sight is the stop.
    session.run("document.activeElement.blur(); document.querySelector('.studio').scrollTop = 1e6;", &[])?;
    page.wait("the last picture", SOON, || Ok(page.picture_ids()?.contains(&id(0)).then_some(())))?;
    let stops = page.wait("a stop in sight", SOON, || {
        Ok(Some(stops()?).filter(|stops| stops.first().is_some_and(|stop| *stop < id(newest / 2))))
    })?;
    assert!(stops.iter().all(|stop| *stop == stops[0]) && stops.len() == CONTROLS.len() + 1, "{stops:?}");
    Ok(())
}
