//! Downloads: a model's files by ranges, several at once and over several visits, into the database.
//!
//! [`fetch`] asks a [`Transport`] for the pieces that have not arrived, on a few lanes side by side, and has each
//! stored with its mark. It distrusts the server: a file that changes on the way begins anew, an answer with the whole
//! file instead of a range is cut into pieces as it comes, a connection that is cut goes on where it was, lengths are
//! held against the expected ones, and in the end the file is read back from the database and hashed.
//!
//! Nothing here knows a browser: the tests run it against a server with every one of those faults.

mod error;
mod file;
mod lane;
mod progress;
mod transport;
mod whole;

pub use error::DownloadError;
pub use file::{LANES, fetch};
pub use progress::{Progress, Watch};
pub use transport::{Answer, Body, Transport, TransportError};
