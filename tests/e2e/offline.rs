//! The page can be installed, and its second visit needs no network.

use tests::Outcome;
use tests::chromium::Graphics;
use tests::controls::{control, press, write};
use tests::page::{LATER, Page, SOON};
use tests::rows::keys;

use serde_json::json;

/// Visits the page until its service worker has everything.
fn visited() -> Outcome<Page> {
    visited_under("")
}

/// As [`visited`], with the page under a path.
fn visited_under(base: &str) -> Outcome<Page> {
    let page = Page::prepare_under(Graphics::None, base)?.load()?;
    page.session().run("return navigator.serviceWorker.ready.then(() => true);", &[])?;
    page.wait("the built-in model", SOON, || {
        let models = keys(page.session(), "models")?;
        Ok(models.iter().any(|model| model == "builtin").then_some(()))
    })?;
    Ok(page)
}

#[test]
fn the_second_visit_works_without_a_network() -> Outcome {
    let mut page = visited()?;
    page.site.go_offline();
    page.reload()?;
    write(page.session(), "Prompt", "a red apple")?;
    page.generate(LATER)?;
    // The catalogue is there too, though nothing of it can be fetched now.
    press(page.session(), "Models and storage")?;
    page.wait("the catalogue", SOON, || {
        Ok(control(page.session(), "Download Stable Diffusion 1.5").ok().map(drop))
    })
}

#[test]
fn under_a_path_everything_is_there_too() -> Outcome {
    let mut page = visited_under("palimpsest/")?;
    write(page.session(), "Prompt", "a red apple")?;
    page.generate(LATER)?;
    let beside: Vec<String> =
        page.site.requests().into_iter().filter(|path| !path.starts_with("palimpsest/")).collect();
    assert!(beside.is_empty(), "asked for beside the page: {beside:?}");
    let scope = "return navigator.serviceWorker.ready.then(({ scope }) => scope);";
    assert_eq!(page.session().run(scope, &[])?, page.site.url());
    page.site.go_offline();
    page.reload()?;
    page.generate(LATER)?;
    assert_eq!(page.picture_ids()?.len(), 2);
    Ok(())
}

#[test]
fn what_about_links_to_is_there_without_a_network() -> Outcome {
    const READ: &str = "const links = Array.from(document.querySelectorAll('.about a[href]'), link => link.href); \
        return Promise.all(links.map(async link => { \
            const answer = await fetch(link); \
            return [link, answer.ok && (await answer.text()).length > 0]; }));";
    let mut page = visited()?;
    page.site.go_offline();
    page.reload()?;
    press(page.session(), "About")?;
    let links: Vec<(String, bool)> = serde_json::from_value(page.session().run(READ, &[])?)?;
    assert!(links.len() >= 2 && links.iter().all(|(_, is_there)| *is_there), "{links:?}");
    Ok(())
}

#[test]
fn the_page_can_be_installed() -> Outcome {
    let page = visited()?;
    let errors = page.session().devtools("Page.getInstallabilityErrors", &json!({}))?;
    let errors = errors["installabilityErrors"].as_array().cloned().unwrap_or_default();
    // A test's profile is one that nothing can be installed in.
    let ours: Vec<_> = errors.iter().filter(|error| error["errorId"] != "in-incognito").collect();
    assert!(ours.is_empty(), "{ours:?}");
    let manifest = page.session().devtools("Page.getAppManifest", &json!({}))?;
    assert_eq!(manifest["errors"], json!([]), "{manifest}");
    assert!(manifest["url"].as_str().is_some_and(|url| url.ends_with("manifest.webmanifest")), "{manifest}");
    Ok(())
}
