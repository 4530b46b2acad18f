//! Where things lie in the agent's directory. Paths only: nothing here touches the disk but [`write_atomically`] and
//! [`replace`].

use rustix::fs::{Mode, OFlags, open};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use tidegate_domain::{converge::Slot, digest::Digest, name::Name, plan::JobName};

/// The agent's directory.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Key, certificate, authority and the server's address.
    pub(crate) fn identity(&self) -> PathBuf {
        self.root.join("identity/identity.json")
    }

    /// Whom the agent believes, and what it demands.
    pub(crate) fn trust(&self) -> PathBuf {
        self.root.join("identity/trust.json")
    }

    /// Held by the one agent that runs here.
    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// What the agent has accepted and activated.
    pub(crate) fn state(&self) -> PathBuf {
        self.root.join("state.json")
    }

    /// The last checkpoint of the journal that was believed.
    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal.json")
    }

    /// Downloads, until they are unpacked.
    pub(crate) fn blobs(&self) -> PathBuf {
        self.root.join("blobs/sha256")
    }

    /// One downloaded blob.
    pub(crate) fn blob(&self, digest: Digest) -> PathBuf {
        self.blobs().join(digest.hex())
    }

    /// Everything of one component that is not its keeper's.
    pub(crate) fn component(&self, product: &Name, component: &Name) -> PathBuf {
        self.root
            .join("products")
            .join(product.as_str())
            .join(component.as_str())
    }

    /// The unpacked workloads of one component.
    pub(crate) fn releases(&self, product: &Name, component: &Name) -> PathBuf {
        self.component(product, component).join("releases")
    }

    /// One unpacked workload; it is there only when it is whole.
    pub(crate) fn release(&self, product: &Name, component: &Name, workload: Digest) -> PathBuf {
        self.releases(product, component).join(workload.hex())
    }

    /// Who signed a release, as far as this agent demands that.
    pub(crate) fn vetted(release: &Path) -> PathBuf {
        release.join("signatures.json")
    }

    /// The artifact within a release: the working directory of the process.
    pub(crate) fn artifact(&self, product: &Name, component: &Name, workload: Digest) -> PathBuf {
        self.release(product, component, workload).join("artifact")
    }

    /// The link to the workload that a slot runs.
    pub(crate) fn current(&self, product: &Name, component: &Name, slot: Slot) -> PathBuf {
        self.component(product, component)
            .join(in_slot("current", slot))
    }

    /// The directory of the keeper of one instance in one slot: socket, lock and logs.
    pub(crate) fn keeper(
        &self,
        product: &Name,
        component: &Name,
        (slot, instance): (Slot, u32),
    ) -> PathBuf {
        let keepers = self.root.join("keepers").join(product.as_str());
        let first = in_slot(component.as_str(), slot);
        keepers.join(match instance {
            1 => first,
            _ => format!("{first}.{instance}"),
        })
    }

    /// The directory of the keeper of a job.
    pub(crate) fn job(&self, product: &Name, name: &JobName) -> PathBuf {
        let keepers = self.root.join("keepers").join(product.as_str());
        keepers.join(format!("{}.job.{}", name.component, name.job))
    }

    /// All keepers' directories.
    pub(crate) fn keepers(&self) -> PathBuf {
        self.root.join("keepers")
    }
}

/// Blue lies where everything lay before there were slots. No component's name has a dot in it.
fn in_slot(name: &str, slot: Slot) -> String {
    match slot {
        Slot::Blue => name.to_owned(),
        Slot::Green => format!("{name}.{slot}"),
    }
}

/// Replaces `path` by a private file with these bytes, so that a crash leaves the old or the new ones.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(parent)?;
    replace(path, &path.with_extension("partial"), (bytes, 0o600))
}

/// Replaces `path` by a file with these bytes and this mode, which comes to be as `partial` in the same directory.
pub(crate) fn replace(path: &Path, partial: &Path, (bytes, mode): (&[u8], u32)) -> io::Result<()> {
    let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    // What a crash left is not written into: whoever may read that file could read the new bytes, too.
    match fs::remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(mode)
        .open(partial)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    fs::rename(partial, path)?;
    sync_directory(parent)
}

/// Makes renames within `directory` durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    let descriptor = open(
        directory,
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    File::from(descriptor).sync_all()
}
