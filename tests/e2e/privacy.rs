//! Nothing leaves the device: every request of a session is the page's own, and its policy forbids all others.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use tests::chromium::Graphics;
use tests::controls::{press, write};
use tests::page::{LATER, Page, SOON};
use tests::{Outcome, repository};

use crate::models::close_drawer;

/// Words that would give a person away if they were found in a request.
const PROMPT: &str = "a red apple called Zanzibar";

/// Every file that the build has, as the server is asked for it.
fn files_of_the_build(folder: &Path, prefix: &str, found: &mut BTreeSet<String>) -> Outcome {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            files_of_the_build(&entry.path(), &format!("{name}/"), found)?;
        } else {
            found.insert(name);
        }
    }
    Ok(())
}

/// Catches every request of the window that the browser itself reports, whoever it is for.
const WATCH: &str = r#"
    window.foreign = [];
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) {
            const url = new URL(entry.name, location.href);
            if (!["blob:", "data:"].includes(url.protocol) && url.origin !== location.origin) window.foreign.push(entry.name);
        }
    }).observe({ type: "resource", buffered: true });
    document.addEventListener("securitypolicyviolation", event => window.foreign.push(`blocked ${event.blockedURI}`));
"#;

#[test]
fn every_request_of_a_session_is_for_a_file_of_the_page() -> Outcome {
    let page = Page::prepare(Graphics::None)?;
    page.before_page(WATCH)?;
    let page = page.load()?;
    page.take_source(&repository::photo())?;
    write(page.session(), "Prompt", PROMPT)?;
    let picture = page.generate(LATER)?;
    press(page.session(), "Models and storage")?;
    close_drawer(&page)?;
    page.reload()?;
    assert_eq!(page.picture_ids()?, [picture.id]);

    let mut files = BTreeSet::from([String::new()]);
    files_of_the_build(&repository::dist(), "", &mut files)?;
    let asked = page.site.asked();
    println!("{} requests", asked.len());
    assert!(asked.len() > 10, "the requests were not recorded");
    for asked in asked {
        assert_eq!(asked.method, "GET", "{} was sent something", asked.path);
        assert!(files.contains(&asked.path), "a request for {}, which is no file of the page", asked.path);
        let head = asked.head.to_lowercase();
        assert!(!head.contains("zanzibar"), "the prompt left the page: {head}");
        assert!(!head.contains("\ncookie:"), "a cookie was sent: {head}");
        assert!(!head.lines().next().unwrap_or_default().contains('?'), "a request with a query: {head}");
    }
    let foreign = page.session().run("return window.foreign;", &[])?;
    assert_eq!(foreign, json!([]), "requests to other servers");
    Ok(())
}

#[test]
fn the_policy_stops_what_should_never_be_asked_for() -> Outcome {
    for headers in [true, false] {
        let page = Page::prepare(Graphics::None)?;
        if !headers {
            page.site.forget_headers();
        }
        let page = page.load()?;
        let fetched = page
            .session()
            .run("return fetch('https://example.org/').then(() => 'sent', error => error.name);", &[])?;
        assert_eq!(fetched, "TypeError");
        const BLOCKED: &str = r#"
            const blocked = new Promise(resolve => document.addEventListener(
                "securitypolicyviolation", event => resolve(`${event.effectiveDirective} ${event.blockedURI}`), { once: true }));
            const image = new Image();
            image.src = "https://example.org/pixel.png";
            return blocked;
        "#;
        let image = page.session().run(BLOCKED, &[])?;
        assert_eq!(image, "img-src https://example.org/pixel.png");
        const INLINE: &str = r#"
            const script = document.createElement("script");
            script.textContent = "window.injected = true";
            document.body.append(script);
            return window.injected === true;
        "#;
        assert_eq!(page.session().run(INLINE, &[])?, false, "a script inside the page ran");
    }
    Ok(())
}

#[test]
fn there_are_no_cookies() -> Outcome {
    let page = Page::open(Graphics::None)?;
    write(page.session(), "Prompt", "a red apple")?;
    page.generate(LATER)?;
    assert_eq!(page.session().run("return document.cookie;", &[])?, "");
    let all = page.session().devtools("Network.getAllCookies", &json!({}))?;
    assert_eq!(all["cookies"], json!([]));
    page.wait("an empty local storage", SOON, || {
        let kept = page.session().run("return localStorage.length + sessionStorage.length;", &[])?;
        Ok((kept == 0).then_some(()))
    })
}
