//! Two pictures that are compared: any two of the gallery, or one of them and the source that it was made from.

use gloo::file::ObjectUrl;
use leptos::prelude::*;
use storage::{PicturePart, StorageError};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

use super::{Place, Studio};
use crate::words::batches::SHEET_IS_MANY;
use crate::words::compare as words;

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    /// What it is called: its prompt, or that it is the source.
    pub title: String,
    /// The address of its file, until other pictures are compared.
    pub url: String,
}

/// A side before it is shown.
struct Named {
    title: String,
    file: Blob,
}

/// The two that are compared: the first on the left, the second on the right.
#[derive(Clone, Copy)]
pub(crate) struct Comparison {
    pub pair: RwSignal<Option<(Side, Side)>>,
    /// The addresses live as long as these.
    urls: StoredValue<Vec<ObjectUrl>, LocalStorage>,
}

impl Comparison {
    pub(super) fn new() -> Self {
        Self { pair: RwSignal::new(None), urls: StoredValue::new_local(Vec::new()) }
    }

    fn show(self, first: Named, second: Named) {
        let mut urls = Vec::new();
        let mut side = |Named { title, file }: Named| {
            let url = ObjectUrl::from(gloo::file::Blob::from(file));
            let side = Side { title, url: url.to_string() };
            urls.push(url);
            side
        };
        let pair = (side(first), side(second));
        self.pair.set(Some(pair));
        self.urls.set_value(urls);
    }

    pub(crate) fn close(self) {
        self.pair.set(None);
        self.urls.set_value(Vec::new());
    }

    pub(crate) fn swap(self) {
        self.pair.update(|pair| *pair = pair.take().map(|(first, second)| (second, first)));
    }
}

impl Studio {
    /// Compares two pictures of the gallery.
    pub(crate) fn compare(self, id_a: &str, id_b: &str) {
        let (a, b) = (id_a.to_owned(), id_b.to_owned());
        spawn_local(async move {
            let pair = async { Ok::<_, StorageError>((self.side(&a).await?, self.side(&b).await?)) };
            match pair.await {
                Ok((first, second)) => self.comparison.show(first, second),
                Err(error) => self.notices.say_with_detail(Place::Gallery, words::LOST, error.detail()),
            }
        });
    }

    /// Compares a picture with the source that it was made from. Without one, a sentence says so.
    pub(crate) fn compare_with_source(self, id: &str) {
        if untrack(|| self.library.record(id)).is_some_and(|record| record.sheet.is_some()) {
            return self.say_in_gallery(SHEET_IS_MANY);
        }
        let id = id.to_owned();
        spawn_local(async move {
            match self.picture_file(&id, PicturePart::Source).await {
                Ok(Some(source)) => match self.side(&id).await {
                    Ok(result) => {
                        let source = Named { title: words::SOURCE.to_owned(), file: source };
                        self.comparison.show(source, result);
                    }
                    Err(error) => self.notices.say_with_detail(Place::Gallery, words::LOST, error.detail()),
                },
                Ok(None) => self.compare_with_parent(&id),
                Err(error) => self.notices.say_with_detail(Place::Gallery, words::LOST, error.detail()),
            }
        });
    }

    /// Pictures of earlier versions keep no source, but say which picture it was.
    fn compare_with_parent(self, id: &str) {
        let parent = untrack(|| self.library.record(id)).and_then(|record| record.parent.clone());
        match parent.filter(|parent| untrack(|| self.library.record(parent)).is_some()) {
            Some(parent) => self.compare(&parent, id),
            None => self.say_in_gallery(words::NO_SOURCE),
        }
    }

    /// Says something in the gallery, which a dialog would hide.
    pub(super) fn say_in_gallery(self, sentence: &str) {
        self.library.opened.set(None);
        self.notices.say(Place::Gallery, sentence);
    }

    /// Takes back what was refused once one goes on: opens a picture, chooses others or looks for others.
    pub(super) fn take_back_refusals(self) {
        let library = self.library;
        let take_back = move || {
            let refusals = [words::TWO, words::NO_SOURCE, SHEET_IS_MANY];
            refusals.iter().for_each(|sentence| self.notices.take_back(Place::Gallery, sentence));
        };
        Effect::new(move |begun: Option<()>| {
            library.selection.track();
            library.query.track();
            begun.iter().for_each(|()| take_back());
        });
        Effect::new(move |_| library.opened.with(Option::is_some).then(take_back));
    }

    /// What key C and the buttons compare: two chosen pictures, else the one shown large or the current one with its
    /// source. False when there is nothing.
    pub(crate) fn compare_subjects(self) -> bool {
        let subjects = self.library.subjects();
        match subjects.as_slice() {
            [one] => self.compare_with_source(&one.id),
            // In the grid the newest comes first; what came of it belongs on the right.
            [newer, older] => self.compare(&older.id, &newer.id),
            [] => return false,
            _ => self.notices.say(Place::Gallery, words::TWO),
        }
        true
    }

    async fn side(self, id: &str) -> Result<Named, StorageError> {
        let file = self.png(id).await?;
        let title = untrack(|| self.library.record(id)).map(|record| record.settings.prompt.clone());
        Ok(Named { title: title.unwrap_or_default(), file })
    }
}
