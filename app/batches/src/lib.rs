//! Many pictures at once, without a browser.
//!
//! An [`Axis`] is a setting with the values that it goes through, read from what a person types ([`read_values`]); a
//! [`Plan`] is one axis or two, and the order in which their combinations are made. [`Line`] is the queue.

mod axis;
mod line;
mod plan;
mod values;

pub use axis::{Axis, AxisKind, AxisValue};
pub use line::Line;
pub use plan::{Cell, MOST_CELLS, Plan, PlanError};
pub use values::{MOST_VALUES, ValuesError, read_values};
