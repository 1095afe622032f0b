//! Two tabs: both show the gallery, one at a time makes pictures.

use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{control_in, press, write};
use tests::page::{LATER, Page, SOON};

fn prompt_for(page: &Page, steps: &str) -> Outcome {
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", steps)
}

#[test]
fn two_tabs_share_a_gallery_and_take_turns() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    let first = session.tab()?;
    prompt_for(&page, "2")?;
    let picture = page.generate(LATER)?;

    let second = session.new_tab()?;
    session.go_to(&page.site.url())?;
    page.wait("the gallery in the second tab", SOON, || {
        Ok((page.picture_ids()? == [picture.id.clone()]).then_some(()))
    })?;
    prompt_for(&page, "2")?;
    let other = page.generate(LATER)?;

    session.go_to_tab(&first)?;
    let both = [other.id.clone(), picture.id.clone()];
    page.wait("the second tab's picture", SOON, || Ok((page.picture_ids()? == both).then_some(())))?;
    session.click(&control_in(session, "Star", &page.card(&other.id)?)?)?;
    session.click(&control_in(session, "Delete", &page.card(&picture.id)?)?)?;
    session.go_to_tab(&second)?;
    page.wait("the deletion to be heard of", SOON, || {
        Ok((page.picture_ids()? == [other.id.clone()]).then_some(()))
    })?;
    page.wait("the star to be heard of", SOON, || {
        let star = control_in(session, "Star", &page.card(&other.id)?)?;
        let pressed = session.run("return arguments[0].getAttribute('aria-pressed');", &[star.to_json()])?;
        Ok((pressed == "true").then_some(()))
    })?;

    // A long run here; the first tab waits and begins when it is over.
    prompt_for(&page, "200")?;
    press(session, "Generate")?;
    page.wait("the first step", LATER, || Ok(page.step()?.filter(|step| *step > 0)))?;
    session.go_to_tab(&first)?;
    press(session, "Generate")?;
    let status = "return document.querySelector('.status').textContent;";
    page.wait("the word of the other tab", SOON, || {
        let words = session.run(status, &[])?;
        Ok(words.as_str().is_some_and(|words| words.contains("Another tab")).then_some(()))
    })?;
    assert_eq!(page.step()?, None, "one tab at a time makes pictures");
    session.go_to_tab(&second)?;
    assert!(page.step()?.is_some(), "a run must not be taken away");
    press(session, "Cancel")?;
    session.go_to_tab(&first)?;
    page.wait("the first tab's turn", LATER, || Ok((page.picture_ids()?.len() == 2).then_some(())))
}
