//! **Aspect preset**: shapes of a picture, at the area that the model was trained at.

use super::size::Sides;

/// A shape: width to height.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aspect {
    /// As it is written, such as `3:2`.
    pub name: &'static str,
    pub width: u32,
    pub height: u32,
}

const fn aspect(name: &'static str, width: u32, height: u32) -> Aspect {
    Aspect { name, width, height }
}

/// From tall to wide.
pub(crate) const ASPECTS: [Aspect; 9] = [
    aspect("9:16", 9, 16),
    aspect("2:3", 2, 3),
    aspect("3:4", 3, 4),
    aspect("4:5", 4, 5),
    aspect("1:1", 1, 1),
    aspect("5:4", 5, 4),
    aspect("4:3", 4, 3),
    aspect("3:2", 3, 2),
    aspect("16:9", 16, 9),
];

impl Aspect {
    /// Width and height in pixels that come nearest to this shape at the area of the model's native size, and that the
    /// model takes.
    pub(crate) fn size_px(self, sides: Sides) -> (u32, u32) {
        let (width, height) = (f64::from(self.width), f64::from(self.height));
        let scale = f64::from(sides.native) / (width * height).sqrt();
        let scale = scale.min(f64::from(sides.most) / width.max(height));
        (sides.nearest(width * scale), sides.nearest(height * scale))
    }

    /// The preset that gives a size, if one does.
    pub(crate) fn of(width_px: u32, height_px: u32, sides: Sides) -> Option<Self> {
        ASPECTS.into_iter().find(|aspect| aspect.size_px(sides) == (width_px, height_px))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDES: [Sides; 3] = [
        Sides { native: 128, least: 32, most: 256, multiple: 8 },
        Sides { native: 512, least: 32, most: 768, multiple: 64 },
        Sides { native: 1024, least: 32, most: 1024, multiple: 16 },
    ];

    #[test]
    fn every_preset_is_a_size_that_the_model_takes_and_the_widest_is_wide() {
        for sides in SIDES {
            for aspect in ASPECTS {
                let (width, height) = aspect.size_px(sides);
                assert!(sides.takes(width) && sides.takes(height), "{aspect:?}: {width} x {height}");
                assert_eq!(width.cmp(&height), aspect.width.cmp(&aspect.height), "{aspect:?}");
                let area = f64::from(width) * f64::from(height) / f64::from(sides.native).powi(2);
                assert!((0.5..1.3).contains(&area), "{aspect:?} has {area} of the native area");
            }
        }
    }

    #[test]
    fn a_size_is_known_by_its_preset() {
        let sides = SIDES[0];
        assert_eq!(Aspect::of(128, 128, sides).map(|aspect| aspect.name), Some("1:1"));
        let wide = ASPECTS[8].size_px(sides);
        assert_eq!(Aspect::of(wide.0, wide.1, sides).map(|aspect| aspect.name), Some("16:9"));
        assert_eq!(Aspect::of(128, 72, sides), None);
    }
}
