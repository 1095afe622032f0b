//! The modules that shaders import.

/// Text of the module with this name.
pub(super) fn module(name: &str) -> Option<&'static str> {
    Some(match name {
        "epilogue" => include_str!("epilogue.wgsl"),
        "lane" => include_str!("lane.wgsl"),
        "math" => include_str!("math.wgsl"),
        "matmul" => include_str!("matmul.wgsl"),
        "prelude" => include_str!("prelude.wgsl"),
        "spread" => include_str!("spread.wgsl"),
        "store" => include_str!("store.wgsl"),
        "total_spread" => include_str!("total_spread.wgsl"),
        "weight" => include_str!("weight.wgsl"),
        _ => return None,
    })
}
