//! The modules that shaders import.

/// Text of the module with this name.
pub(super) fn module(name: &str) -> Option<&'static str> {
    Some(match name {
        "block" => include_str!("block.wgsl"),
        "block_k_long" => include_str!("block_k_long.wgsl"),
        "block_k_short" => include_str!("block_k_short.wgsl"),
        "block_legacy" => include_str!("block_legacy.wgsl"),
        "block_q6_k" => include_str!("block_q6_k.wgsl"),
        "doubled" => include_str!("../ops/conv2d/doubled.wgsl"),
        "element" => include_str!("element.wgsl"),
        "epilogue" => include_str!("epilogue.wgsl"),
        "filter" => include_str!("../ops/conv2d/filter.wgsl"),
        "group_moments" => include_str!("group_moments.wgsl"),
        "lane" => include_str!("lane.wgsl"),
        "math" => include_str!("math.wgsl"),
        "moments_of_groups" => include_str!("moments_of_groups.wgsl"),
        "moments_of_rows" => include_str!("moments_of_rows.wgsl"),
        "norm_groups" => include_str!("norm_groups.wgsl"),
        "norm_rows" => include_str!("norm_rows.wgsl"),
        "pixel" => include_str!("../ops/conv2d/pixel.wgsl"),
        "prelude" => include_str!("prelude.wgsl"),
        "product" => include_str!("product.wgsl"),
        "row_moments" => include_str!("row_moments.wgsl"),
        "row_spreads" => include_str!("row_spreads.wgsl"),
        "spread" => include_str!("spread.wgsl"),
        "square" => include_str!("../ops/conv2d/square.wgsl"),
        "store" => include_str!("store.wgsl"),
        "tile" => include_str!("tile.wgsl"),
        "total" => include_str!("total.wgsl"),
        "total_spread" => include_str!("total_spread.wgsl"),
        "weight" => include_str!("weight.wgsl"),
        "weight_tile" => include_str!("weight_tile.wgsl"),
        _ => return None,
    })
}
