//! The time of day and the time between two moments.

use web_time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970.
pub fn now_millis() -> f64 {
    // A clock before 1970 is a broken one; it only makes an abandoned import look recent.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}
