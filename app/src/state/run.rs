//! A run: everything from the moment when something begins until nothing runs or waits. The tab's title says how far it
//! is, and a person who looks elsewhere can be told when it is over.

use leptos::prelude::*;
use protocol::{JobId, Stage};
use wasm_bindgen_futures::spawn_local;

use super::{Phase, Studio};
use crate::platform::{self, Permission, now_millis};
use crate::words::run::{self as words, Progress};

/// A shorter run is watched to its end.
const LONG_SECONDS: f64 = 20.0;

#[derive(Clone, Copy)]
pub(crate) struct Run {
    /// Whether the person wants to be told of the end of long runs.
    pub notify: RwSignal<bool>,
    /// Why they cannot be told.
    pub refusal: RwSignal<Option<Permission>>,
    begun_millis: StoredValue<f64>,
    /// How many of its pictures have come to an end, one way or another.
    ended: RwSignal<usize>,
    /// Pictures that came from the engine and do not lie in the gallery yet.
    unkept: RwSignal<usize>,
    /// The pictures that were made.
    made: StoredValue<Vec<String>>,
    /// The picture that was made last.
    pub last: RwSignal<Option<String>>,
}

impl Run {
    pub(super) fn new() -> Self {
        Self {
            notify: RwSignal::new(false),
            refusal: RwSignal::new(None),
            begun_millis: StoredValue::new(0.0),
            ended: RwSignal::new(0),
            unkept: RwSignal::new(0),
            made: StoredValue::new(Vec::new()),
            last: RwSignal::new(None),
        }
    }

    /// One of its pictures has come to an end.
    pub(super) fn count_end(self) {
        self.ended.update(|ended| *ended += 1);
    }

    /// A picture came, and the run is not over before it is kept.
    pub(super) fn begin_keeping(self) {
        self.unkept.update(|unkept| *unkept += 1);
    }

    /// It is kept, or was told to be lost.
    pub(super) fn end_keeping(self) {
        self.unkept.update(|unkept| *unkept = unkept.saturating_sub(1));
    }

    /// This picture was made.
    pub(super) fn count_made(self, id: &str) {
        self.made.update_value(|made| made.push(id.to_owned()));
        self.last.set(Some(id.to_owned()));
    }
}

/// How far a run is of which `ended` pictures are done with and `left` are not; the first of those, if it runs, is in
/// `phase` and `made` to that share.
fn progress(ended: usize, left: usize, phase: Option<Phase>, made: f64) -> Progress {
    // The last percent is the picture itself.
    let percent = |share: f64| ((share * 100.0) as u32).min(99);
    let begun = ended > 0 || made > 0.0;
    match phase {
        _ if left == 0 => Progress::Idle,
        None | Some(Phase::Waiting) if !begun => Progress::Waiting,
        Some(Phase::Stage(Stage::Loading { done_bytes, total_bytes: all @ 1.. })) if !begun => {
            Progress::Loading(percent(done_bytes as f64 / all as f64))
        }
        _ => Progress::Making(percent((ended as f64 + made) / (ended + left) as f64)),
    }
}

impl Studio {
    /// Keeps the title true, and tells the person of the end of a run.
    pub(super) fn follow_run(self) {
        let left = Memo::new(move |_| {
            usize::from(self.queue.running.with(Option::is_some))
                + self.queue.waiting.with(batches::Line::len)
        });
        let running = Memo::new(move |_| self.queue.running.with(|job| job.as_ref().map(|job| job.id)));
        // A decoder that is loaded after the last step takes nothing back.
        let made = Memo::new(move |before: Option<&(Option<JobId>, f64)>| {
            let job = running.get();
            let before = before.filter(|(of, _)| *of == job).map_or(0.0, |(_, made)| *made);
            let now = job.map_or(0.0, |_| self.queue.phase.get().share_made());
            (job, now.max(before))
        });
        let progress = Memo::new(move |_| {
            let phase = running.get().map(|_| self.queue.phase.get());
            progress(self.run.ended.get(), left.get(), phase, made.get().1)
        });
        Effect::new(move |_| document().set_title(&words::title(progress.get())));
        Effect::new(move |was_going: Option<bool>| {
            let is_going = left.get() + self.run.unkept.get() > 0;
            match (was_going.unwrap_or(false), is_going) {
                (false, true) => self.run.begun_millis.set_value(now_millis()),
                (true, false) => self.end_run(),
                _ => {}
            }
            is_going
        });
        platform::on_notification_click(move |id| self.open_result(&id));
    }

