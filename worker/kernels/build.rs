//! Assembles the CPU device's products for browsers: see `src/cpu/product/browser.rs`.

use std::{env, error::Error, fs, path::Path};

const SOURCE: &str = "src/cpu/product/multiply.wat";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let module = wat::parse_file(SOURCE)?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("multiply.wasm"), module)?;
    Ok(())
}
