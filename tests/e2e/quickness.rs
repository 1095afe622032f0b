//! The page answers while the engine works: no task of its main thread is long, and what a person does shows at once.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::Duration;

use serde_json::Value;
use tests::chromium::Graphics;
use tests::controls::keys::{ESCAPE, RIGHT};
use tests::controls::{control, control_in, press, write, write_all};
use tests::page::{LATER, Page, SOON};
use tests::webdriver::Session;
use tests::{Outcome, pace, repository};

/// No task of the main thread may take longer.
const LONGEST_TASK_MILLIS: f64 = 200.0;
/// From a press to the picture on the screen that shows what came of it.
const SLOWEST_ANSWER_MILLIS: f64 = 100.0;
/// How often what is too slow is tried again.
const TRIES: usize = 5;
/// Enough for all that is done meanwhile, on a machine four times as fast as the usual one too.
const LONG_RUN: [(&str, &str); 3] = [("Quality steps", "150"), ("Width", "192"), ("Height", "192")];
/// Between two keys of somebody who types fast.
const BETWEEN_KEYS: Duration = Duration::from_millis(80);

/// Notes every long task, and for each thing a person does where it was done and the time until it shows.
const WATCH: &str = r#"
    window.tempo = { tasks: [], answers: {} };
    new PerformanceObserver(list => tempo.tasks.push(...list.getEntries().map(task => task.duration)))
        .observe({ type: "longtask" });
    new PerformanceObserver(list => list.getEntries().filter(event => event.interactionId).forEach(event => {
        const known = tempo.answers[event.interactionId];
        if (!known || known[1] < event.duration) {
            const on = event.target?.closest("button, [id]");
            const at = on?.ariaLabel || on?.id || on?.textContent?.trim().slice(0, 30) || "what is gone by then";
            tempo.answers[event.interactionId] = [at, event.duration];
        }
    })).observe({ type: "event", durationThreshold: 16 });
"#;

/// What was noted since, after the events that are still on their way.
const TAKE: &str = r#"
    await new Promise(resolve => setTimeout(resolve, 300));
    const { tasks, answers } = tempo;
    window.tempo = { tasks: [], answers: {} };
    return [Math.max(0, ...tasks), Object.values(answers)];
"#;

/// How the page kept up during one picture, in milliseconds of a machine of the usual [`pace`].
#[derive(Debug)]
struct Tempo {
    longest_task_millis: f64,
    /// Where something was done and how long it took to show at the slowest. What showed within a frame is not among them.
    answers: BTreeMap<String, f64>,
}

impl Tempo {
    fn take(page: &Page) -> Outcome<Self> {
        let Value::Array(told) = page.session().run(TAKE, &[])? else {
            return Err("nothing was noted".into());
        };
        let noted: Vec<(String, f64)> = serde_json::from_value(told[1].clone())?;
        let mut answers = BTreeMap::new();
        for (place, millis) in noted {
            let slowest = answers.entry(place).or_insert(millis);
            *slowest = f64::max(*slowest, millis);
        }
        Ok(Self { longest_task_millis: told[0].as_f64().ok_or("no number")?, answers })
    }

    fn scaled(mut self, by: f64) -> Self {
        self.longest_task_millis *= by;
        self.answers.values_mut().for_each(|millis| *millis *= by);
        self
    }

    /// Of each answer the faster one: what holds the page up by itself does so in every try.
    fn best(mut self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        self.longest_task_millis = self.longest_task_millis.min(other.longest_task_millis);
        // What is missing in one try took less than a frame there.
        self.answers.retain(|place, _| other.answers.contains_key(place));
        for (place, millis) in &mut self.answers {
            *millis = millis.min(other.answers[place]);
        }
        self
    }

    fn holds(&self) -> bool {
        self.longest_task_millis <= LONGEST_TASK_MILLIS
            && self.answers.values().all(|millis| *millis <= SLOWEST_ANSWER_MILLIS)
    }
}

/// Presses keys one after the other as a person does.
fn press_keys(session: &Session, name: &str, keys: &str) -> Outcome {
    session.focus(&control(session, name)?)?;
    for key in keys.chars() {
        session.press_keys(&key.to_string())?;
        sleep(BETWEEN_KEYS);
    }
    Ok(())
}

/// Types, moves a slider, and opens and closes what there is.
fn go_about(page: &Page, picture: &str) -> Outcome {
    const DRAWERS: [&str; 4] = ["Models and storage", "Image packs", "About", "Keyboard shortcuts"];
    let session = page.session();
    press_keys(session, "Prompt", " on a blue boat")?;
    press_keys(session, "Prompt strength", &RIGHT.to_string().repeat(5))?;
    for drawer in DRAWERS {
        press(session, drawer)?;
        page.wait(drawer, SOON, || {
            Ok((session.run("return document.querySelector('dialog[open]') !== null;", &[])? == true)
                .then_some(()))
        })?;
        session.press_keys(&ESCAPE.to_string())?;
    }
    session.click(&control_in(session, "Open a red apple", &page.card(picture)?)?)?;
    session.press_keys(&ESCAPE.to_string())
}

/// Makes a picture, goes about meanwhile, and tells how the page kept up.
fn try_once(page: &Page, picture: &str) -> Outcome<Tempo> {
    let session = page.session();
    Tempo::take(page)?;
    let before = page.picture_ids()?.len();
    press(session, "Generate")?;
    page.wait("the first step", LATER, || Ok(page.step()?.filter(|step| *step > 0)))?;
    go_about(page, picture)?;
    let mut tempo = Tempo::take(page)?;
    // It is a long task itself.
    let slowness = pace::slowness(session)?;
    Tempo::take(page)?;
    assert!(page.step()?.is_some(), "the picture was ready before all was done: a longer run is needed");
    page.wait("the picture", LATER, || Ok((page.picture_ids()?.len() > before).then_some(())))?;
    tempo.longest_task_millis = tempo.longest_task_millis.max(Tempo::take(page)?.longest_task_millis);
    println!("as measured: {tempo:#?}");
    Ok(tempo.scaled(slowness.recip()))
}

/// A machine that has other things to do makes any page stand still now and then, but not each time: each answer has to be
/// fast enough in one of a few tries, and a page that is slow by itself is slow in all of them.
#[test]
fn the_page_answers_while_a_picture_is_made() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    write(session, "Prompt", "a red apple")?;
    write(session, "Quality steps", "2")?;
    let first = page.generate(LATER)?;
    write_all(session, &LONG_RUN)?;
    session.run(WATCH, &[])?;
    let mut best = None;
    for _ in 0..TRIES {
        let tempo = try_once(&page, &first.id)?.best(best.take());
        if tempo.holds() {
            return Ok(());
        }
        best = Some(tempo);
    }
    Err(format!(
        "in none of {TRIES} tries was every task within {LONGEST_TASK_MILLIS} ms and every answer within \
         {SLOWEST_ANSWER_MILLIS} ms: {best:#?}"
    )
    .into())
}
