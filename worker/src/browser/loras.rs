//! The LoRAs of this browser, and the jobs about them.

use std::rc::Rc;

use pipeline::LoraUse;
use protocol::{Event, JobId, LoraChoice, LoraId};
use storage::BrowserBlob;

use super::{
    engine::{Engine, unopened},
    progress::Reporter,
    session::Session,
};
use crate::{error::EngineError, lora};

impl Session {
    /// Tells the page which LoRAs there are.
    pub(super) async fn post_loras(&self) {
        let Some(library) = self.library.get() else { return };
        // Without a database there are none; the page has been told why.
        let Ok(storage) = library.storage() else { return self.port.post(&Event::Loras(Vec::new())) };
        match lora::list(storage).await {
            Ok(loras) => self.port.post(&Event::Loras(loras)),
            Err(error) => self.fail(None, &error),
        }
    }
}

impl Engine {
    /// Stores a LoRA file.
    pub(super) async fn import_lora(
        &self,
        job: JobId,
        name: &str,
        file: &BrowserBlob,
    ) -> Result<(), EngineError> {
        let mut watch = Reporter::new(Rc::clone(&self.session), job);
        let stored = lora::import(self.library()?.storage()?, name, file, &mut watch).await?;
        self.session.post_loras().await;
        self.session.port.post(&Event::Imported { job, id: stored.id });
        Ok(())
    }

    /// Removes a LoRA.
    pub(super) async fn delete_lora(&mut self, id: &LoraId) -> Result<(), EngineError> {
        self.loras.forget(id);
        // LoRAs are stored as models are, and only what is one may be removed here.
        let deleted = match storage::is_lora(&id.0) {
            true => self.library()?.storage()?.delete_model(&id.0).await.map_err(EngineError::from),
            false => Err(EngineError::NoSuchLora { id: id.0.clone() }),
        };
        self.session.post_loras().await;
        deleted
    }

    /// The chosen LoRAs, open.
    pub(super) async fn chosen_loras(&mut self, chosen: &[LoraChoice]) -> Result<Vec<LoraUse>, EngineError> {
        if chosen.is_empty() {
            return Ok(Vec::new());
        }
        let session = Rc::clone(&self.session);
        let library = session.library.get().ok_or_else(unopened)?;
        self.loras.open(library.storage()?, chosen).await
    }
}
