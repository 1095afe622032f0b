//! The queue in the database: what waited when a tab was closed is there on the next visit.
//!
//! Each tab has a name, and holds a lock of that name while it is open. Whoever gets the lock of another tab's name
//! knows that it was closed, and takes over what it left.

use std::collections::BTreeSet;

use batches::Line;
use gallery::UsedLora;
use leptos::prelude::*;
use protocol::{JobId, Request, TraceOptions};
use serde::{Deserialize, Serialize};
use storage::{Lock, QueueEntry, QueuePart};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::{Job, Stored};
use crate::later::Errand;
use crate::platform::{now_millis, random_seed};
use crate::state::Studio;
use crate::state::sheet::SheetCell;
use crate::state::source::SourceFile;

/// A row of the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    /// The tab that will make it.
    tab: String,
    /// See [`Stored::order`]. Earlier versions made everything in the order of its keys.
    #[serde(default)]
    order: Option<f64>,
    request: Request,
    #[serde(default)]
    loras: Vec<UsedLora>,
    /// The source's name, and the picture of the gallery that it is.
    #[serde(default)]
    source: Option<(String, Option<String>)>,
    /// Whether a mask is stored with it.
    #[serde(default)]
    masked: bool,
    #[serde(default)]
    variant_of: Option<String>,
    #[serde(default)]
    svg: Option<TraceOptions>,
    #[serde(default)]
    sheet: Option<SheetCell>,
}

/// Gets the lock of a tab's name until this tab is closed; false when another tab has it.
async fn hold(tab: &str) -> bool {
    Lock::now(&format!("palimpsest-tab-{tab}")).await.map(Lock::keep).is_some()
}

/// A name that no other tab has.
pub(super) fn new_tab() -> String {
    format!("{:013}-{:08x}", now_millis(), random_seed())
}

/// Places in the database for pictures that are asked for together, after those of the order `last`.
pub(super) fn places(count: usize, last: f64) -> Vec<Stored> {
    let batch = format!("{:013}-{:08x}", now_millis(), random_seed());
    let first = now_millis().max(last + 1.0);
    let place = |at| Stored { batch: batch.clone(), name: format!("{at:04}"), order: first + at as f64 };
    (0..count).map(place).collect()
}

/// The order of a row of an earlier version: its batch's name begins with when it was asked for.
fn order_of_earlier(batch: &str) -> f64 {
    batch.split('-').next().and_then(|millis| millis.parse().ok()).unwrap_or(0.0)
}

/// In the order in which they are to be made; of equal ones, as the database has them.
fn sort<T>(rows: &mut [(Stored, T)]) {
    rows.sort_by(|(a, _), (b, _)| a.order.total_cmp(&b.order));
}

/// What is stored of a batch is changed in the order of asking: a picture that is cancelled at once must not leave the queue
/// before it has come into it, which takes longer, since its source is hashed.
async fn turn_of(batch: &str) -> Lock {
    Lock::in_turn(&format!("palimpsest-queue-{batch}")).await
}

impl Studio {
    fn entries(self, jobs: &[Job]) -> Vec<QueueEntry> {
        let tab = self.queue.tab.get_value();
        let entry = |job: &Job| {
            let row = Row {
                tab: tab.clone(),
                order: Some(job.stored.order),
                request: job.request.clone(),
                loras: job.loras.clone(),
                source: job.source.as_ref().map(|source| (source.name.clone(), source.parent.clone())),
                masked: job.mask.is_some(),
                variant_of: job.variant_of.clone(),
                svg: job.svg,
                sheet: job.sheet.clone(),
            };
            let json = serde_json::to_string(&row).ok()?;
            Some(QueueEntry { batch: job.stored.batch.clone(), name: job.stored.name.clone(), json })
        };
        jobs.iter().filter_map(entry).collect()
    }

    /// Stores pictures that were asked for together. What cannot be stored waits for this visit only.
    pub(super) fn store_jobs(self, jobs: &[Job]) {
        // Pictures that were asked for together are made from the same files.
        let first = jobs.first();
        let source =
            first.and_then(|job| job.source.as_ref()).map(|source| (QueuePart::Source, source.blob.clone()));
        let mask = first.and_then(|job| job.mask.clone()).map(|mask| (QueuePart::Mask, mask));
        self.store_entries(jobs, source.into_iter().chain(mask).collect());
    }

    /// Stores the order of pictures that are stored already.
    pub(super) fn store_order(self, jobs: &[Job]) {
        self.store_entries(jobs, Vec::new());
    }

    fn store_entries(self, jobs: &[Job], files: Vec<(QueuePart, Blob)>) {
        let entries = self.entries(jobs);
        let batch = jobs.first().map(|job| job.stored.batch.clone()).unwrap_or_default();
        spawn_local(async move {
            let _turn = turn_of(&batch).await;
            if let Err(error) = self.shelf.enqueue(entries, files).await {
                log::warn!("the queue is not kept: {error}");
            }
        });
    }

