//! What a person chooses, and the numbers behind it.

/// How many colours are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colors {
    /// 8: those of a poster.
    Few,
    /// 24: those that stand out.
    #[default]
    Some,
    /// 64: nearly all.
    Many,
}

/// How small a thing is still drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Large shapes.
    Coarse,
    /// Shapes that one sees at first glance.
    #[default]
    Medium,
    /// Nearly every speck.
    Fine,
}

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Its colours.
    pub colors: Colors,
    /// Its shapes.
    pub detail: Detail,
}

impl Options {
    /// How many colours the drawing has at most.
    pub(crate) fn most_colors(self) -> usize {
        match self.colors {
            Colors::Few => 8,
            Colors::Some => 24,
            Colors::Many => 64,
        }
    }

    /// Areas of as many pixels or fewer are part of what surrounds them.
    pub(crate) fn least_area_px(self) -> usize {
        match self.detail {
            Detail::Coarse => 144,
            Detail::Medium => 48,
            Detail::Fine => 9,
        }
    }
}
