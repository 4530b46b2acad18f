//! What the demo pushes: directories with the shop's program, its version, and in the bad one its fault.

use super::DemoError;
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// The shop, built with this program.
static STOREFRONT: &[u8] = include_bytes!(env!("STOREFRONT"));

/// Each version of each component as a directory.
#[derive(Debug)]
pub(super) struct Wares {
    root: PathBuf,
}

/// Component, version, and what is wrong with it.
const VERSIONS: [(&str, &str, Option<&str>); 5] = [
    ("api", "1.0.0", None),
    ("web", "1.0.0", None),
    ("web", "1.1.0", None),
    ("api", "1.2.0", None),
    // It works in testing and staging; in live it does not.
    (
        "web",
        "1.2.0",
        Some("unhealthy-after 1 where STOREFRONT_STAGE=live"),
    ),
];

impl Wares {
    pub(super) fn make(directory: &Path) -> Result<Self, DemoError> {
        let wares = Self {
            root: directory.join("wares"),
        };
        for (component, version, fault) in VERSIONS {
            let made = make(&wares.path(component, version), version, fault);
            made.map_err(|source| DemoError::Io {
                what: format!("cannot make {component} {version}"),
                source,
            })?;
        }
        Ok(wares)
    }

    /// Every component and version there is.
    pub(super) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
        VERSIONS
            .into_iter()
            .map(|(component, version, _)| (component, version))
    }

    /// Where one of them lies.
    pub(super) fn path(&self, component: &str, version: &str) -> PathBuf {
        self.root.join(component).join(version)
    }
}

fn make(directory: &Path, version: &str, fault: Option<&str>) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let program = directory.join("storefront");
    fs::write(&program, STOREFRONT)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    fs::write(directory.join("VERSION"), version)?;
    fault.map_or(Ok(()), |fault| fs::write(directory.join("FAULT"), fault))
}
