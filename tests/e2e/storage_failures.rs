//! IndexedDB refused or full: pictures are still made, and the person is told that they are not kept.

use std::time::Instant;

use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{press, write};
use tests::page::{LATER, Page, SOON};
use tests::rows::keys;
use tests::{Outcome, repository};

/// What a browser does in a private window or with site data blocked.
const REFUSE: &str = "IDBFactory.prototype.open = function () { \
    throw new DOMException('denied by a test', 'SecurityError'); };";

/// Makes a picture and waits until the gallery shows it, stored or not: in front, of as many as are in sight.
fn make_picture(page: &Page) -> Outcome<Vec<String>> {
    let before = page.picture_ids()?;
    press(page.session(), "Generate")?;
    page.wait(
        "a picture",
        LATER,
        || Ok(Some(page.picture_ids()?).filter(|ids| ids.first() != before.first())),
    )
}

#[test]
fn a_refused_database_is_told_and_pictures_are_made() -> Outcome {
    let page = Page::prepare(Graphics::SoftwareWebGpu)?;
    page.site.put_before("worker_loader.js", REFUSE);
    page.before_page(REFUSE)?;
    let page = page.load()?;
    println!("refused: {}", page.sentence_at("gallery")?);
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    make_picture(&page)?;
    make_picture(&page)?;
    page.sentence_at("gallery")?;
    page.take_source(&repository::photo())?;
    let beside =
        "return document.querySelector('.notice[data-place=source] [role=alert]')?.textContent ?? '';";
    page.wait("a word beside the source", SOON, || {
        let words = page.session().run(beside, &[])?;
        Ok(words.as_str().is_some_and(|words| words.contains("for this visit only")).then_some(()))
    })
}

#[test]
fn a_full_database_is_told_and_nothing_is_lost() -> Outcome {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    let kept = page.generate(LATER)?;

    let quota = |bytes: u64| {
        let parameters = json!({ "origin": page.site.url().trim_end_matches('/'), "quotaSize": bytes });
        page.session().devtools("Storage.overrideQuotaForOrigin", &parameters).map(drop)
    };
    quota(1)?;
    // Chromium goes on with the quota that it last saw for some seconds.
    let begun = Instant::now();
    let mut made = vec![kept.id.clone()];
    while page.alerts()?.is_empty() && begun.elapsed() < SOON {
        made.extend(make_picture(&page)?.into_iter().next());
    }
    println!("full: {}", page.sentence_at("gallery")?);
    assert!(page.stored(&kept.id)?.is_some(), "nothing in the gallery may be lost");

    quota(1 << 30)?;
    made.extend(make_picture(&page)?.into_iter().next());
    // It goes when the pictures that were refused are stored, too.
    page.wait("the complaint to go", SOON, || Ok(page.alerts()?.is_empty().then_some(())))?;
    // Cards exist for what is in sight alone, so the rows are asked.
    for id in &made {
        assert!(page.stored(id)?.is_some(), "{id} is stored once there is room");
    }
    page.reload()?;
    assert_eq!(page.picture_ids()?.first(), made.last(), "the newest is in front at the next visit");
    Ok(())
}

#[test]
fn a_disk_that_fills_within_a_picture_keeps_nothing_by_halves() -> Outcome {
    let page = Page::prepare(Graphics::None)?;
    page.limit_disk("picture_blobs", None)?;
    let page = page.load()?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Quality steps", "2")?;
    let kept = page.generate(LATER)?;
    let rows =
        || -> Outcome<_> { Ok((keys(page.session(), "pictures")?, keys(page.session(), "picture_blobs")?)) };
    let before = rows()?;
    // From the second file of a picture on.
    page.session().run("window.left = 1;", &[])?;
    let shown = make_picture(&page)?;
    let sentence = page.sentence_at("gallery")?;
    assert!(sentence.contains("full") && sentence.ends_with('.'), "{sentence}");
    assert_eq!(rows()?, before, "the first picture is there, and no part of the second");
    page.session().run("window.left = Infinity;", &[])?;
    make_picture(&page)?;
    page.wait("the complaint to go", SOON, || Ok(page.alerts()?.is_empty().then_some(())))?;
    for id in shown.iter().chain([&kept.id]) {
        assert!(page.stored(id)?.is_some(), "{id} is stored once there is room");
    }
    Ok(())
}
