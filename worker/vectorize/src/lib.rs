//! From a picture's pixels to an SVG drawing.
//!
//! The picture's colours become few, neighbouring pixels of one colour become areas, areas lie over each other from the largest to the smallest, and
//! their edges become curves: the method of [VTracer](https://www.visioncortex.org/vtracer-docs), by its authors'
//! `visioncortex`. The same pixels and options give the same drawing, byte for byte.
//!
//! A drawing is safe by construction: the writer knows two elements, `svg` and `path`, and writes nothing into them but
//! numbers and colours.

mod options;
mod palette;
mod write;

pub use options::{Colors, Detail, Options};

use visioncortex::color_clusters::{HIERARCHICAL_MAX, KeyingAction, Runner, RunnerConfig};
use visioncortex::{Color, ColorImage, PathSimplifyMode};

/// Degrees at which an edge has a corner rather than a bend.
const CORNER_DEGREES: f64 = 60.0;
/// Degrees by which a curve may turn before another one follows it.
const SPLICE_DEGREES: f64 = 45.0;
/// The shortest piece of an edge, in pixels.
const SHORTEST_PX: f64 = 4.0;
/// How often an edge is smoothed at most.
const MOST_ROUNDS: usize = 10;
/// Pixels clustered at a time; only programs that show progress would see it.
const BATCH: i32 = 25_600;

/// Draws a picture: `rgb` has `width_px * height_px` pixels, row by row from the top left. `None` when it has not.
pub fn trace(rgb: &[u8], width_px: u32, height_px: u32, options: Options) -> Option<String> {
    let (width, height) = (usize::try_from(width_px).ok()?, usize::try_from(height_px).ok()?);
    let area = width.checked_mul(height).filter(|area| *area > 0)?;
    let (pixels, []) = rgb.as_chunks::<3>() else { return None };
    if pixels.len() != area {
        return None;
    }
    let mut pixels = pixels.to_vec();
    let palette = palette::reduce(&mut pixels, options.most_colors());
    let pixels = pixels.iter().flat_map(|[r, g, b]| [*r, *g, *b, u8::MAX]).collect();
    let runner = Runner::new(
        RunnerConfig {
            diagonal: false,
            hierarchical: HIERARCHICAL_MAX,
            batch_size: BATCH,
            good_min_area: options.least_area_px(),
            good_max_area: area,
            // The palette has said which colours are one.
            is_same_color_a: 0,
            is_same_color_b: 0,
            deepen_diff: 0,
            hollow_neighbours: 1,
            key_color: Color::default(),
            keying_action: KeyingAction::Discard,
        },
        ColorImage { pixels, width, height },
    );
    let clusters = runner.run();
    let view = clusters.view();
    let mut drawing = write::Drawing::new(width_px, height_px);
    for index in view.clusters_output.iter().rev() {
        let cluster = view.get_cluster(*index);
        let path = cluster.to_compound_path(
            &view,
            false,
            PathSimplifyMode::Spline,
            CORNER_DEGREES.to_radians(),
            SHORTEST_PX,
            MOST_ROUNDS,
            SPLICE_DEGREES.to_radians(),
        );
        // With the specks in it an area's mean is none of the colours.
        let Color { r, g, b, .. } = cluster.residue_color();
        let color = palette.get(palette::nearest(&palette, [r, g, b]));
        color.into_iter().for_each(|color| drawing.add(&path, *color));
    }
    Some(drawing.finish())
}

#[cfg(test)]
mod tests;