    /// Stores everything that waits again, as after the database was cleared.
    pub(in crate::state) fn store_queue(self) {
        let of = |line: &Line<JobId, Job>| line.iter().cloned().collect::<Vec<_>>();
        let mut jobs = self.queue.waiting.with_untracked(of);
        jobs.extend(self.queue.running.get_untracked());
        let key = |job: &Job| (job.stored.batch.clone(), job.stored.name.clone());
        jobs.sort_by_key(key);
        jobs.chunk_by(|a, b| a.stored.batch == b.stored.batch).for_each(|batch| self.store_jobs(batch));
    }

    /// A picture will not be made.
    pub(super) fn forget_job(self, job: &Job) {
        self.leave_sheet(job);
        self.dequeue(job.stored.clone());
    }

    /// A picture is made, or will not be: its sheet may have waited for that.
    pub(super) fn leave_sheet(self, job: &Job) {
        if let Some(cell) = &job.sheet {
            self.later(Errand::CloseSheet(cell.clone()));
        }
    }

    /// Removes a picture from the stored queue: it lies in the gallery, or will not be made.
    pub(in crate::state) fn dequeue(self, Stored { batch, name, .. }: Stored) {
        spawn_local(async move {
            let _turn = turn_of(&batch).await;
            if let Err(error) = self.shelf.dequeue(&batch, &name).await {
                log::warn!("the queue still has a picture that is done: {error}");
            }
        });
    }

    /// Takes over what closed tabs left. It waits until the person says that it should go on.
    pub(in crate::state) async fn load_queue(self) {
        let tab = self.queue.tab.get_value();
        hold(&tab).await;
        let entries = match self.shelf.queue().await {
            Ok(entries) => entries,
            Err(error) => return log::warn!("the queue cannot be read: {error}"),
        };
        let mut rows: Vec<(Stored, Row)> = Vec::new();
        for QueueEntry { batch, name, json } in entries {
            match serde_json::from_str::<Row>(&json) {
                Ok(row) => {
                    let order = row.order.unwrap_or_else(|| order_of_earlier(&batch));
                    rows.push((Stored { batch, name, order }, row));
                }
                Err(error) => log::warn!("a picture in the queue is of another version: {error}"),
            }
        }
        sort(&mut rows);
        let tabs: BTreeSet<String> =
            rows.iter().map(|(_, row)| row.tab.clone()).filter(|t| *t != tab).collect();
        let mut left = BTreeSet::new();
        for tab in tabs {
            if hold(&tab).await {
                left.insert(tab);
            }
        }
        for (stored, row) in rows.into_iter().filter(|(_, row)| left.contains(&row.tab)) {
            match self.job_of(stored, row).await {
                Some(job) => self.queue.left.update(|left| left.push(job.id, job)),
                None => log::warn!("a file of a picture in the queue has gone"),
            }
        }
    }

    /// The job of a row; `None` when a file of it is no longer there.
    async fn job_of(self, stored: Stored, row: Row) -> Option<Job> {
        let source = match row.source.clone() {
            None => None,
            Some((name, parent)) => {
                let blob = self.shelf.queue_file(&stored.batch, QueuePart::Source).await.ok().flatten()?;
                Some(SourceFile { blob, name, parent })
            }
        };
        let mask = match row.masked {
            true => Some(self.shelf.queue_file(&stored.batch, QueuePart::Mask).await.ok().flatten()?),
            false => None,
        };
        let Row { request, loras, variant_of, svg, sheet, .. } = row;
        Some(Job { id: self.next_job(), request, source, mask, loras, variant_of, svg, sheet, stored })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_of_an_earlier_version_keeps_its_order_before_what_comes_later() {
        let placed = |batch: &str, name: &str, order: f64| {
            (Stored { batch: batch.to_owned(), name: name.to_owned(), order }, ())
        };
        let early = order_of_earlier("1764201600000-0badcafe");
        let mut rows = [
            placed("c", "0000", early + 2.5),
            placed("1764201600000-0badcafe", "0000", early),
            placed("1764201600000-0badcafe", "0001", early),
            placed("d", "0000", early - 1.0),
        ];
        sort(&mut rows);
        let names: Vec<_> =
            rows.iter().map(|(stored, _)| (stored.batch.as_str(), stored.name.as_str())).collect();
        let old = "1764201600000-0badcafe";
        assert_eq!(names, [("d", "0000"), (old, "0000"), (old, "0001"), ("c", "0000")]);
        assert_eq!(order_of_earlier("of no time"), 0.0);
    }
}
