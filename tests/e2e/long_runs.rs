//! Long runs: the tab's title tells how far they are, and who looks elsewhere is told of their end, if they want.

use serde_json::json;
use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{control, press, write};
use tests::page::{LATER, Page, SOON};

use crate::models::close_drawer;

const NOTIFY: &str = "Notify me when a picture is ready";

/// Keeps every title that the tab gets.
const WATCH_TITLE: &str = "window.titles = []; \
    new MutationObserver(() => window.titles.push(document.title)) \
        .observe(document.querySelector('title'), { childList: true });";

/// Keeps the notifications that are shown, and lets time pass at once: `window.later` milliseconds of it. With
/// `window.android` the page has no notifications but those of its service worker, as in Chrome on Android.
const WATCH_NOTIFICATIONS: &str = r#"
    window.later = 0;
    const now = Date.now.bind(Date);
    Date.now = () => now() + window.later;
    window.shown = [];
    window.Notification = class extends Notification {
        constructor(...words) {
            if (window.android) throw new TypeError("Illegal constructor");
            super(...words);
            window.shown.push(this);
        }
    };
"#;

/// Put before the service worker: a click on its notification, when the page says so.
const CLICK: &str = r#"
    self.addEventListener("message", async () => {
        const [notification] = await self.registration.getNotifications();
        self.dispatchEvent(new NotificationEvent("notificationclick", { notification }));
    });
"#;

#[test]
fn the_title_tells_how_far_a_run_is() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    write(session, "Prompt", "a red apple")?;
    write(session, "Images", "2")?;
    session.run(WATCH_TITLE, &[])?;
    press(session, "Generate")?;
    page.wait("both pictures", LATER, || Ok((page.picture_ids()?.len() == 2).then_some(())))?;
    page.wait("the page's own title", SOON, || {
        Ok((session.run("return document.title;", &[])? == "Palimpsest").then_some(()))
    })?;
    let titles: Vec<String> = serde_json::from_value(session.run("return window.titles;", &[])?)?;
    println!("{titles:?}");
    let (last, running) = titles.split_last().ok_or("the title never changed")?;
    assert_eq!(last, "Palimpsest");
    let percents = |before: &str| -> Vec<u32> {
        let number =
            |title: &String| title.strip_suffix(" % · Palimpsest")?.strip_prefix(before)?.parse().ok();
        running.iter().filter_map(number).collect()
    };
    let (loading, making) = (percents("Loading "), percents(""));
    assert!(making.is_sorted() && loading.is_sorted(), "progress went back: {titles:?}");
    assert!(
        making.iter().any(|percent| (10..50).contains(percent)),
        "nothing of the first picture: {titles:?}"
    );
    assert!(making.iter().any(|percent| (60..100).contains(percent)), "nothing of the second: {titles:?}");
    let waiting = running.iter().filter(|title| *title == "Waiting · Palimpsest").count();
    assert_eq!(loading.len() + making.len() + waiting, running.len(), "{titles:?}");
    Ok(())
}

/// Makes a picture of so many seconds while another tab is shown.
fn make_out_of_sight(page: &Page, seconds: u32) -> Outcome<String> {
    let session = page.session();
    let before = page.picture_ids()?.len();
    let generate = control(session, "Generate")?;
    let here = session.tab()?;
    let other = session.new_tab()?;
    session.go_to_tab(&here)?;
    session.put_in_front(&other)?;
    page.wait("the page to be out of sight", SOON, || {
        Ok((session.run("return document.hidden;", &[])? == true).then_some(()))
    })?;
    // A person cannot press what is out of sight; but a tab may come up at any time, and the run must not end before it.
    session.run("arguments[0].click();", &[generate.to_json()])?;
    page.wait("the run", LATER, || {
        let title = session.run("return document.title;", &[])?;
        Ok(title.as_str().is_some_and(|title| title.contains('%')).then_some(()))
    })?;
    session.run("window.later += arguments[0];", &[json!(seconds * 1000)])?;
    page.wait("the picture", LATER, || Ok((page.picture_ids()?.len() > before).then_some(())))?;
    page.wait("the page's own title", SOON, || {
        Ok((session.run("return document.title;", &[])? == "Palimpsest").then_some(()))
    })?;
    Ok(page.picture_ids()?.into_iter().next().unwrap_or_default())
}

