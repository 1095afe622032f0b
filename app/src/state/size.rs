//! The size of a picture: from the source's own, to what the model takes.

use gallery::{Mode, Settings};
use protocol::{ModelInfo, SourceFit};
use serde::{Deserialize, Serialize};

use super::reuse::choice;

/// **Source size**: which size a picture gets from its source, and how the source comes to that size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FitChoice {
    /// The source's own, as near as the model takes it.
    #[default]
    Original,
    /// The largest of the source's shape that fits into the model's own size.
    Inside,
    /// The model's own, filled with the middle of the source.
    Crop,
    /// The model's own, with all of the source in the middle.
    Pad,
}

impl FitChoice {
    pub(crate) const ALL: [Self; 4] = [Self::Original, Self::Inside, Self::Crop, Self::Pad];

    /// How the source comes to a size of another shape.
    pub(crate) fn source_fit(self) -> SourceFit {
        match self {
            Self::Original | Self::Inside => SourceFit::Stretch,
            Self::Crop => SourceFit::Crop,
            Self::Pad => SourceFit::Pad,
        }
    }

    /// The choice that a picture was made with.
    pub(crate) fn of(fit: SourceFit) -> Self {
        match fit {
            SourceFit::Stretch => Self::Original,
            SourceFit::Crop => Self::Crop,
            SourceFit::Pad => Self::Pad,
        }
    }
}

/// The least side in pixels worth trying: below it, latents have hardly any pixels.
const LEAST_PX: u32 = 32;

/// What sides a model takes, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sides {
    pub native: u32,
    pub least: u32,
    pub most: u32,
    pub multiple: u32,
}

impl Sides {
    pub(crate) fn of(model: &ModelInfo) -> Self {
        let multiple = model.multiple_px.max(1);
        let most = (model.max_px / multiple * multiple).max(multiple);
        let least = LEAST_PX.next_multiple_of(multiple).min(most);
        Self { native: model.native_px.clamp(least, most), least, most, multiple }
    }

    pub(crate) fn takes(self, side_px: u32) -> bool {
        (self.least..=self.most).contains(&side_px) && side_px.is_multiple_of(self.multiple)
    }

    /// The side nearest to `side_px` that the model takes.
    pub(crate) fn nearest(self, side_px: f64) -> u32 {
        let multiples = (side_px / f64::from(self.multiple)).round().max(1.0);
        ((multiples as u32).saturating_mul(self.multiple)).clamp(self.least, self.most)
    }

    /// The source's own size where the model takes it (a few pixels are rounded off). A larger source, or one
    /// under half the model's native side, is scaled to the area that the model was trained at, which is where
    /// it draws best; its shape is kept.
    pub(crate) fn fit(self, width_px: u32, height_px: u32) -> (u32, u32) {
        let (width, height) = (f64::from(width_px.max(1)), f64::from(height_px.max(1)));
        let longest = width.max(height);
        let fits = longest <= f64::from(self.most) && longest * 2.0 >= f64::from(self.native);
        if fits {
            return (self.nearest(width), self.nearest(height));
        }
        let to_native_area = f64::from(self.native) / (width * height).sqrt();
        let scale = to_native_area.min(f64::from(self.most) / longest);
        (self.nearest(width * scale), self.nearest(height * scale))
    }

    /// The size that a source gives a picture.
    pub(crate) fn size_for(self, choice: FitChoice, (width_px, height_px): (u32, u32)) -> (u32, u32) {
        match choice {
            FitChoice::Original => self.fit(width_px, height_px),
            FitChoice::Inside => {
                let (width, height) = (f64::from(width_px.max(1)), f64::from(height_px.max(1)));
                let scale = f64::from(self.native) / width.max(height);
                (self.nearest(width * scale), self.nearest(height * scale))
            }
            FitChoice::Crop | FitChoice::Pad => (self.native, self.native),
        }
    }
}

