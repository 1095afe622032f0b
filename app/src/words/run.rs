//! What goes on while pictures are made, in the page and in its tab's title, and the word that they are ready.

use protocol::Stage;

use crate::platform::Permission;
use crate::state::Phase;

const MEGABYTE: f64 = 1e6;
const MINUTE_SECONDS: f64 = 90.0;

/// The title of the tab while nothing is made.
const NAME: &str = "Palimpsest";

pub(crate) const SHOW: &str = "Show the picture";
pub(crate) const NOTIFY: &str = "Notify me when a picture is ready";
pub(crate) const NOTIFY_HINT: &str =
    "For what takes longer than 20 seconds, while you look at another tab or program.";
pub(crate) const NONE_READY: &str = "No picture was made";

/// What is going on, in words.
pub(crate) fn phase(phase: Phase) -> String {
    match phase {
        Phase::Waiting => "Waiting for the engine …".to_owned(),
        Phase::Stage(Stage::Loading { total_bytes: 0, .. }) => "Loading the model …".to_owned(),
        Phase::Stage(Stage::Loading { done_bytes, total_bytes }) => format!(
            "Loading the model: {:.0} of {:.0} MB",
            done_bytes as f64 / MEGABYTE,
            total_bytes as f64 / MEGABYTE
        ),
        Phase::Stage(Stage::Compiling { done, total }) => {
            format!("Preparing the graphics card: {done} of {total}")
        }
        Phase::Stage(Stage::EncodingText) => "Reading the prompt …".to_owned(),
        Phase::Stage(Stage::EncodingSource) => "Reading the source …".to_owned(),
        Phase::Stage(Stage::Denoising) => "Step 1 …".to_owned(),
        Phase::Stage(Stage::Decoding) => "Developing the picture …".to_owned(),
        Phase::Step { done, of, seconds_left } => {
            let left = seconds_left.filter(|_| done < of).map(time_left).unwrap_or_default();
            format!("Step {done} of {of}{left}")
        }
    }
}

fn time_left(seconds: f64) -> String {
    if seconds < MINUTE_SECONDS {
        format!(" · {:.0} s left", seconds.ceil().max(1.0))
    } else {
        format!(" · {:.0} min left", (seconds / 60.0).ceil())
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Idle,
    /// It has not begun: the engine starts, or another tab makes pictures.
    Waiting,
    /// Percent of the model.
    Loading(u32),
    /// Percent of all its pictures.
    Making(u32),
}

/// The title of the tab.
pub(crate) fn title(progress: Progress) -> String {
    match progress {
        Progress::Idle => NAME.to_owned(),
        Progress::Waiting => format!("Waiting · {NAME}"),
        Progress::Loading(percent) => format!("Loading {percent} % · {NAME}"),
        Progress::Making(percent) => format!("{percent} % · {NAME}"),
    }
}

/// The head of a notification. Prompts are not told: others may see the screen.
pub(crate) fn ready(count: usize) -> String {
    match count {
        0 => NONE_READY.to_owned(),
        1 => "The picture is ready".to_owned(),
        count => format!("{count} pictures are ready"),
    }
}

/// The line below it.
pub(crate) fn took(seconds: f64) -> String {
    match seconds < MINUTE_SECONDS {
        true => format!("After {seconds:.0} s"),
        false => format!("After {:.0} min", seconds / 60.0),
    }
}

/// Why the page may not notify.
pub(crate) fn refused(permission: Permission) -> &'static str {
    match permission {
        Permission::Granted => "",
        Permission::Undecided => "Nothing was allowed; tick it again and the browser asks again.",
        Permission::Denied => {
            "The browser does not let this page notify you. Allow notifications for it in the browser's settings for this site, then tick this again."
        }
        Permission::Missing => {
            "This browser has no notifications for this page: they take https and, on an iPhone or iPad, the page on the Home Screen."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        for (seconds, words) in [(21.4, "After 21 s"), (89.0, "After 89 s"), (130.0, "After 2 min")] {
            assert_eq!(took(seconds), words);
        }
    }
}
