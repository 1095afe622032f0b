//! Weight files as whole models.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::entry::checkpoint(data));