/// The size that was generated for a picture. Earlier versions did not write it down where inpainting gave back the
/// source's: then it is what the model makes of such a source.
pub(crate) fn generated_size(settings: &Settings, model: Option<&ModelInfo>) -> (u32, u32) {
    let size = (settings.width, settings.height);
    let sides = model.map(Sides::of).filter(|sides| !(sides.takes(size.0) && sides.takes(size.1)));
    match (settings.generated_size, sides) {
        (Some(generated), _) => generated,
        (None, Some(sides)) if settings.mode == Mode::Inpaint => {
            let fit = choice::<SourceFit>(&settings.source_fit).unwrap_or_default();
            sides.size_for(FitChoice::of(fit), size)
        }
        (None, _) => size,
    }
}

/// Says in words why the picture will not have its source's own size, under a choice; `None` when it has.
pub(crate) fn explain_choice(
    choice: FitChoice,
    source: (u32, u32),
    chosen: (u32, u32),
    sides: Sides,
) -> Option<String> {
    let from_to = format!("{} × {} to {} × {}", source.0, source.1, chosen.0, chosen.1);
    match choice {
        FitChoice::Original => explain(source, chosen, sides),
        _ if source == chosen => None,
        FitChoice::Inside => Some(format!("The source is scaled from {from_to} pixels.")),
        FitChoice::Crop => {
            Some(format!("The source is scaled from {from_to} pixels; what sticks out is cut off."))
        }
        FitChoice::Pad => Some(format!(
            "The source is scaled from {from_to} pixels, with borders in the colour of its edge."
        )),
    }
}

/// Whether a source of one size looks stretched at another: by more than rounding its sides explains.
pub(crate) fn is_stretched(source: (u32, u32), asked: (u32, u32), multiple_px: u32) -> bool {
    let ratio = |(width, height): (u32, u32)| f64::from(width.max(1)) / f64::from(height.max(1));
    let rounding = f64::from(multiple_px) / f64::from(asked.0.min(asked.1).max(1));
    (ratio(asked) / ratio(source)).ln().abs() > rounding.max(0.03)
}

/// Whether a source that is laid in the middle of a picture of the size asked for leaves some of the ground to be seen,
/// as the engine's rounding has it.
pub(crate) fn shows_ground(source: (u32, u32), asked: (u32, u32)) -> bool {
    let [width, height, across, down] = [source.0.max(1), source.1.max(1), asked.0, asked.1].map(u64::from);
    let rounded = |product: u64, by: u64| (product + by / 2) / by;
    match across * height > width * down {
        true => rounded(down * width, height) < across,
        false => rounded(across * height, width) < down,
    }
}

/// Says in words why the picture will not have its source's own size; `None` when it has.
fn explain(source: (u32, u32), chosen: (u32, u32), sides: Sides) -> Option<String> {
    if source == chosen {
        return None;
    }
    let rounded =
        source.0.abs_diff(chosen.0) < sides.multiple && source.1.abs_diff(chosen.1) < sides.multiple;
    let why = if rounded {
        format!("this model takes multiples of {}", sides.multiple)
    } else {
        format!("this model draws best near {0} × {0}", sides.native)
    };
    Some(format!(
        "The source is {} × {}; {why}, so the picture will be {} × {} pixels.",
        source.0, source.1, chosen.0, chosen.1
    ))
}

#[cfg(test)]
mod tests {
    use protocol::{ModelId, SamplerKind, StrengthRule};

    use super::*;

    const SMALL: Sides = Sides { native: 128, least: 32, most: 256, multiple: 8 };

    #[test]
    fn a_size_that_the_model_takes_is_kept() {
        for size in [(128, 128), (256, 96), (64, 64)] {
            assert_eq!(SMALL.fit(size.0, size.1), size);
            assert_eq!(explain(size, size, SMALL), None);
        }
    }

    #[test]
    fn a_few_pixels_are_rounded_off_and_said_so() {
        assert_eq!(SMALL.fit(130, 101), (128, 104));
        let words = explain((130, 101), (128, 104), SMALL).unwrap();
        assert!(words.contains("multiples of 8") && words.contains("128 × 104"), "{words}");
    }

    #[test]
    fn a_photo_is_scaled_to_the_native_area_and_keeps_its_shape() {
        let (width, height) = SMALL.fit(4032, 3024);
        assert_eq!((width, height), (144, 112));
        let words = explain((4032, 3024), (width, height), SMALL).unwrap();
        assert!(words.contains("4032 × 3024") && words.contains("near 128"), "{words}");
    }

