//! The CPU device's matrix products in a browser with relaxed SIMD, where a module of their own makes them, and in one
//! without. What the module is asked for in which pieces is tested where that is decided.

use measure::nmse;
use serde_json::{Value, json};
use tests::chromium::Graphics;
use tests::page::{LATER, Page};
use tests::temporary::Folder;
use tests::{Outcome, repository};

use crate::small_request;

/// The worst error of a product by its largest value, and how many values around it were changed.
const MULTIPLY: &str = r#"
    const [bytes, rows, columns, depth, isAcross, adds] = arguments;
    const memory = new WebAssembly.Memory({ initial: 32 });
    const module = new WebAssembly.Module(new Uint8Array(bytes));
    const { multiply } = new WebAssembly.Instance(module, { engine: { memory } }).exports;
    const numbers = new Float32Array(memory.buffer);
    let state = 1;
    const fill = numbers.map(() => (state = state * 48271 % 2147483647) / 2147483647 - 0.5);
    numbers.set(fill);
    // Rows farther apart than they are long, from odd places on.
    const [xRow, yRow, x] = [depth + 3, columns + 5, 7];
    const [wColumn, wRow] = isAcross ? [1, columns + 1] : [depth + 2, 1];
    const w = x + rows * xRow;
    const y = w + (isAcross ? depth * wRow : columns * wColumn) + 9;
    multiply(...[x, xRow, w, wColumn, wRow, y, yRow].map(values => values * 4), rows, columns, depth, adds);
    let [worst, largest, changed] = [0, 0, 0];
    for (let at = 0; at < numbers.length; at++) {
        const [row, column] = [Math.floor((at - y) / yRow), (at - y) % yRow];
        if (row < 0 || row >= rows || column >= columns) {
            changed += numbers[at] !== fill[at];
            continue;
        }
        let sum = adds ? fill[at] : 0;
        for (let k = 0; k < depth; k++) sum += fill[x + row * xRow + k] * fill[w + column * wColumn + k * wRow];
        worst = Math.max(worst, Math.abs(numbers[at] - sum));
        largest = Math.max(largest, Math.abs(sum));
    }
    return [worst / largest, changed];
"#;

#[test]
fn tiles_of_all_kinds_are_what_the_definition_says() -> Outcome {
    let module = wat::parse_file(repository::root().join("worker/kernels/src/cpu/product/multiply.wat"))?;
    let page = Page::open(Graphics::None)?;
    let sizes = [[6, 2, 4], [12, 3, 40], [6, 8, 4], [18, 16, 36], [12, 45, 100], [30, 64, 640]];
    for [rows, columns, depth] in sizes {
        for (is_across, tile) in [(false, 2), (true, 8)] {
            for adds in [false, true] {
                if columns < tile || (adds && columns % tile != 0) {
                    continue;
                }
                let sizes = [json!(rows), json!(columns), json!(depth)];
                let arguments: Vec<Value> =
                    [json!(module)].into_iter().chain(sizes).chain([json!(is_across), json!(adds)]).collect();
                let (error, changed): (f64, u64) =
                    serde_json::from_value(page.session().run(MULTIPLY, &arguments)?)?;
                let what = format!("{rows} x {columns}, depth {depth}, across {is_across}, adds {adds}");
                println!("{what}: {error:.1e}");
                assert!(error < 1e-6, "{what}: {error}");
                assert_eq!(changed, 0, "{what}: values around it");
            }
        }
    }
    Ok(())
}

/// Put before the worker's code: a browser that does not know the instruction refuses the module that has it, the only one that
/// the worker compiles at once.
const WITHOUT_RELAXED_SIMD: &str = "WebAssembly.Module = class extends WebAssembly.Module { \
    constructor() { throw new WebAssembly.CompileError('no relaxed SIMD'); } };";

/// As far apart as the order of sums, and whether each was rounded before it was added, make latents.
const CEILING: f64 = 1e-6;

#[test]
fn without_relaxed_simd_pictures_are_the_same_but_for_rounding() -> Outcome {
    let latents = |script: Option<&str>| -> Outcome<Vec<f32>> {
        let page = Page::prepare(Graphics::None)?;
        if let Some(script) = script {
            page.site.put_before("worker_loader.js", script);
        }
        let page = page.load()?;
        small_request::fill_in(&page)?;
        Ok(page.generate(LATER)?.latents)
    };
    let (with, without) = (latents(None)?, latents(Some(WITHOUT_RELAXED_SIMD))?);
    assert_ne!(with, without, "to the bit: nothing was refused, and this test means nothing");
    let folder = Folder::new("without-relaxed-simd")?;
    let model = repository::root().join("public/models/builtin");
    let of_tool = small_request::latents_of_tool(&model, &[], folder.path())?;
    for (browser, latents) in [("with", with), ("without", without)] {
        let error = nmse(&latents, &of_tool)?;
        println!("{browser} relaxed SIMD, against the tool's: nmse {error:.1e}");
        assert!(error <= CEILING, "{browser}: nmse {error:.1e}");
    }
    Ok(())
}
