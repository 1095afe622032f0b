//! What the operating system must bring: a linker, and for the tests a browser with its driver and a Vulkan adapter.
//!
//! On Debian and its kin, as root, what is missing is installed. Elsewhere the person is told what to install:
//! a test that finds no browser or no adapter is a failure, never skipped.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Failure, Outcome, find, output, run, say};

/// Something that must be there.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    elsewhere: &'static str,
    present: fn() -> bool,
}

const LINKER: Need = Need {
    what: "a C linker, which rustc calls for build scripts and macros",
    packages: &["build-essential"],
    elsewhere: "Xcode's command line tools on macOS, the C++ build tools on Windows, gcc on Linux",
    present: || !cfg!(unix) || find("cc").is_some(),
};

const CPP_COMPILER: Need = Need {
    what: "a C++ compiler, for libFuzzer",
    packages: &["build-essential"],
    elsewhere: "Xcode's command line tools on macOS, the C++ build tools on Windows, g++ on Linux",
    present: || !cfg!(unix) || env::var_os("CXX").is_some() || find("c++").is_some(),
};

const TEST_NEEDS: [Need; 3] = [
    Need {
        what: "Chromium",
        packages: &["chromium"],
        elsewhere: "Chromium or Chrome, with CHROMIUM set to its path if it is not `chromium` on PATH",
        present: || {
            chosen("CHROMIUM")
                || ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| find(name).is_some())
        },
    },
    Need {
        what: "ChromeDriver",
        packages: &["chromium-driver"],
        elsewhere: "ChromeDriver of the browser's version, with CHROMEDRIVER set to its path if it is not on PATH",
        present: || chosen("CHROMEDRIVER") || find("chromedriver").is_some(),
    },
    Need {
        what: "a Vulkan loader and driver (a software one will do)",
        packages: &["mesa-vulkan-drivers", "libvulkan1"],
        elsewhere: "your graphics card's Vulkan driver, or Mesa's lavapipe",
        // macOS has Metal and Windows DirectX 12.
        present: || !cfg!(target_os = "linux") || (has_vulkan_loader() && has_vulkan_driver()),
    },
];

/// Makes sure that programs can be linked.
pub(crate) fn need_linker() -> Outcome {
    provide(&[&LINKER])
}

/// Makes sure that libFuzzer can be built.
pub(crate) fn need_for_fuzzing() -> Outcome {
    provide(&[&LINKER, &CPP_COMPILER])
}

/// Makes sure that every test can run.
pub(crate) fn need_for_tests() -> Outcome {
    provide(&[&LINKER, &TEST_NEEDS[0], &TEST_NEEDS[1], &TEST_NEEDS[2]])
}

fn provide(needs: &[&Need]) -> Outcome {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !can_install() {
        return Err(instructions(&missing));
    }
    for need in &missing {
        say(&format!("{} is missing: installing {}.", need.what, need.packages.join(" ")));
    }
    let packages = missing.iter().flat_map(|need| need.packages);
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run(apt_get().args(["update", "--quiet=2"]))?;
    run(apt_get().args(["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(packages))?;
    match missing.iter().find(|need| !(need.present)()) {
        Some(need) => Err(format!("{} is still missing after the installation", need.what).into()),
        None => Ok(()),
    }
}

fn instructions(missing: &[&Need]) -> Failure {
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let list = missing.iter().map(|need| format!("\n  - {}: {}", need.what, need.elsewhere));
    format!(
        "this machine lacks what follows; install it and run the command again. On Debian: \
         sudo apt-get install {}{}",
        packages.join(" "),
        list.collect::<String>()
    )
    .into()
}

/// Debian or its kin, and root.
fn can_install() -> bool {
    let root = output(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists() && find("apt-get").is_some()
}

/// Whether a variable names a file that exists.
fn chosen(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|path| Path::new(&path).is_file())
}

fn has_vulkan_loader() -> bool {
    let folders = ["/usr/lib", "/usr/lib64", "/lib", "/usr/local/lib"].map(PathBuf::from);
    // Debian keeps libraries one folder deeper, by architecture.
    let deeper = format!("/usr/lib/{}-linux-gnu", env::consts::ARCH);
    folders.into_iter().chain([deeper.into()]).any(|folder| folder.join("libvulkan.so.1").exists())
}

/// Drivers announce themselves by a file; which of them has an adapter shows when the tests ask for one.
fn has_vulkan_driver() -> bool {
    if env::var_os("VK_DRIVER_FILES").or_else(|| env::var_os("VK_ICD_FILENAMES")).is_some() {
        return true;
    }
    ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .any(|mut files| files.next().is_some())
}
