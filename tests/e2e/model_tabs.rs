//! Models in several tabs: the second shows what the first downloads, and goes on with it when the first is closed; what
//! is deleted in one is gone in all.

use std::time::Duration;

use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{control, press};
use tests::page::{Page, SOON};
use tests::webdriver::Tab;

use crate::loras;
use crate::models::{PIECE, UNET, close_drawer, open_drawer, progress, wait_for, with_catalogue};

const ELSEWHERE: &str = "Another tab is downloading this model";

fn unet() -> String {
    format!("offered/{UNET}")
}

/// Sends the largest file, from a byte on, so slowly that a busy machine does all else meanwhile.
fn slow_down_from(page: &Page, start: u64) {
    page.site.slow_down_from(&unet(), start, 16 << 10, Duration::from_millis(400));
}

/// The page in another tab, with the drawer open.
fn open_second(page: &Page) -> Outcome<Tab> {
    let tab = page.session().new_tab()?;
    page.session().go_to(&page.site.url())?;
    page.wait("the second tab", SOON, || {
        let up = "return document.querySelector('#model')?.options.length > 0;";
        Ok((page.session().run(up, &[])? == true).then_some(()))
    })?;
    open_drawer(page)?;
    Ok(tab)
}

/// Waits until the tab in sight says that another one downloads, and how much of it has come.
fn wait_for_elsewhere(page: &Page) -> Outcome<String> {
    page.wait("the word of the other tab", SOON, || {
        Ok(Some(progress(page)?).filter(|said| said.starts_with(ELSEWHERE) && said.contains(" of ")))
    })
}

/// How often the largest file was asked for from `start` on.
fn asked_from(page: &Page, start: u64) -> usize {
    let starts_there =
        |asked: &tests::http::Asked| asked.range.as_ref().map_or(0, |range| range.start) == start;
    page.site.asked().iter().filter(|asked| asked.path == unet() && starts_there(asked)).count()
}

fn wait_for_piece(page: &Page, start: u64) -> Outcome {
    page.wait("a piece", SOON, || Ok((asked_from(page, start) > 0).then_some(())))
}

#[test]
fn a_second_tab_shows_a_download_and_never_repeats_it() -> Outcome {
    let page = with_catalogue(|_| {})?;
    let session = page.session();
    let first = session.tab()?;
    slow_down_from(&page, 0);
    open_drawer(&page)?;
    wait_for(&page, "Download Twin")?;
    // Open before the download begins: this tab hears of it.
    let second = open_second(&page)?;
    wait_for(&page, "Download Twin")?;
    session.go_to_tab(&first)?;
    press(session, "Download Twin")?;
    wait_for(&page, "Pause Twin")?;
    session.go_to_tab(&second)?;
    println!("{}", wait_for_elsewhere(&page)?);
    for name in ["Download Twin", "Pause Twin", "Resume Twin", "Discard Twin"] {
        assert!(control(session, name).is_err(), "“{name}” belongs to the other tab");
    }
    // Opened while it runs.
    let third = open_second(&page)?;
    wait_for_elsewhere(&page)?;

    page.site.hurry(&unet());
    for tab in [&third, &second, &first] {
        session.go_to_tab(tab)?;
        wait_for(&page, "Use Twin")?;
    }
    assert_eq!((asked_from(&page, 0), asked_from(&page, PIECE)), (1, 1), "each piece comes once");

    // Deleted in one tab, it is gone in all; the form of a tab that was about to use it says so.
    session.go_to_tab(&second)?;
    press(session, "Use Twin")?;
    assert_eq!(chosen(&page)?, "twin");
    session.go_to_tab(&first)?;
    session.run("window.confirm = () => true;", &[])?;
    press(session, "Delete Twin")?;
    for tab in [&first, &second, &third] {
        session.go_to_tab(tab)?;
        wait_for(&page, "Download Twin")?;
        assert_eq!(chosen(&page)?, "builtin");
        let told = if *tab == second {
            vec!["The model “Twin” is no longer on this device, so another one is chosen."]
        } else {
            Vec::new()
        };
        assert_eq!(alerts_once(&page)?, told);
    }
    Ok(())
}

/// The form's model, which lies under the drawer.
fn chosen(page: &Page) -> Outcome<String> {
    let model = page.session().run("return document.querySelector('#model').value;", &[])?;
    Ok(model.as_str().unwrap_or_default().to_owned())
}

/// What is being said; in the form and in the drawer alike.
fn alerts_once(page: &Page) -> Outcome<Vec<String>> {
    let mut alerts = page.alerts()?;
    alerts.dedup();
    Ok(alerts)
}

#[test]
fn a_lora_is_listed_in_every_tab_and_in_none() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    let first = session.tab()?;
    let second = open_second(&page)?;
    close_drawer(&page)?;
    session.go_to_tab(&first)?;
    loras::import(&page, &loras::lora())?;
    session.go_to_tab(&second)?;
    wait_for(&page, loras::SCALE)?;
    session.run("window.confirm = () => true;", &[])?;
    press(session, "Delete LoRA a_kohya")?;
    session.go_to_tab(&first)?;
    page.wait("the LoRA to be gone", SOON, || Ok(control(session, loras::SCALE).is_err().then_some(())))
}

#[test]
fn a_download_of_a_closed_tab_is_gone_on_with_in_another() -> Outcome {
    let page = with_catalogue(|_| {})?;
    let session = page.session();
    let first = session.tab()?;
    slow_down_from(&page, PIECE);
    open_drawer(&page)?;
    wait_for(&page, "Download Twin")?;
    press(session, "Download Twin")?;
    wait_for_piece(&page, PIECE)?;
    let second = open_second(&page)?;
    wait_for_elsewhere(&page)?;

    session.go_to_tab(&first)?;
    session.close_tab()?;
    session.go_to_tab(&second)?;
    wait_for(&page, "Resume Twin")?;
    let paused = progress(&page)?;
    assert!(paused.starts_with("Paused at ") && !paused.starts_with("Paused at 0"), "{paused}");
    page.site.hurry(&unet());
    press(session, "Resume Twin")?;
    wait_for(&page, "Use Twin")?;
    assert_eq!((asked_from(&page, 0), asked_from(&page, PIECE)), (1, 2), "what had arrived came again");
    Ok(())
}