    fn end_run(self) {
        self.run.ended.set(0);
        let made = self.run.made.try_update_value(std::mem::take).unwrap_or_default();
        let seconds = (now_millis() - self.run.begun_millis.get_value()) / 1000.0;
        let wanted = self.run.notify.get_untracked() && platform::is_hidden() && seconds > LONG_SECONDS;
        // With a word about it, it was the person who ended it.
        let cancelled = made.is_empty() && self.queue.outcome.with_untracked(|outcome| !outcome.is_empty());
        if wanted && !cancelled {
            let last = made.last().cloned().unwrap_or_default();
            let (title, body) = (words::ready(made.len()), words::took(seconds));
            platform::notify(&title, &body, &last.clone(), move || self.open_result(&last));
        }
    }

    /// Shows a picture large, or the sheet that it is a part of.
    pub(crate) fn open_result(self, id: &str) {
        let Some(record) = untrack(|| self.library.record(id)) else { return };
        let sheet = record.in_sheet.as_ref().map(|place| place.sheet.clone());
        let sheet = sheet.filter(|sheet| untrack(|| self.library.record(sheet)).is_some());
        let shown = sheet.unwrap_or_else(|| id.to_owned());
        self.library.current.set(Some(shown.clone()));
        self.library.opened.set(Some(shown));
    }

    /// Switches notifications on, if the browser and the person let the page notify, or off.
    pub(crate) fn choose_notify(self, wanted: bool) {
        self.run.refusal.set(None);
        self.run.notify.set(wanted);
        if wanted {
            spawn_local(async move { self.settle_notify(platform::ask_to_notify().await) });
        }
    }

    /// Puts back the choice of an earlier visit. The permission may have been withdrawn meanwhile.
    pub(super) fn restore_notify(self, wanted: bool) {
        self.run.notify.set(wanted);
        if wanted {
            self.settle_notify(platform::permission_to_notify());
        }
    }

    fn settle_notify(self, permission: Permission) {
        if permission != Permission::Granted {
            self.run.notify.set(false);
            self.run.refusal.set(Some(permission));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_goes_from_waiting_to_its_last_picture() {
        let step = Some(Phase::Step { done: 4, of: 8, seconds_left: None });
        let loading =
            |total_bytes| Some(Phase::Stage(Stage::Loading { done_bytes: total_bytes / 4, total_bytes }));
        for (ended, left, phase, made, said) in [
            (0, 0, None, 0.0, Progress::Idle),
            (0, 2, None, 0.0, Progress::Waiting),
            (0, 2, Some(Phase::Waiting), 0.0, Progress::Waiting),
            (0, 2, loading(4), 0.0, Progress::Loading(25)),
            (0, 2, loading(0), 0.0, Progress::Making(0)),
            (0, 2, Some(Phase::Stage(Stage::EncodingText)), 0.0, Progress::Making(0)),
            (0, 2, step, 0.5, Progress::Making(25)),
            // The decoder, then another model for the second picture.
            (0, 2, loading(4), 1.0, Progress::Making(50)),
            (1, 1, Some(Phase::Waiting), 0.0, Progress::Making(50)),
            (1, 1, loading(4), 0.0, Progress::Making(50)),
            (1, 1, step, 0.75, Progress::Making(87)),
            (1, 1, step, 1.0, Progress::Making(99)),
        ] {
            assert_eq!(progress(ended, left, phase, made), said, "{ended} ended, {left} left, {phase:?}");
        }
    }
}
