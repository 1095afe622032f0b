//! A sheet, opened: its pictures in a table with their settings.

use std::sync::Arc;

use gallery::{Record, Sheet};
use leptos::prelude::*;

use super::details::FIGURE;
use super::thumbnail::Thumbnail;
use crate::platform;
use crate::state::studio;
use crate::words::{batches as words, gallery as labels};

/// The pictures of a sheet under the labels of its columns and rows; each opens large.
#[component]
pub(super) fn SheetTable(id: String, sheet: Sheet) -> impl IntoView {
    let library = studio().library;
    let pictures = library.album.with_untracked(|album| album.in_sheet(&id));
    let at = |column, row| {
        let there = |record: &&Arc<Record>| {
            record.in_sheet.as_ref().is_some_and(|place| (place.column, place.row) == (column, row))
        };
        pictures.iter().find(there).cloned()
    };
    let caption = words::sheet_of(&sheet);
    let has_rows = sheet.rows.is_some();
    let head = sheet
        .columns
        .labels
        .iter()
        .map(|label| view! { <th scope="col">{label.clone()}</th> })
        .collect_view();
    let cell = |column, row| {
        let picture = at(column, row).map(|record| {
            let id = record.id.clone();
            let name = labels::open(&sheet.place_name(column, row));
            view! {
                <button
                    type="button"
                    class="sheet-cell"
                    aria-label=name
                    data-cell=format!("{column} {row}")
                    on:click=move |_| {
                        library.opened.set(Some(id.clone()));
                        // Before the cell goes, and the focus with it.
                        platform::focus(FIGURE);
                    }
                >
                    <Thumbnail record />
                </button>
            }
        });
        view! { <td>{picture}</td> }
    };
    let rows = (0..sheet.row_count())
        .map(|row| {
            let label = sheet.rows.as_ref().and_then(|rows| rows.labels.get(row).cloned());
            let cells = (0..sheet.columns.labels.len()).map(|column| cell(column, row)).collect_view();
            view! { <tr>{label.map(|label| view! { <th scope="row">{label}</th> })} {cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="sheet-view">
            <table class="sheet-table">
                <caption>{caption}</caption>
                <thead>
                    <tr>{has_rows.then(|| view! { <td></td> })} {head}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// Back from a picture to its sheet.
#[component]
pub(super) fn BackToSheet(record: Arc<Record>) -> impl IntoView {
    let library = studio().library;
    let sheet = record.in_sheet.as_ref().map(|place| place.sheet.clone());
    let sheet = sheet.filter(|id| library.album.with_untracked(|album| album.get(id).is_some()));
    sheet.map(|id| {
        let back = move |_| {
            library.opened.set(Some(id.clone()));
            platform::focus(FIGURE);
        };
        view! { <button type="button" class="back-to-sheet" on:click=back>{words::BACK_TO_SHEET}</button> }
    })
}
