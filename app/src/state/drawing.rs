//! Pictures as SVG drawings, which the engine traces.
//!
//! The gallery keeps a picture's pixels in any case: a drawing is a further file beside them, made once they are safe, and
//! made again whenever it is missing. So whatever happens to a drawing costs no picture.

use std::collections::HashMap;
use std::sync::Arc;

use futures_channel::oneshot::{Sender, channel};
use gallery::{Record, Settings, SvgChoice, write_drawing_settings};
use leptos::prelude::*;
use protocol::{Command, ErrorReport, JobId, Payload, TraceOptions};
use storage::PicturePart;
use web_sys::Blob;

use super::output::OutputFormat;
use super::picture::name;
use super::reuse::choice;
use super::{Place, Studio};
use crate::platform::{array_buffer, blob};
use crate::words::settings as words;

const MEDIA_TYPE: &str = "image/svg+xml";

/// Why there is no drawing: a sentence, and technical detail.
type Fault = (String, String);
type Answer = Result<String, Fault>;

/// Drawings that the engine is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Drawings(StoredValue<HashMap<JobId, Sender<Answer>>, LocalStorage>);

impl Drawings {
    pub(super) fn new() -> Self {
        Self(StoredValue::new_local(HashMap::new()))
    }

    /// Passes an answer on; false when the job is no drawing.
    pub(super) fn answer(self, job: JobId, answer: Answer) -> bool {
        let asked = self.0.try_update_value(|asked| asked.remove(&job)).flatten();
        // Whoever asked may have gone.
        asked.map(|sender| sender.send(answer)).is_some()
    }

    /// The engine could not draw it, or died over it.
    pub(super) fn refuse(self, job: JobId, report: &ErrorReport) -> bool {
        self.answer(job, Err((report.message.clone(), report.detail.clone())))
    }

    /// The engine died.
    pub(super) fn refuse_all(self, jobs: &[JobId], detail: &str) {
        for job in jobs {
            self.answer(*job, Err((words::NOT_DRAWN.to_owned(), detail.to_owned())));
        }
    }
}

/// What a record says of how its drawing is made.
pub(super) fn told(options: TraceOptions) -> SvgChoice {
    SvgChoice { colors: name(&options.colors), detail: name(&options.detail) }
}

/// How a record's drawing is made. What a later version called otherwise is what is usual.
pub(super) fn asked(svg: &SvgChoice) -> TraceOptions {
    TraceOptions {
        colors: choice(&svg.colors).unwrap_or_default(),
        detail: choice(&svg.detail).unwrap_or_default(),
    }
}

impl Studio {
    /// How pictures of the form are drawn, if it asks for SVG.
    pub(super) fn trace_options(self) -> Option<TraceOptions> {
        let wanted = self.form.output_format.get_untracked() == OutputFormat::Svg;
        wanted.then(|| self.form.trace_options())
    }

    /// Has the engine draw a picture.
    async fn trace(self, png: &Blob, options: TraceOptions) -> Answer {
        let failed = |error| (words::NOT_DRAWN.to_owned(), format!("{error:?}"));
        let buffer = array_buffer(png).await.map_err(failed)?;
        let (job, (sender, answer)) = (self.next_job(), channel());
        self.drawings.0.update_value(|asked| drop(asked.insert(job, sender)));
        self.send(Command::Trace { job, picture: Payload(0), options }, vec![buffer.into()]);
        answer.await.unwrap_or_else(|gone| Err((words::NOT_DRAWN.to_owned(), gone.to_string())))
    }

    /// A picture as a drawing that carries its settings, made anew.
    async fn draw(self, record: &Record, options: TraceOptions) -> Result<Blob, Fault> {
        let png = self.png(&record.id).await.map_err(|error| (error.to_string(), error.detail()))?;
        let drawing = self.trace(&png, options).await?;
        let settings = Settings { svg: Some(told(options)), ..record.settings.clone() };
        let file = write_drawing_settings(&drawing, &settings)
            .map_err(|error| (words::NOT_DRAWN.to_owned(), error.to_string()))?;
        blob(file.as_bytes(), MEDIA_TYPE).map_err(|error| (words::NOT_DRAWN.to_owned(), format!("{error:?}")))
    }

    /// The same; what is in its way is told.
    async fn draw_or_say(self, record: &Record, options: TraceOptions) -> Option<Blob> {
        let drawn = self.draw(record, options).await;
        drawn
            .map_err(|(sentence, detail)| self.notices.say_with_detail(Place::Gallery, sentence, detail))
            .ok()
    }

    /// The drawing of a picture that was wanted as SVG: kept, or made and kept from now on.
    pub(crate) async fn drawing(self, record: &Arc<Record>) -> Option<Blob> {
        let options = asked(record.settings.svg.as_ref()?);
        match self.picture_file(&record.id, PicturePart::Drawing).await {
            // Its type is what lets an image element show it, and databases of some browsers lose it.
            Ok(Some(kept)) => {
                return kept.slice_with_f64_and_f64_and_content_type(0.0, kept.size(), MEDIA_TYPE).ok();
            }
            Ok(None) => {}
            Err(error) => log::warn!("a drawing cannot be read: {error}"),
        }
        let drawing = self.draw_or_say(record, options).await?;
        self.keep_part(&record.id, PicturePart::Drawing, drawing.clone()).await;
        Some(drawing)
    }

    /// A picture as SVG for the browser's downloads: as it was wanted, else as the form says.
    pub(super) async fn drawing_to_save(self, record: &Arc<Record>) -> Option<Blob> {
        if record.settings.svg.is_some() {
            return self.drawing(record).await;
        }
        self.draw_or_say(record, self.form.trace_options()).await
    }
}

#[cfg(test)]
mod tests {
    use protocol::{TraceColors, TraceDetail};

    use super::*;

    #[test]
    fn a_record_says_how_to_draw_it_again() {
        let options = TraceOptions { colors: TraceColors::Few, detail: TraceDetail::Fine };
        assert_eq!(told(options), SvgChoice { colors: "few".to_owned(), detail: "fine".to_owned() });
        assert_eq!(asked(&told(options)), options);
        let later = SvgChoice { colors: "all".to_owned(), detail: String::new() };
        assert_eq!(asked(&later), TraceOptions::default());
    }
}
