//! The built-in model on the device that the page chooses by itself. With a software adapter that is the CPU.

use std::time::{Duration, Instant};

use image::RgbImage;
use tests::chromium::Graphics;
use tests::controls::{control_in, press, slide, value, write};
use tests::page::{Page, SOON};
use tests::pictures::difference_from_source;
use tests::{Outcome, repository};

/// What a person waits for one picture on 2 cores without a graphics card.
const PATIENCE: Duration = Duration::from_secs(15);
/// To fail with a time and not with a timeout.
const LONGEST: Duration = Duration::from_secs(90);

fn photo() -> Outcome<RgbImage> {
    Ok(image::open(repository::photo())?.to_rgb8())
}

fn open_with_photo() -> Outcome<Page> {
    let page = Page::open(Graphics::SoftwareWebGpu)?;
    let (gpu, words) = page.device()?;
    assert!(!gpu, "a software adapter is slower than the CPU and must not be chosen: {words}");
    page.take_source(&repository::photo())?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Seed", "7")?;
    Ok(page)
}

#[test]
fn pictures_leave_the_source_as_strength_grows() -> Outcome {
    let page = open_with_photo()?;
    let photo = photo()?;
    let mut differences = Vec::new();
    let mut pictures = Vec::new();
    for strength in [0.2, 0.5, 0.9] {
        slide(page.session(), "Prompt strength", strength)?;
        let begun = Instant::now();
        let picture = page.generate(LONGEST)?;
        let took = begun.elapsed();
        let difference = difference_from_source(&picture.pixels()?, &photo);
        println!("strength {strength}: {difference:.2} from the source, {:.1} s", took.as_secs_f64());
        assert!(took < PATIENCE, "the picture at strength {strength} took {:.1} s", took.as_secs_f64());
        differences.push(difference);
        pictures.push(picture);
    }
    assert!(
        differences.is_sorted_by(|a, b| a < b),
        "the difference must grow with strength: {differences:?}"
    );

    page.reload()?;
    let ids = page.picture_ids()?;
    let newest_first: Vec<String> = pictures.iter().rev().map(|picture| picture.id.clone()).collect();
    assert_eq!(ids, newest_first, "the gallery must be there after a reload");
    for picture in pictures {
        assert_eq!(page.stored(&picture.id)?.as_ref(), Some(&picture), "a picture changed by a reload");
    }
    Ok(())
}

#[test]
fn pictures_are_reproducible_and_need_no_network() -> Outcome {
    let mut page = open_with_photo()?;
    write(page.session(), "Quality steps", "4")?;
    let first = page.generate(LONGEST)?;
    let second = page.generate(LONGEST)?;
    assert_ne!(first.id, second.id);
    assert_eq!(first.png, second.png, "the same seed must give the same bytes");
    write(page.session(), "Seed", "8")?;
    let third = page.generate(LONGEST)?;
    assert_ne!(first.png, third.png, "another seed must give another picture");

    wait_for_service_worker(&page)?;
    page.site.go_offline();
    let asked = page.site.requests().len();
    page.reload()?;
    assert_eq!(page.picture_ids()?.len(), 3, "the gallery must be there without a network");
    page.take_source(&repository::photo())?;
    write(page.session(), "Prompt", "a red apple")?;
    write(page.session(), "Seed", "7")?;
    write(page.session(), "Quality steps", "4")?;
    let offline = page.generate(LONGEST)?;
    assert_eq!(offline.png, first.png, "the picture made offline differs");
    assert_eq!(page.site.requests().len(), asked, "the server was switched off");
    Ok(())
}

/// A reload is served by the service worker once it is active.
fn wait_for_service_worker(page: &Page) -> Outcome {
    let script = "return navigator.serviceWorker.ready.then(() => true);";
    page.session().run(script, &[]).map(drop)
}

#[test]
fn a_picture_can_be_used_reused_and_deleted() -> Outcome {
    let page = open_with_photo()?;
    write(page.session(), "Quality steps", "2")?;
    slide(page.session(), "Prompt strength", 0.35)?;
    let picture = page.generate(LONGEST)?;
    let act = |name: &str| -> Outcome {
        page.session().click(&control_in(page.session(), name, &page.card(&picture.id)?)?)
    };
    control_in(page.session(), "Download", &page.card(&picture.id)?)?;

    write(page.session(), "Seed", "99")?;
    slide(page.session(), "Prompt strength", 0.9)?;
    act("Reuse settings")?;
    let value = |name| value(page.session(), name);
    assert_eq!((value("Seed")?.as_str(), value("Quality steps")?.as_str()), ("7", "2"));
    assert_eq!(value("Prompt strength")?, "0.35");

    act("Use as source")?;
    let restyled = page.generate(LONGEST)?;
    assert_ne!(restyled.png, picture.png, "a picture made from another source is another picture");

    act("Delete")?;
    page.wait("the picture to go", SOON, || {
        Ok((page.picture_ids()? == [restyled.id.clone()] && page.stored(&picture.id)?.is_none())
            .then_some(()))
    })?;
    page.reload()?;
    assert_eq!(page.picture_ids()?, [restyled.id], "what was deleted must stay so");
    Ok(())
}

#[test]
fn cancel_stops_a_picture() -> Outcome {
    let page = open_with_photo()?;
    write(page.session(), "Quality steps", "200")?;
    press(page.session(), "Generate")?;
    page.wait("the first step", LONGEST, || Ok(page.step()?.filter(|step| *step > 0)))?;
    press(page.session(), "Cancel")?;
    let begun = Instant::now();
    page.wait("the end of the run", LONGEST, || Ok(page.step()?.is_none().then_some(())))?;
    assert!(begun.elapsed() < Duration::from_secs(5), "cancelling took {:?}", begun.elapsed());
    assert!(page.picture_ids()?.is_empty() && page.alerts()?.is_empty());
    write(page.session(), "Quality steps", "2")?;
    page.generate(LONGEST).map(drop)
}
