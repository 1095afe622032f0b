//! Headless Chromium through ChromeDriver, each in a fresh profile.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::Outcome;
use crate::temporary::Folder;
use crate::webdriver::Session;

/// What the browser offers the page to compute on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Graphics {
    /// WebGPU on SwiftShader, which computes on the CPU.
    SoftwareWebGpu,
    /// No WebGPU at all.
    None,
}

const QUIET: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1440,1000",
];

impl Graphics {
    fn flags(self) -> &'static [&'static str] {
        // Chromium loads two pages of its own for the address bar before anybody writes there: half a second of a core each.
        match self {
            Self::SoftwareWebGpu => &[
                "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
                "--enable-unsafe-webgpu",
                "--enable-unsafe-swiftshader",
                "--use-webgpu-adapter=swiftshader",
                "--enable-features=Vulkan",
            ],
            Self::None => &[
                "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebGPU",
                "--disable-gpu",
                "--disable-blink-features=WebGPU",
            ],
        }
    }
}

/// A browser with one window; both end when it is dropped.
pub struct Chromium {
    // Fields are dropped in this order: the window, the driver, the folders.
    session: Session,
    _driver: Driver,
    _profile: Folder,
    downloads: Folder,
}

struct Driver(Child);

impl Chromium {
    /// Starts a browser.
    ///
    /// # Errors
    /// When Chromium or ChromeDriver is missing or does not start.
    pub fn start(graphics: Graphics) -> Outcome<Self> {
        let (profile, downloads) = (Folder::new("profile")?, Folder::new("downloads")?);
        let (driver, url) = Driver::start()?;
        let session = Session::open(&url, &capabilities(graphics, profile.path(), downloads.path())?)?;
        Ok(Self { session, _driver: driver, _profile: profile, downloads })
    }

    /// The window.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Takes a file out of the folder of downloads: its name and its bytes, once it is whole.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn take_download(&self) -> Outcome<Option<(String, Vec<u8>)>> {
        for entry in fs::read_dir(self.downloads.path())? {
            let (file, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
            let name = name.to_string_lossy().into_owned();
            // What is still being written has another name.
            if !name.starts_with('.') && !name.ends_with(".crdownload") {
                let bytes = fs::read(&file)?;
                fs::remove_file(&file)?;
                return Ok(Some((name, bytes)));
            }
        }
        Ok(None)
    }
}

fn capabilities(graphics: Graphics, profile: &Path, downloads: &Path) -> Outcome<Value> {
    let browser = program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
    let profile = format!("--user-data-dir={}", profile.display());
    let arguments: Vec<&str> =
        QUIET.iter().chain(graphics.flags()).copied().chain([profile.as_str()]).collect();
    Ok(json!({
        "goog:chromeOptions": {
            "binary": browser,
            "args": arguments,
            "prefs": {
                "download.default_directory": downloads,
                // One after another without a press of its own for each.
                "profile.default_content_setting_values.automatic_downloads": 1,
            },
        },
        "goog:loggingPrefs": { "browser": "ALL" },
    }))
}

/// Starts of ChromeDriver that may fail: it chooses a port that is free for IPv4, and ends when another program has the
/// same one for IPv6.
const DRIVER_STARTS: usize = 4;

impl Driver {
    /// Starts ChromeDriver on a free port and returns its address.
    fn start() -> Outcome<(Self, String)> {
        // The last one's failure is told.
        (1..DRIVER_STARTS).find_map(|_| Self::start_once().ok()).map_or_else(Self::start_once, Ok)
    }

    fn start_once() -> Outcome<(Self, String)> {
        let mut child = Command::new(program("CHROMEDRIVER", &["chromedriver"])?)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().ok_or("ChromeDriver has no output")?;
        let driver = Self(child);
        let mut lines = BufReader::new(output).lines();
        // "ChromeDriver was started successfully on port 39451."
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').to_owned())
        });
        // Read on, so that the driver never waits for room in the pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let port = port.ok_or("ChromeDriver ended before it listened")?;
        Ok((driver, format!("http://127.0.0.1:{port}")))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The file that `variable` names, or the first of `names` on PATH.
fn program(variable: &str, names: &[&str]) -> Outcome<PathBuf> {
    if let Some(path) = env::var_os(variable) {
        return Ok(path.into());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found =
        names.iter().find_map(|name| env::split_paths(&path).map(|at| at.join(name)).find(|at| at.is_file()));
    found.ok_or_else(|| {
        format!("none of {names:?} is on PATH; install it, or set {variable} to its path").into()
    })
}
