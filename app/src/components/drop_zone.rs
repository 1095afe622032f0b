//! Pictures dropped anywhere on the page or pasted into it.

use leptos::{ev, prelude::*};
use web_sys::{DataTransfer, DragEvent, File};

use super::DrawerKind;
use crate::later::Errand;
use crate::platform::bring_into_view;
use crate::state::{SourceFile, Studio, looks_like_pack};

/// Whether files are being dragged over the page.
#[derive(Clone, Copy)]
struct Dragging(RwSignal<bool>);

/// A file as a source.
pub(crate) fn file_source(file: File) -> SourceFile {
    SourceFile { name: file.name(), blob: file.into(), parent: None }
}

/// Listens on the whole window; called once by the root component.
pub(crate) fn listen(studio: Studio) {
    let dragging = RwSignal::new(false);
    provide_context(Dragging(dragging));
    let over = move |event: DragEvent| {
        if carries_files(event.data_transfer().as_ref()) {
            // Without this the browser would leave the page and open the file.
            event.prevent_default();
            dragging.set(true);
        }
    };
    let handles = [
        window_event_listener(ev::dragenter, over),
        window_event_listener(ev::dragover, over),
        window_event_listener(ev::dragleave, move |event| {
            // Leaving one element for another has a related target; leaving the window has none.
            if event.related_target().is_none() {
                dragging.set(false);
            }
        }),
        window_event_listener(ev::drop, move |event| {
            dragging.set(false);
            if carries_files(event.data_transfer().as_ref()) {
                event.prevent_default();
                take_dropped(studio, event.data_transfer());
            }
        }),
        window_event_listener(ev::paste, move |event| {
            if carries_files(event.clipboard_data().as_ref()) {
                event.prevent_default();
                take_first(studio, event.clipboard_data());
            }
        }),
    ];
    on_cleanup(move || handles.into_iter().for_each(WindowListenerHandle::remove));
}

fn carries_files(data: Option<&DataTransfer>) -> bool {
    data.is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// Packs go to their drawer, and so does everything while that is open; else the first file is a source.
fn take_dropped(studio: Studio, data: Option<DataTransfer>) {
    let list = data.as_ref().and_then(DataTransfer::files);
    let files: Vec<File> =
        list.map(|list| (0..list.length()).filter_map(|index| list.get(index)).collect()).unwrap_or_default();
    let drawer = studio.drawer.get_untracked() == Some(DrawerKind::Packs);
    if drawer || files.iter().any(|file| looks_like_pack(&file.name())) {
        studio.later(Errand::OfferPacks(files));
    } else {
        take_first(studio, data);
    }
}

fn take_first(studio: Studio, data: Option<DataTransfer>) {
    let file = data.and_then(|data| data.files()).and_then(|files| files.get(0));
    match file {
        // Over the mask's editor a file is a mask.
        Some(file) if untrack(|| studio.edits_mask()) => studio.later(Errand::TakeMask(file.into())),
        Some(file) => {
            studio.take_source(file_source(file));
            bring_into_view("source-image");
        }
        None => {}
    }
}

/// Covers the page while a file is dragged over it.
#[component]
pub(crate) fn DropHint() -> impl IntoView {
    let Dragging(dragging) = expect_context();
    move || {
        dragging.get().then(|| {
            view! {
                <div class="drop-hint" aria-hidden="true">
                    <p>"Drop it to use it as the source"</p>
                </div>
            }
        })
    }
}
