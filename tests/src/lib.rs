//! What the tests stand on: a browser driven through WebDriver, a static file server that can be switched off, the
//! page's controls by their accessible names, the command line tool, and measures of pictures and of the machine's pace.
//!
//! Everything blocks: a test reads from top to bottom, and no async runtime is needed.

pub mod bad_files;
pub mod chromium;
pub mod command_line;
pub mod controls;
pub mod http;
pub mod pace;
pub mod page;
pub mod pictures;
pub mod policy;
pub mod repository;
pub mod rows;
pub mod site;
pub mod source_files;
pub mod temporary;
pub mod webdriver;

/// What a test returns: done, or the first thing that went wrong, in words.
pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