    #[test]
    fn an_icon_is_scaled_up() {
        assert_eq!(SMALL.fit(16, 16), (128, 128));
    }

    #[test]
    fn each_choice_gives_its_own_size() {
        let size = |choice| SMALL.size_for(choice, (400, 200));
        assert_eq!(size(FitChoice::Original), SMALL.fit(400, 200));
        assert_eq!(size(FitChoice::Inside), (128, 64));
        assert_eq!((size(FitChoice::Crop), size(FitChoice::Pad)), ((128, 128), (128, 128)));
        assert_eq!(
            SMALL.size_for(FitChoice::Inside, (1, 40_000)),
            (32, 128),
            "no thinner than the model takes"
        );
        for choice in FitChoice::ALL {
            let chosen = size(choice);
            let words = explain_choice(choice, (400, 200), chosen, SMALL).unwrap();
            assert!(words.contains("400 × 200") && words.ends_with('.'), "{words}");
            assert_eq!(explain_choice(choice, chosen, chosen, SMALL), None);
        }
    }

    #[test]
    fn what_was_generated_for_an_inpainted_picture_is_told_or_found() {
        let model = ModelInfo {
            id: ModelId("mine".to_owned()),
            name: String::new(),
            hash: String::new(),
            bytes: 0,
            native_px: 128,
            max_px: 256,
            multiple_px: 8,
            default_steps: 8,
            default_guidance: 1.0,
            default_sampler: SamplerKind::FlowEuler,
            samplers: vec![SamplerKind::FlowEuler],
            default_strength_rule: StrengthRule::AllSteps,
        };
        let inpainted = Settings { mode: Mode::Inpaint, width: 130, height: 101, ..Settings::default() };
        let told = Settings { generated_size: Some((256, 200)), ..inpainted.clone() };
        let cropped = Settings { source_fit: "crop".to_owned(), ..inpainted.clone() };
        let plain = Settings { mode: Mode::ImageToImage, ..inpainted.clone() };
        assert_eq!(generated_size(&told, Some(&model)), (256, 200));
        assert_eq!(generated_size(&inpainted, Some(&model)), (128, 104));
        assert_eq!(generated_size(&inpainted, None), (130, 101), "without its model nothing is known");
        assert_eq!(generated_size(&cropped, Some(&model)), (128, 128));
        assert_eq!(generated_size(&plain, Some(&model)), (130, 101), "a size like any other");
    }

    #[test]
    fn a_source_of_another_shape_shows_the_ground() {
        assert!(shows_ground((400, 200), (128, 128)) && shows_ground((200, 400), (128, 128)));
        assert!(!shows_ground((400, 400), (128, 128)) && !shows_ground((400, 200), (128, 64)));
        assert!(!shows_ground((4001, 3000), (128, 96)), "less than half a pixel of ground is none");
        assert!(shows_ground((451, 300), (160, 107)));
    }

    #[test]
    fn only_another_shape_is_a_stretch() {
        assert!(!is_stretched((4032, 3024), (144, 112), 8), "rounded to the model's multiple");
        assert!(!is_stretched((451, 300), (160, 104), 8));
        assert!(is_stretched((400, 200), (128, 128), 8));
        assert!(is_stretched((512, 512), (512, 480), 8));
    }

    #[test]
    fn a_choice_and_its_fit_agree() {
        for fit in [SourceFit::Stretch, SourceFit::Crop, SourceFit::Pad] {
            assert_eq!(FitChoice::of(fit).source_fit(), fit);
        }
    }

    #[test]
    fn every_fit_is_a_size_that_the_model_takes() {
        let sides = [SMALL, Sides { native: 512, least: 64, most: 768, multiple: 64 }];
        for sides in sides {
            for (width, height) in
                [(1, 1), (1, 40_000), (40_000, 3), (257, 255), (0, 0), (u32::MAX, u32::MAX)]
            {
                let (fitted_width, fitted_height) = sides.fit(width, height);
                assert!(sides.takes(fitted_width) && sides.takes(fitted_height), "{width} x {height}");
            }
        }
    }
}
