//! The page as a person uses it, and what it has stored.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use image::RgbImage;
use serde_json::{Value, json};

use crate::chromium::{Chromium, Graphics};
use crate::command_line::values;
use crate::rows::query;
use crate::site::Site;
use crate::webdriver::{Element, Session};
use crate::{Outcome, controls, repository};

/// Long enough for anything but a picture.
pub const SOON: Duration = Duration::from_secs(60);
/// Long enough for a picture on the software adapter.
pub const LATER: Duration = Duration::from_secs(420);
const GLANCE: Duration = Duration::from_millis(100);

/// The page in a browser, with the server it came from.
pub struct Page {
    // The browser goes before the server.
    browser: Chromium,
    /// The server.
    pub site: Site,
}

/// A picture of the gallery.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Its key.
    pub id: String,
    /// The PNG file, byte for byte.
    pub png: Vec<u8>,
    /// The latents before decoding, as stored.
    pub latents: Vec<f32>,
}

impl Picture {
    /// The pixels.
    ///
    /// # Errors
    /// When the file is not a PNG.
    pub fn pixels(&self) -> Outcome<RgbImage> {
        Ok(image::load_from_memory(&self.png)?.to_rgb8())
    }
}

impl Page {
    /// Opens the built page in a fresh browser.
    ///
    /// # Errors
    /// When there is no browser or no built page.
    pub fn open(graphics: Graphics) -> Outcome<Self> {
        Self::prepare(graphics)?.load()
    }

    /// A browser and a server with nothing loaded yet, for tests that interfere first.
    ///
    /// # Errors
    /// As for [`Page::open`].
    pub fn prepare(graphics: Graphics) -> Outcome<Self> {
        Self::prepare_under(graphics, "")
    }

    /// As [`Page::prepare`], with the page under a path such as `palimpsest/`.
    ///
    /// # Errors
    /// As for [`Page::open`].
    pub fn prepare_under(graphics: Graphics, base: &str) -> Outcome<Self> {
        let site = Site::start_under(&repository::dist(), base)?;
        Ok(Self { browser: Chromium::start(graphics)?, site })
    }

