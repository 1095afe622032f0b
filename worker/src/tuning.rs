//! Which kernels are fastest on a graphics card (see [`Device::tune`]), kept from one visit to the next.

use std::collections::BTreeMap;

use kernels::Device;
use storage::{Backend, Storage, StorageError};

/// Where it lies among the settings: what each adapter found out, by its fingerprint.
const SETTING: &str = "tuning";

/// A browser meets few adapters; more fingerprints than these come from new drivers, and the old ones can go.
const MOST_ADAPTERS: usize = 8;

type Adapters = BTreeMap<String, BTreeMap<String, String>>;

/// Whether a device is worth its measurements: what an emulated GPU is fastest with says nothing, since pictures are not
/// made there unless a person insists.
pub fn is_worthwhile(device: &Device) -> bool {
    device.is_gpu() && !device.is_software_adapter()
}

/// Tells a device what an earlier visit found out about its adapter.
///
/// # Errors
/// As [`Storage::setting`]. What cannot be read is found out again.
pub async fn recall<B: Backend>(storage: &Storage<B>, device: &Device) -> Result<(), StorageError> {
    if let Some(tuned) = kept(storage).await?.remove(&device.fingerprint()) {
        device.recall_tuned(tuned);
    }
    Ok(())
}

/// Keeps what a device has found out.
///
/// # Errors
/// As [`Storage::setting`] and [`Storage::set_setting`].
pub async fn keep<B: Backend>(storage: &Storage<B>, device: &Device) -> Result<(), StorageError> {
    let mut adapters = kept(storage).await?;
    if adapters.len() >= MOST_ADAPTERS {
        adapters.clear();
    }
    adapters.insert(device.fingerprint(), device.tuned());
    match serde_json::to_string(&adapters) {
        Ok(json) => storage.set_setting(SETTING, json).await,
        // Maps of text always make JSON.
        Err(error) => Err(StorageError::Damaged { what: SETTING.to_owned(), reason: error.to_string() }),
    }
}

async fn kept<B: Backend>(storage: &Storage<B>) -> Result<Adapters, StorageError> {
    let json = storage.setting(SETTING).await?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use kernels::GpuOptions;
    use pollster::block_on;
    use storage::{Memory, MemoryStorage};

    use super::*;

    /// A GPU, real or emulated (Mesa's lavapipe will do).
    fn gpu() -> Device {
        block_on(Device::gpu(GpuOptions::default())).unwrap()
    }

    fn names(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|&(class, form)| (class.to_owned(), form.to_owned())).collect()
    }

    #[test]
    fn what_a_gpu_found_out_is_there_at_the_next_visit() {
        let storage = MemoryStorage::over(Memory::default());
        let found = names(&[("a product", "square"), ("attention", "32 queries")]);
        let device = gpu();
        device.recall_tuned(found.clone());
        block_on(keep(&storage, &device)).unwrap();

        let later = gpu();
        assert!(later.tuned().is_empty());
        block_on(recall(&storage, &later)).unwrap();
        assert_eq!(later.tuned(), found);
    }

    #[test]
    fn another_gpu_is_another_matter() {
        let storage = MemoryStorage::over(Memory::default());
        let strangers = r#"{"another adapter":{"a product":"tall"}}"#;
        block_on(storage.set_setting(SETTING, strangers.to_owned())).unwrap();
        let device = gpu();
        block_on(recall(&storage, &device)).unwrap();
        assert!(device.tuned().is_empty());
        device.recall_tuned(names(&[("a product", "square")]));
        block_on(keep(&storage, &device)).unwrap();
        assert_eq!(block_on(kept(&storage)).unwrap().len(), 2);
    }

    #[test]
    fn a_gpus_damaged_row_is_replaced() {
        let storage = MemoryStorage::over(Memory::default());
        block_on(storage.set_setting(SETTING, "[1, 2".to_owned())).unwrap();
        let device = gpu();
        block_on(recall(&storage, &device)).unwrap();
        device.recall_tuned(names(&[("a product", "square")]));
        block_on(keep(&storage, &device)).unwrap();
        assert_eq!(block_on(kept(&storage)).unwrap().len(), 1);
    }

    #[test]
    fn cpus_and_emulated_gpus_are_not_measured() {
        assert!(!is_worthwhile(&Device::cpu()));
        let device = gpu();
        assert_eq!(is_worthwhile(&device), !device.is_software_adapter());
    }
}
