//! What the format calls itself. `public/pack.schema.json` is the format in full; a test holds the two together.

/// The value of `format`.
pub const FORMAT: &str = "palimpsest-pack";
/// The value of `version`: raised when a reader of the version before would misunderstand a file.
pub const VERSION: u64 = 1;