    /// Loads the page.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn load(self) -> Outcome<Self> {
        self.session().go_to(&self.site.url())?;
        self.wait_until_up()?;
        Ok(self)
    }

    /// Reloads the page and waits until it is there again.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn reload(&self) -> Outcome {
        self.session().reload()?;
        self.wait_until_up()
    }

    /// The window.
    pub fn session(&self) -> &Session {
        self.browser.session()
    }

    fn wait_until_up(&self) -> Outcome {
        self.wait("the page and its models", SOON, || {
            let up = "return document.querySelector('#gallery')?.dataset.loaded === 'true' \
                      && document.querySelector('#model')?.options.length > 0 \
                      && document.querySelector('dialog') !== null;";
            Ok((self.session().run(up, &[])? == true).then_some(()))
        })
    }

    /// Asks again and again until there is an answer.
    ///
    /// # Errors
    /// When `patience` is over; then with what the page says and what its console says.
    pub fn wait<T>(
        &self,
        what: &str,
        patience: Duration,
        mut look: impl FnMut() -> Outcome<Option<T>>,
    ) -> Outcome<T> {
        let begun = Instant::now();
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if begun.elapsed() > patience {
                let seconds = patience.as_secs();
                let console = self.session().console().unwrap_or_default().join("\n");
                let alerts = self.alerts().unwrap_or_default();
                return Err(
                    format!("waited {seconds} s for {what}; alerts {alerts:?}; console:\n{console}").into()
                );
            }
            sleep(GLANCE);
        }
    }

    /// The sentences that are being said.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn alerts(&self) -> Outcome<Vec<String>> {
        let script =
            "return Array.from(document.querySelectorAll('[role=alert]')).map(p => p.textContent.trim());";
        Ok(serde_json::from_value(self.session().run(script, &[])?)?)
    }

    /// Waits for a sentence beside the control named by `place`.
    ///
    /// # Errors
    /// When none comes, or more than one is said.
    pub fn sentence_at(&self, place: &str) -> Outcome<String> {
        let script = "return document.querySelector(`.notice[data-place=${arguments[0]}] [role=alert]`)\
                      ?.textContent.trim() ?? null;";
        let sentence = self.wait(&format!("a sentence at {place}"), SOON, || {
            let found = self.session().run(script, &[json!(place)])?;
            Ok(found.as_str().map(str::to_owned))
        })?;
        let all = self.alerts()?;
        if all.len() == 1 { Ok(sentence) } else { Err(format!("one sentence was expected: {all:?}").into()) }
    }

    /// Chooses a file as the source and waits until the page has read it.
    ///
    /// # Errors
    /// When it is not taken.
    pub fn take_source(&self, file: &Path) -> Outcome {
        self.offer_source(file)?;
        let script = "return document.querySelector('[data-source-ready]') !== null;";
        self.wait("the source", SOON, || Ok((self.session().run(script, &[])? == true).then_some(())))
    }

    /// Chooses a file as the source, whatever comes of it.
    ///
    /// # Errors
    /// When there is no such control.
    pub fn offer_source(&self, file: &Path) -> Outcome {
        let input = controls::control(self.session(), "Source image")?;
        self.session().type_into(&input, &file.display().to_string())
    }

    /// Imports a model's folder and waits until it is chosen.
    ///
    /// # Errors
    /// When it is not taken.
    pub fn import(&self, folder: &Path) -> Outcome {
        let before = controls::value(self.session(), "Model")?;
        let input = controls::control(self.session(), "Import model")?;
        self.session().type_into(&input, &folder.display().to_string())?;
        self.wait("the imported model", SOON, || {
            Ok((controls::value(self.session(), "Model")? != before).then_some(()))
        })
    }

    /// Keys of the pictures in the gallery, newest first.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn picture_ids(&self) -> Outcome<Vec<String>> {
        let script = "return Array.from(document.querySelectorAll('[data-picture-id]'))\
                      .map(card => card.dataset.pictureId);";
        Ok(serde_json::from_value(self.session().run(script, &[])?)?)
    }

    /// The card of a picture.
    ///
    /// # Errors
    /// When the gallery has none of this key.
    pub fn card(&self, id: &str) -> Outcome<Element> {
        let script = "return document.querySelector(`[data-picture-id='${arguments[0]}']`);";
        let card = self.session().find(script, &[json!(id)])?;
        card.ok_or_else(|| format!("the gallery has no picture {id}").into())
    }

    /// Presses **Generate** and waits for the picture, and for it to be stored.
    ///
    /// # Errors
    /// When a sentence is said instead, or nothing comes.
    pub fn generate(&self, patience: Duration) -> Outcome<Picture> {
        let before = self.picture_ids()?;
        controls::press(self.session(), "Generate")?;
        let id = self.wait("a picture", patience, || {
            let new = self.picture_ids()?.into_iter().find(|id| !before.contains(id));
            match self.alerts()?.first() {
                Some(sentence) if new.is_none() => Err(format!("no picture, but: {sentence}").into()),
                _ => Ok(new),
            }
        })?;
        self.wait("the picture to be stored", SOON, || self.stored(&id))
    }

    /// The name and the bytes of a file that the page hands to the browser's downloads.
    ///
    /// # Errors
    /// When none comes.
    pub fn download(&self) -> Outcome<(String, Vec<u8>)> {
        self.wait("the file", SOON, || self.browser.take_download())
    }

    /// A picture as it lies in IndexedDB.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn stored(&self, id: &str) -> Outcome<Option<Picture>> {
        let found = query(self.session(), READ_PICTURE, &[json!(id)])?;
        if found.is_null() {
            return Ok(None);
        }
        let bytes =
            |key: &str| -> Outcome<Vec<u8>> { Ok(serde_json::from_value::<Vec<u8>>(found[key].clone())?) };
        Ok(Some(Picture { id: id.to_owned(), png: bytes("png")?, latents: values(&bytes("latents")?) }))
    }

    /// Runs a script in every document loaded from now on, before the page's own.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn before_page(&self, script: &str) -> Outcome {
        let parameters = json!({ "source": script });
        self.session().devtools("Page.addScriptToEvaluateOnNewDocument", &parameters).map(drop)
    }

    /// In every document loaded from now on, a disk that has room for `left` more files of a table and then none; without a
    /// number it has room. `window.left` is what is left.
    ///
    /// # Errors
    /// When the browser refuses.
    pub fn limit_disk(&self, table: &str, left: Option<u32>) -> Outcome {
        let left = left.map_or("Infinity".to_owned(), |left| left.to_string());
        self.before_page(&format!(
            "const put = IDBObjectStore.prototype.put; window.left = {left}; \
             IDBObjectStore.prototype.put = function (...row) {{ \
                 if (this.name === '{table}' && window.left-- <= 0) throw new DOMException('full', 'QuotaExceededError'); \
                 return put.apply(this, row); }};"
        ))
    }

    /// The device in use: whether it is the GPU, and the words about it.
    ///
    /// # Errors
    /// When the page does not tell.
    pub fn device(&self) -> Outcome<(bool, String)> {
        let script = "const used = document.querySelector('#device-used'); \
                      return used && [used.dataset.gpu === 'true', used.textContent.trim()];";
        self.wait("the device's name", SOON, || {
            let told = self.session().run(script, &[])?;
            Ok(told[0].as_bool().zip(told[1].as_str().map(str::to_owned)))
        })
    }

    /// Chooses the GPU, an emulated one too, and waits until it is used.
    ///
    /// # Errors
    /// When the page goes on without it.
    pub fn use_gpu(&self) -> Outcome {
        controls::choose(self.session(), "Device", "GPU")?;
        self.wait("the GPU", SOON, || Ok(self.device()?.0.then_some(())))
    }

    /// The number of the step that the running picture is at, 0 before the first; `None` when nothing runs.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn step(&self) -> Outcome<Option<u64>> {
        let script = "const card = document.querySelector('.progress-card .card-meta'); \
                      return card && Number(/^Step (\\d+) of/.exec(card.textContent)?.[1] ?? 0);";
        let value: Value = self.session().run(script, &[])?;
        Ok(value.as_u64())
    }
}

/// The gallery's bytes have keys `[id, name]` in a table of their own.
const READ_PICTURE: &str = r#"
    const [id] = arguments;
    const store = database.transaction("picture_blobs").objectStore("picture_blobs");
    const [png, latents] = await Promise.all(["png", "latents"].map(name => done(store.get([id, name]))));
    if (!png || !latents) return null;
    const bytes = async blob => Array.from(new Uint8Array(await blob.arrayBuffer()));
    return { png: await bytes(png), latents: await bytes(latents) };
"#;
