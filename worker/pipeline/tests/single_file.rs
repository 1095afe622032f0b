//! A checkpoint in one file makes the picture that its folder makes, to the bit.
#![allow(clippy::unwrap_used, reason = "a test may fail by panicking")]

#[path = "../../weights/tests/support/mod.rs"]
mod support;

use std::rc::Rc;

use kernels::Device;
use pipeline::{Model, NoObserver, Output, Request, generate};
use pollster::block_on;
use sampling::Philox;
use support::{file, golden, single};
use weights::{DirFolder, Folder, MemoryFolder};

fn run(folder: Rc<dyn Folder>) -> Output {
    let mut model = block_on(Model::open(folder)).unwrap();
    let source = image::RgbImage::from_fn(32, 32, |x, y| image::Rgb([8 * x as u8, 8 * y as u8, 99]));
    let request = Request {
        negative_prompt: "rain".to_owned(),
        source: Some(source),
        strength: 0.5,
        steps: 4,
        width_px: 32,
        height_px: 32,
        ..Request::suiting(model.profile(), "a tree")
    };
    block_on(generate(&mut model, &Device::cpu(), &request, &mut Philox::new(5), &mut NoObserver)).unwrap()
}

#[test]
fn one_file_makes_the_same_picture() {
    let mut single_file = MemoryFolder::default();
    single_file.insert("checkpoint.safetensors", file(&single(), &[]));
    assert_eq!(run(Rc::new(single_file)), run(Rc::new(DirFolder::new(golden().join("sd1")))));
}
