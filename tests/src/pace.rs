//! How fast this machine is at the moment, for limits in time that are meant for a page and not for a machine.

use crate::Outcome;
use crate::webdriver::Session;

/// What [`YARDSTICK`] takes where limits hold as they stand: on a core of a Xeon at 2.1 GHz that nothing else uses.
const USUAL_MILLIS: f64 = 80.0;
/// A machine that is slower than this does not excuse a page.
const SLOWEST: f64 = 3.0;

/// The milliseconds of a fixed piece of arithmetic, the median of three.
const YARDSTICK: &str = r#"
    const measure = () => {
        const begin = performance.now();
        let state = 1;
        for (let i = 0; i < 5e7; i++) state = (Math.imul(state, 1664525) + 1013904223) | 0;
        // What came of it is given back, too, so that none of it is left out as unused.
        return [performance.now() - begin, state];
    };
    return [measure(), measure(), measure()].map(([millis]) => millis).sort((a, b) => a - b)[1];
"#;

/// How many times slower than usual the main thread of the page is, from 1 to 3. Measuring holds it up: to whoever counts
/// long tasks this is one.
///
/// # Errors
/// When the browser does not answer.
pub fn slowness(session: &Session) -> Outcome<f64> {
    let millis = session.run(YARDSTICK, &[])?.as_f64().ok_or("the yardstick has no length")?;
    let slowness = (millis / USUAL_MILLIS).clamp(1.0, SLOWEST);
    println!("the yardstick takes {millis:.0} ms: times are divided by {slowness:.2}");
    Ok(slowness)
}
