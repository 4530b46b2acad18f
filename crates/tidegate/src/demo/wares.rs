//! What the demo pushes: directories with the shop's program, its version, and in a bad one its fault.

use super::{DemoError, fleet::Fleet};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};
use tidegate_cli::{
    Ui,
    artifact::{Destination, pack, push},
};

/// The shop, built with this program.
static STOREFRONT: &[u8] = include_bytes!(env!("STOREFRONT"));

/// A component of a product in a version.
#[derive(Debug)]
pub(super) struct Ware {
    pub(super) product: &'static str,
    pub(super) component: &'static str,
    pub(super) version: &'static str,
    /// What is wrong with it.
    pub(super) fault: Option<&'static str>,
}

impl Ware {
    /// One with which nothing is wrong.
    pub(super) const fn good(
        product: &'static str,
        component: &'static str,
        version: &'static str,
    ) -> Self {
        Self {
            product,
            component,
            version,
            fault: None,
        }
    }

    /// Makes its directory and pushes it; answers its digest.
    pub(super) async fn bring(&self, fleet: &Fleet, ui: &Ui) -> Result<String, DemoError> {
        let path = self.make(fleet.directory())?;
        let packed = tokio::task::spawn_blocking(move || pack(&path)).await;
        let packed = packed
            .map_err(|why| DemoError::Fact(why.to_string()))?
            .map_err(tidegate_cli::Error::from)?;
        let name = |text: &str| {
            text.parse()
                .map_err(|why| DemoError::Fact(format!("{why}")))
        };
        let to = Destination {
            client: &reqwest::Client::new(),
            server: &fleet.connection().server,
            token: fleet.token(),
            product: &name(self.product)?,
            component: &name(self.component)?,
            version: &self
                .version
                .parse()
                .map_err(|why| DemoError::Fact(format!("{why}")))?,
        };
        let pushed = push(&to, &packed, |_, _| {})
            .await
            .map_err(tidegate_cli::Error::from)?;
        let Self {
            product,
            component,
            version,
            ..
        } = self;
        let digest = pushed.digest.to_string();
        ui.say(format_args!("  {product}/{component}:{version}  {digest}"));
        Ok(digest)
    }

    fn make(&self, directory: &Path) -> Result<PathBuf, DemoError> {
        let place = [self.product, self.component, self.version];
        let path = directory.join("wares").join(place.join("/"));
        let made = fill(&path, self.version, self.fault);
        made.map_err(|source| DemoError::Io {
            what: format!("cannot make {} {}", self.component, self.version),
            source,
        })?;
        Ok(path)
    }
}

fn fill(directory: &Path, version: &str, fault: Option<&str>) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    let program = directory.join("storefront");
    fs::write(&program, STOREFRONT)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    fs::write(directory.join("VERSION"), version)?;
    fault.map_or(Ok(()), |fault| fs::write(directory.join("FAULT"), fault))
}
