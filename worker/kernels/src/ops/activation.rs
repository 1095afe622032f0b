//! The non-linear functions of the models.

/// A function of one value, applied to each element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// `x`
    #[default]
    None,
    /// `x * sigmoid(x)`, also called swish.
    Silu,
    /// `x * sigmoid(1.702 x)`, of OpenAI's CLIP.
    QuickGelu,
    /// `x * (1 + erf(x / sqrt 2)) / 2`, the exact form.
    Gelu,
    /// `max(x, 0)`
    Relu,
}
