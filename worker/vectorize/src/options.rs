//! What a person chooses, and the numbers behind it.

/// How many colours are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Colors {
    /// Those of a poster.
    Few,
    /// Those that stand out.
    #[default]
    Some,
    /// Nearly all.
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
    /// Lowest bits of a colour that make no difference.
    pub(crate) fn dropped_bits(self) -> i32 {
        match self.colors {
            Colors::Few => 4,
            Colors::Some => 2,
            Colors::Many => 0,
        }
    }

    /// Sum of the three channels' differences from which an area within another is one of its own.
    pub(crate) fn layer_difference(self) -> i32 {
        match self.colors {
            Colors::Few => 64,
            Colors::Some => 32,
            Colors::Many => 12,
        }
    }

    /// Areas of as many pixels or fewer are part of what surrounds them.
    pub(crate) fn least_area_px(self) -> usize {
        match self.detail {
            Detail::Coarse => 100,
            Detail::Medium => 16,
            Detail::Fine => 4,
        }
    }
}