/// The page with notifications that are watched, a prompt, and steps that take a while.
fn watched() -> Outcome<Page> {
    let page = Page::prepare(Graphics::None)?;
    page.before_page(WATCH_NOTIFICATIONS)?;
    page.site.put_before("sw.js", CLICK);
    let page = page.load()?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "80")?;
    Ok(page)
}

fn tick_notify(page: &Page) -> Outcome<bool> {
    press(page.session(), NOTIFY)?;
    let asked = "return document.querySelector('.notify [role=alert]') !== null || Notification.permission === 'granted';";
    page.wait("the browser's answer", SOON, || Ok((page.session().run(asked, &[])? == true).then_some(())))?;
    let ticked = control(page.session(), NOTIFY)?;
    Ok(page.session().run("return arguments[0].checked;", &[ticked.to_json()])? == true)
}

fn allow(page: &Page) -> Outcome {
    let permissions = json!({ "permissions": ["notifications"], "origin": page.site.url() });
    page.session().devtools("Browser.grantPermissions", &permissions).map(drop)
}

#[test]
fn a_notification_tells_of_a_long_run_that_nobody_watched() -> Outcome {
    let page = watched()?;
    let session = page.session();
    // Nothing was asked of the browser by itself. This one refuses, and the page says what to do.
    assert_eq!(session.run("return Notification.permission;", &[])?, "default");
    press(session, "Queue")?;
    assert!(!tick_notify(&page)?, "ticked though the browser refused");
    println!("refused: {:?}", page.alerts()?);
    allow(&page)?;
    assert!(tick_notify(&page)? && page.alerts()?.is_empty(), "{:?}", page.alerts()?);
    close_drawer(&page)?;

    make_out_of_sight(&page, 5)?;
    assert_eq!(session.run("return window.shown.length;", &[])?, 0, "a short run is not told of");
    let picture = make_out_of_sight(&page, 30)?;
    let shown = session.run("return window.shown.map(({ title, body }) => `${title}. ${body}`);", &[])?;
    println!("{shown}");
    let shown: Vec<String> = serde_json::from_value(shown)?;
    assert!(shown.len() == 1 && shown[0].starts_with("The picture is ready"), "{shown:?}");
    assert!(!shown[0].contains("apple"), "others may see the screen: {shown:?}");

    session.run("window.shown[0].dispatchEvent(new Event('click'));", &[])?;
    let opened = page.wait("the picture", SOON, || opened(&page))?;
    assert!(opened.contains("a red apple"), "{opened}");
    page.reload()?;
    press(session, "Queue")?;
    let ticked = control(session, NOTIFY)?;
    assert_eq!(
        session.run("return arguments[0].checked;", &[ticked.to_json()])?,
        true,
        "the choice is forgotten"
    );
    assert!(page.card(&picture).is_ok());
    Ok(())
}

#[test]
fn where_only_the_service_worker_can_notify_it_does() -> Outcome {
    let page = watched()?;
    let session = page.session();
    session.run("return navigator.serviceWorker.ready.then(() => { window.android = true; });", &[])?;
    allow(&page)?;
    press(session, "Queue")?;
    assert!(tick_notify(&page)?);
    close_drawer(&page)?;
    make_out_of_sight(&page, 30)?;
    const SHOWN: &str = "return navigator.serviceWorker.ready.then(registration => registration.getNotifications()) \
        .then(shown => shown.map(({ title }) => title));";
    page.wait("the notification", SOON, || {
        Ok((session.run(SHOWN, &[])? == json!(["The picture is ready"])).then_some(()))
    })?;
    session.run(
        "return navigator.serviceWorker.ready.then(({ active }) => active.postMessage('click'));",
        &[],
    )?;
    let opened = page.wait("the picture", SOON, || opened(&page))?;
    assert!(opened.contains("a red apple"), "{opened}");
    assert_eq!(session.run(SHOWN, &[])?, json!([]), "a notification that was answered is gone");
    Ok(())
}

/// What stands beside the picture that is shown large.
fn opened(page: &Page) -> Outcome<Option<String>> {
    let words = "return document.querySelector('.picture-dialog[open] .dialog-words')?.textContent ?? null;";
    Ok(page.session().run(words, &[])?.as_str().map(str::to_owned))
}
