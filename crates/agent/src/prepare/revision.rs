//! Preparing all components of one revision, each in a directory named by its workload.

use super::{
    PrepareError,
    fetch::{Length, Wanted, fetch},
    manifest::{self, Layer},
    unpack::{LIMITS, Unpacker},
};
use crate::{
    layout::{Layout, sync_directory},
    link::Link,
};
use rustix::fs::{Mode, OFlags, open, syncfs};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tidegate_domain::{
    digest::Digest,
    revision::{ComponentRevision, Revision},
};
use tokio::{sync::Mutex, task::spawn_blocking};

/// What preparing needs.
#[derive(Debug, Clone)]
pub(crate) struct Preparation {
    pub(crate) link: Arc<Link>,
    pub(crate) layout: Layout,
    /// One preparation at a time: two of them may want the same blob.
    pub(crate) turn: Arc<Mutex<()>>,
}

/// How far a preparation is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) done: u64,
    pub(crate) total: u64,
}

type Listener = dyn Fn(Progress) + Send + Sync;

/// Whether every component of `revision` lies ready.
pub(crate) fn is_ready(layout: &Layout, revision: &Revision) -> bool {
    let release =
        |c: &ComponentRevision| layout.release(&revision.product, &c.component, c.workload());
    revision.components.iter().all(|c| release(c).is_dir())
}

/// One component to unpack.
struct Part {
    artifact: Digest,
    /// Where it will lie.
    release: PathBuf,
    layers: Vec<Layer>,
}

/// Prepares every component of `revision` that does not lie ready yet.
pub(crate) async fn prepare(
    preparation: &Preparation,
    revision: &Revision,
    progress: &Listener,
) -> Result<(), PrepareError> {
    let _turn = preparation.turn.lock().await;
    let mut parts = Vec::new();
    for (component, release) in missing(&preparation.layout, revision) {
        parts.push(Part {
            artifact: component.artifact,
            release,
            layers: preparation.layers(component.artifact).await?,
        });
    }
    // What an abandoned preparation downloaded takes no room from this one.
    preparation.discard_all_but(&parts);
    let done = preparation.complete(parts, progress).await;
    // What is unpacked is not kept twice, and what could not be finished not at all.
    preparation.discard_all_but(&[]);
    done
}

fn missing<'a>(layout: &Layout, revision: &'a Revision) -> Vec<(&'a ComponentRevision, PathBuf)> {
    let place = |c: &'a ComponentRevision| {
        let release = layout.release(&revision.product, &c.component, c.workload());
        (c, release)
    };
    let places = revision.components.iter().map(place);
    places.filter(|(_, release)| !release.is_dir()).collect()
}

impl Preparation {
    async fn layers(&self, manifest: Digest) -> Result<Vec<Layer>, PrepareError> {
        let wanted = Wanted {
            digest: manifest,
            length: Length::AtMost(manifest::BYTES_MAX),
        };
        let path = fetch(&self.link, &self.layout, wanted, &|_| ()).await?;
        manifest::layers(manifest, &fs::read(path)?)
    }

    async fn complete(&self, parts: Vec<Part>, progress: &Listener) -> Result<(), PrepareError> {
        let layers = || parts.iter().flat_map(|part| &part.layers);
        let total = layers().map(|layer| layer.size).sum();
        let mut before = 0;
        for layer in layers() {
            let hear = |done: u64| {
                let done = before + done;
                progress(Progress { done, total });
            };
            let wanted = Wanted {
                digest: layer.digest,
                length: Length::Exactly(layer.size),
            };
            fetch(&self.link, &self.layout, wanted, &hear).await?;
            before += layer.size;
        }
        let layout = self.layout.clone();
        let unpacking = spawn_blocking(move || unpack_all(&layout, &parts));
        unpacking
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error).into()))
    }

    /// Only one preparation is under way at a time, so whatever it does not need nobody needs.
    fn discard_all_but(&self, parts: &[Part]) {
        let needed: BTreeSet<String> = parts
            .iter()
            .flat_map(|part| part.layers.iter().map(|l| l.digest).chain([part.artifact]))
            .map(|digest| digest.hex())
            .collect();
        let Ok(downloads) = fs::read_dir(self.layout.blobs()) else {
            return;
        };
        for path in downloads.flatten().map(|download| download.path()) {
            let name = path.file_stem().and_then(|stem| stem.to_str());
            if !name.is_some_and(|name| needed.contains(name)) {
                // A file that stays is tried again after the next preparation.
                fs::remove_file(path).ok();
            }
        }
    }
}

/// Unpacks all or nothing. Everything is durable before the renames make it visible.
fn unpack_all(layout: &Layout, parts: &[Part]) -> Result<(), PrepareError> {
    let unpacked = parts.iter().try_for_each(|part| unpack(layout, part));
    let done = unpacked.and_then(|()| Ok(show(parts)?));
    if done.is_err() {
        for part in parts {
            // What keeps it from being removed is not worth more words than what happened before.
            remove_tree(&partial(part)).ok();
        }
    }
    done
}

fn unpack(layout: &Layout, part: &Part) -> Result<(), PrepareError> {
    let place = partial(part);
    remove_tree(&place)?;
    let mut unpacker = Unpacker::new(&place.join("artifact"), LIMITS)?;
    for layer in &part.layers {
        unpacker.layer(&layout.blob(layer.digest), layer.packing)?;
    }
    unpacker.finish()
}

fn show(parts: &[Part]) -> io::Result<()> {
    let Some(first) = parts.first() else {
        return Ok(());
    };
    let place = open(
        partial(first),
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    // One call for all of it: a sync per file or component costs more than everything else together.
    syncfs(place)?;
    for part in parts {
        fs::rename(partial(part), &part.release)?;
        sync_directory(part.release.parent().unwrap_or(&part.release))?;
    }
    Ok(())
}

fn partial(part: &Part) -> PathBuf {
    part.release.with_extension("partial")
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
