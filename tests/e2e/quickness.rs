//! The page answers while the engine works: no task of its main thread is long, and what a person does shows at once.

use serde_json::Value;
use tests::chromium::Graphics;
use tests::controls::keys::{ESCAPE, RIGHT};
use tests::controls::{control, control_in, press, write};
use tests::page::{LATER, Page, SOON};
use tests::{Outcome, repository};

/// No task of the main thread may take longer.
const LONGEST_TASK_MILLIS: f64 = 200.0;
/// From a press to the picture on the screen that shows what came of it.
const SLOWEST_ANSWER_MILLIS: f64 = 100.0;
/// How often it is tried, while a try is too slow.
const TRIES: usize = 4;
/// Enough for all that is done meanwhile.
const STEPS: &str = "60";

/// Notes every long task, and for each thing a person does the time until it shows.
const WATCH: &str = r#"
    window.tempo = { tasks: [], answers: {} };
    new PerformanceObserver(list => tempo.tasks.push(...list.getEntries().map(task => task.duration)))
        .observe({ type: "longtask" });
    new PerformanceObserver(list => list.getEntries().filter(event => event.interactionId).forEach(event => {
        const known = tempo.answers[event.interactionId];
        if (!known || known[1] < event.duration) {
            const at = event.target?.id || event.target?.ariaLabel || event.target?.textContent?.trim().slice(0, 30) || "?";
            tempo.answers[event.interactionId] = [`${event.name} at ${at}`, event.duration];
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

/// How the page kept up during one picture.
#[derive(Debug)]
struct Tempo {
    longest_task_millis: f64,
    /// What was done and how long it took to show, the slowest first. What showed within a frame is not among them.
    answers: Vec<(String, f64)>,
}

impl Tempo {
    fn take(page: &Page) -> Outcome<Self> {
        let Value::Array(told) = page.session().run(TAKE, &[])? else {
            return Err("nothing was noted".into());
        };
        let mut answers: Vec<(String, f64)> = serde_json::from_value(told[1].clone())?;
        answers.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(Self { longest_task_millis: told[0].as_f64().ok_or("no number")?, answers })
    }

    fn slowest_millis(&self) -> f64 {
        self.answers.first().map_or(0.0, |(_, millis)| *millis)
    }

    fn holds(&self) -> bool {
        self.longest_task_millis <= LONGEST_TASK_MILLIS && self.slowest_millis() <= SLOWEST_ANSWER_MILLIS
    }
}

/// Types, moves a slider, and opens and closes what there is.
fn go_about(page: &Page, picture: &str) -> Outcome {
    const DRAWERS: [&str; 4] = ["Models and storage", "Image packs", "About", "Keyboard shortcuts"];
    let session = page.session();
    write(session, "Prompt", "a blue boat on a green lake")?;
    session.run("arguments[0].focus();", &[control(session, "Prompt strength")?.to_json()])?;
    session.press_keys(&RIGHT.to_string().repeat(5))?;
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

/// A machine that has other things to do makes any page stand still now and then, but not each time: what is asked for has
/// to be kept in one of a few tries, and a page that is slow by itself is slow in all of them.
#[test]
fn the_page_answers_while_a_picture_is_made() -> Outcome {
    let page = Page::open(Graphics::None)?;
    let session = page.session();
    page.take_source(&repository::photo())?;
    write(session, "Prompt", "a red apple")?;
    write(session, "Quality steps", "2")?;
    let first = page.generate(LATER)?;
    write(session, "Quality steps", STEPS)?;
    session.run(WATCH, &[])?;
    let mut tries = Vec::new();
    for _ in 0..TRIES {
        Tempo::take(&page)?;
        let before = page.picture_ids()?.len();
        press(session, "Generate")?;
        page.wait("the first step", LATER, || Ok(page.step()?.filter(|step| *step > 0)))?;
        go_about(&page, &first.id)?;
        assert!(
            page.step()?.is_some(),
            "the picture was ready before all was done: {STEPS} steps are too few"
        );
        page.wait("the picture", LATER, || Ok((page.picture_ids()?.len() > before).then_some(())))?;
        let tempo = Tempo::take(&page)?;
        println!("{tempo:#?}");
        let holds = tempo.holds();
        tries.push(tempo);
        if holds {
            return Ok(());
        }
    }
    Err(format!(
        "in none of {TRIES} tries was every task within {LONGEST_TASK_MILLIS} ms and every answer within \
         {SLOWEST_ANSWER_MILLIS} ms: {tries:#?}"
    )
    .into())
}
