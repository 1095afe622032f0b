//! **From the gallery**: a picture that was made becomes the source, by typing and by keys.

use tests::Outcome;
use tests::controls::keys::{DOWN, ESCAPE, LEFT, RIGHT};
use tests::controls::{control, press, write};
use tests::page::{Page, SOON};

use crate::made_up::{open_with, record};

const ENTER: &str = "\u{E007}";

/// The names of the pictures on offer.
fn offered(page: &Page) -> Outcome<Vec<String>> {
    let script = "return Array.from(document.querySelectorAll('.picker-grid button')).map(button => button.ariaLabel);";
    Ok(serde_json::from_value(page.session().run(script, &[])?)?)
}

fn wait_for_offers(page: &Page, count: usize) -> Outcome<Vec<String>> {
    page.wait(
        &format!("{count} pictures"),
        SOON,
        || Ok(Some(offered(page)?).filter(|all| all.len() == count)),
    )
}

/// What has the focus, as it is read out.
fn focused(page: &Page) -> Outcome<String> {
    let script =
        "return document.activeElement?.ariaLabel ?? document.activeElement?.textContent.trim() ?? '';";
    Ok(page.session().run(script, &[])?.as_str().unwrap_or_default().to_owned())
}

fn wait_for_focus(page: &Page, name: &str) -> Outcome {
    page.wait(&format!("the focus on {name}"), SOON, || Ok((focused(page)? == name).then_some(())))
}

/// The words under the source.
fn wait_for_source(page: &Page, name: &str) -> Outcome {
    let script = "return document.querySelector('[data-source-ready] .name')?.textContent ?? '';";
    page.wait(&format!("the source {name}"), SOON, || {
        Ok((page.session().run(script, &[])? == name).then_some(()))
    })
}

#[test]
fn a_picture_of_the_gallery_becomes_the_source() -> Outcome {
    let records: Vec<_> = (0..70).map(record).collect();
    let page = open_with(&records)?;
    press(page.session(), "From the gallery")?;
    wait_for_focus(&page, "Search the gallery")?;
    let all = wait_for_offers(&page, 60)?;
    assert_eq!(all[0], "Use a blue boat, number 69 as source", "the newest comes first");
    press(page.session(), "Show more (10 left)")?;
    wait_for_offers(&page, 70)?;
    write(page.session(), "Search the gallery", "number 4 frog")?;
    wait_for_offers(&page, 2)?;
    press(page.session(), "Use a green frog, number 41 as source")?;
    wait_for_source(&page, "a green frog, number 41")?;
    let open = "return document.querySelector('.picker-dialog[open]') !== null;";
    assert_eq!(page.session().run(open, &[])?, false);
    Ok(())
}

#[test]
fn the_picker_is_worked_by_keys_alone() -> Outcome {
    let page = open_with(&(0..12).map(record).collect::<Vec<_>>())?;
    let session = page.session();
    session.type_into(&control(session, "From the gallery")?, ENTER)?;
    wait_for_focus(&page, "Search the gallery")?;
    session.press_keys(&format!("{DOWN}{RIGHT}{RIGHT}{LEFT}"))?;
    wait_for_focus(&page, "Use a red apple, number 10 as source")?;
    session.press_keys(&ESCAPE.to_string())?;
    wait_for_focus(&page, "From the gallery")?;
    session.type_into(&control(session, "From the gallery")?, ENTER)?;
    wait_for_focus(&page, "Search the gallery")?;
    write(session, "Search the gallery", "cat number 7")?;
    wait_for_offers(&page, 1)?;
    session.press_keys(ENTER)?;
    wait_for_source(&page, "an orange cat, number 7")
}
