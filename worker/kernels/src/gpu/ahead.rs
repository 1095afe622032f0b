//! Kernels compiled before they are needed.
//!
//! A driver takes from a few to some hundred milliseconds for each. Compiled at their first dispatch they would stop the
//! first step again and again, unseen; here they are compiled next to each other, and told as they are done.

use super::{Gpu, pipelines};
use crate::{CancelToken, KernelError, shader::Kernel};
use pipelines::Compiled;

impl Gpu {
    /// Compiles those of `kernels` that are not there yet. `progress` hears how many are done of how many, from 0 on.
    ///
    /// # Errors
    /// [`KernelError::Cancelled`] soon after the token is set; what is compiled by then is kept.
    pub(crate) async fn compile(
        &self,
        kernels: &[Kernel],
        cancel: &CancelToken,
        progress: &mut dyn FnMut(usize, usize),
    ) -> Result<(), KernelError> {
        let missing = self.pipelines.missing(kernels);
        if missing.is_empty() {
            return Ok(());
        }
        let (mut done, all) = (0, missing.len());
        progress(done, all);
        each(&self.device, &missing, &mut |kernel, compiled| {
            self.pipelines.insert(kernel, compiled);
            done += 1;
            progress(done, all);
            if cancel.is_cancelled() { Err(KernelError::Cancelled) } else { Ok(()) }
        })
        .await?;
        self.check()
    }
}

/// Takes a kernel that is ready, and says whether to go on.
type Take<'a> = dyn FnMut(Kernel, Compiled) -> Result<(), KernelError> + 'a;

/// Compiles on as many threads as the machine has, as they come.
#[cfg(not(target_arch = "wasm32"))]
async fn each(device: &wgpu::Device, kernels: &[Kernel], take: &mut Take<'_>) -> Result<(), KernelError> {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        sync::mpsc,
        thread,
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(kernels.len());
    let next = AtomicUsize::new(0);
    let (sender, ready) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(&kernel) = kernels.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sender.send((kernel, pipelines::compile(device, kernel))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Leaving drops the receiver, and then the threads stop after the kernel that they are at.
        ready.into_iter().try_for_each(|(kernel, compiled)| take(kernel, compiled?))
    })
}

/// A browser takes all of them at once and compiles them in its own process. An error scope around each tells when it is
/// done, and waiting for it lets the event loop turn.
#[cfg(target_arch = "wasm32")]
async fn each(device: &wgpu::Device, kernels: &[Kernel], take: &mut Take<'_>) -> Result<(), KernelError> {
    let mut under_way = Vec::with_capacity(kernels.len());
    for &kernel in kernels {
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let compiled = pipelines::compile(device, kernel);
        under_way.push((kernel, compiled, scope.pop()));
    }
    for (kernel, compiled, done) in under_way {
        match done.await {
            None => take(kernel, compiled?)?,
            Some(error) => return Err(KernelError::Gpu(error.to_string())),
        }
    }
    Ok(())
}
