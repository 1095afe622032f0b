use std::{cell::RefCell, ops::Range, rc::Rc};

use downloads::{Answer, Body, TransportError};
use pipeline::Model;
use pollster::block_on;
use protocol::{SamplerKind, catalogue::Catalogue};
use sha2::{Digest, Sha256};
use storage::{Memory, MemoryStorage};
use weights::{
    DirFolder,
    quantize::{Source, Target, quantize},
};

use super::*;
use crate::{
    catalogue::{Shelved, model_info},
    folder::StoredFolder,
};

/// A server in memory that has one file.
struct Near(Vec<u8>);

struct Rest(Option<Vec<u8>>);

impl Body for Rest {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, TransportError> {
        Ok(self.0.take())
    }
}

impl Transport for Near {
    type Body = Rest;

    async fn get(&self, _: &str, range: Option<Range<u64>>) -> Result<Answer<Rest>, TransportError> {
        let (status, range) = range.map_or((200, 0..self.0.len() as u64), |range| (206, range));
        let body = Rest(Some(self.0[range.start as usize..range.end as usize].to_vec()));
        Ok(Answer { status, start: Some(range.start), total_bytes: None, validator: None, body })
    }

    async fn sleep(&self, _: u32) {}
}

#[derive(Default)]
struct Seen {
    told: RefCell<Vec<DownloadState>>,
    paused: bool,
}

impl Watch for Seen {
    fn tell(&self, state: DownloadState) {
        self.told.borrow_mut().push(state);
    }

    fn is_paused(&self) -> bool {
        self.paused
    }
}

/// The reference's tiny Stable Diffusion as one file.
fn tiny() -> Vec<u8> {
    let source = Source::open(Rc::new(DirFolder::new("../tests/golden/sd1")));
    let mut file = Vec::new();
    block_on(async {
        let source = source.await.unwrap();
        quantize(&source, Target::F16, &mut file, &mut |_, _| {}).await.unwrap();
    });
    file
}

fn entry(file: &[u8]) -> Entry {
    let sha256: String = Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect();
    let catalogue = json!({
        "format": "palimpsest-catalogue", "version": 1, "hosts": [],
        "models": [{
            "id": "tiny", "name": "Tiny", "family": "Stable Diffusion 1", "role": "fast", "about": "Small.",
            "licence": { "name": "MIT", "url": "licence" },
            "files": [{ "path": "checkpoint.gguf", "url": "tiny.gguf", "bytes": file.len(), "sha256": sha256 }],
            "profile": {
                "native_px": 64, "max_px": 96, "steps": 7, "guidance": 2.5, "sampler": "lcm",
                "strength_rule": "all-steps"
            },
            "settings": { "scheduler/scheduler_config.json": { "_class_name": "LCMScheduler" } }
        }]
    });
    Catalogue::parse(&catalogue.to_string()).unwrap().models.remove(0)
}

#[test]
fn a_model_arrives_with_the_catalogues_profile() {
    let (storage, seen, file) = (MemoryStorage::over(Memory::default()), Seen::default(), tiny());
    let record = block_on(install(&storage, &entry(&file), &Near(file), &seen)).unwrap();
    assert_eq!((record.id.as_str(), record.name.as_str()), ("tiny", "Tiny"));
    let told = seen.told.borrow();
    assert!(matches!(told.first(), Some(DownloadState::Arriving { done_bytes: 0, .. })), "{told:?}");
    assert!(told.iter().any(|state| matches!(state, DownloadState::Checking { .. })), "{told:?}");
    assert_eq!(told.last(), Some(&DownloadState::Opening));

    let opened = block_on(Model::open(Rc::new(StoredFolder::new(storage, &record.folder)))).unwrap();
    let shelved = Shelved { id: &record.id, name: &record.name, hash: &record.hash, bytes: record.bytes };
    let info = model_info(shelved, opened.profile());
    assert_eq!((info.native_px, info.max_px, info.default_steps), (64, 96, 7));
    assert_eq!((info.default_guidance, info.default_sampler), (2.5, SamplerKind::Lcm));
    assert_eq!(info.default_strength_rule, protocol::StrengthRule::AllSteps);
}

#[test]
fn what_is_no_model_is_not_kept() {
    let storage = MemoryStorage::over(Memory::default());
    let file = b"not a model at all, though its hash is right".to_vec();
    let refused = block_on(install(&storage, &entry(&file), &Near(file), &Seen::default()));
    assert!(matches!(refused, Err(EngineError::Pipeline(_))), "{refused:?}");
    assert_eq!(block_on(storage.downloads()).unwrap(), []);
    assert_eq!(block_on(storage.models()).unwrap(), []);
}

#[test]
fn a_paused_installation_is_told_apart_from_a_failed_one() {
    let storage = MemoryStorage::over(Memory::default());
    let seen = Seen { paused: true, ..Seen::default() };
    let file = tiny();
    let paused = block_on(install(&storage, &entry(&file), &Near(file.clone()), &seen)).unwrap_err();
    assert_eq!(stopped(&paused, 1, 2), DownloadState::Paused { done_bytes: 1, total_bytes: 2, report: None });
    assert_eq!(block_on(storage.downloads()).unwrap().len(), 1);

    let damaged = Near(file.iter().map(|byte| byte ^ 1).collect());
    let failed = block_on(install(&storage, &entry(&file), &damaged, &Seen::default())).unwrap_err();
    let DownloadState::Paused { report: Some(report), .. } = stopped(&failed, 0, 2) else {
        panic!("{failed:?}")
    };
    assert!(report.recoverable && report.message.contains("checkpoint.gguf"), "{report:?}");
    block_on(install(&storage, &entry(&file), &Near(file), &Seen::default())).unwrap();
}
