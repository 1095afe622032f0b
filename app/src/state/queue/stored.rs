//! The queue in the database: what waited when a tab was closed is there on the next visit.
//!
//! Each tab has a name, and holds a lock of that name while it is open. Whoever gets the lock of another tab's name
//! knows that it was closed, and takes over what it left.

use std::collections::BTreeSet;

use gallery::UsedLora;
use leptos::prelude::*;
use protocol::{Request, TraceOptions};
use serde::{Deserialize, Serialize};
use storage::QueueEntry;
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::{Job, Stored};
use crate::platform::{hold_lock, now_millis, random_seed};
use crate::state::Studio;
use crate::state::sheet::SheetCell;
use crate::state::source::SourceFile;

const SOURCE: &str = "source";
const MASK: &str = "mask";

/// A row of the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Row {
    /// The tab that will make it.
    tab: String,
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

fn lock_of(tab: &str) -> String {
    format!("palimpsest-tab-{tab}")
}

/// A name that no other tab has.
pub(super) fn new_tab() -> String {
    format!("{:013}-{:08x}", now_millis(), random_seed())
}

/// Places in the database for pictures that are asked for together, by their order.
pub(super) fn places(count: usize) -> Vec<Stored> {
    let batch = format!("{:013}-{:08x}", now_millis(), random_seed());
    (0..count).map(|at| Stored { batch: batch.clone(), name: format!("{at:04}") }).collect()
}

impl Studio {
    /// Stores pictures that were asked for together. What cannot be stored waits for this visit only.
    pub(super) fn store_jobs(self, jobs: &[Job]) {
        let tab = self.queue.tab.get_value();
        let entry = |job: &Job| {
            let row = Row {
                tab: tab.clone(),
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
        let entries: Vec<QueueEntry> = jobs.iter().filter_map(entry).collect();
        // Pictures that were asked for together are made from the same files.
        let first = jobs.first();
        let source = first.and_then(|job| job.source.as_ref()).map(|source| (SOURCE, source.blob.clone()));
        let mask = first.and_then(|job| job.mask.clone()).map(|mask| (MASK, mask));
        let files: Vec<(&'static str, Blob)> = source.into_iter().chain(mask).collect();
        spawn_local(async move {
            if let Err(error) = self.shelf.enqueue(entries, files).await {
                log::warn!("the queue is not kept: {error}");
            }
        });
    }

    /// Removes a picture from the stored queue: it is made, or will not be.
    pub(super) fn forget_job(self, job: &Job) {
        if let Some(cell) = &job.sheet {
            self.close_sheet(cell);
        }
        let Stored { batch, name } = job.stored.clone();
        spawn_local(async move {
            if let Err(error) = self.shelf.dequeue(&batch, &name).await {
                log::warn!("the queue still has a picture that is done: {error}");
            }
        });
    }

    /// Takes over what closed tabs left. It waits until the person says that it should go on.
    pub(in crate::state) async fn load_queue(self) {
        let tab = self.queue.tab.get_value();
        hold_lock(&lock_of(&tab)).await;
        let entries = match self.shelf.queue().await {
            Ok(entries) => entries,
            Err(error) => return log::warn!("the queue cannot be read: {error}"),
        };
        let mut rows: Vec<(Stored, Row)> = Vec::new();
        for QueueEntry { batch, name, json } in entries {
            match serde_json::from_str(&json) {
                Ok(row) => rows.push((Stored { batch, name }, row)),
                Err(error) => log::warn!("a picture in the queue is of another version: {error}"),
            }
        }
        let tabs: BTreeSet<String> =
            rows.iter().map(|(_, row)| row.tab.clone()).filter(|t| *t != tab).collect();
        let mut left = BTreeSet::new();
        for tab in tabs {
            if hold_lock(&lock_of(&tab)).await {
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
                let blob = self.shelf.queue_file(&stored.batch, SOURCE).await.ok().flatten()?;
                Some(SourceFile { blob, name, parent })
            }
        };
        let mask = match row.masked {
            true => Some(self.shelf.queue_file(&stored.batch, MASK).await.ok().flatten()?),
            false => None,
        };
        let Row { request, loras, variant_of, svg, sheet, .. } = row;
        Some(Job { id: self.next_job(), request, source, mask, loras, variant_of, svg, sheet, stored })
    }
}
