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
use std::{fs, io, path::Path, sync::Arc};
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

/// Prepares every component of `revision` that does not lie ready yet.
pub(crate) async fn prepare(
    preparation: &Preparation,
    revision: &Revision,
    progress: &Listener,
) -> Result<(), PrepareError> {
    let _turn = preparation.turn.lock().await;
    let missing = missing(&preparation.layout, revision);
    let mut plans = Vec::new();
    for component in &missing {
        plans.push((*component, preparation.layers(component.artifact).await?));
    }
    let total = plans
        .iter()
        .flat_map(|(_, layers)| layers)
        .map(|l| l.size)
        .sum();
    let mut before = 0;
    for (component, layers) in &plans {
        for layer in layers {
            let hear = |done: u64| {
                progress(Progress {
                    done: before + done,
                    total,
                });
            };
            let wanted = Wanted {
                digest: layer.digest,
                length: Length::Exactly(layer.size),
            };
            fetch(&preparation.link, &preparation.layout, wanted, &hear).await?;
            before += layer.size;
        }
        preparation
            .unpack(revision, component, layers.clone())
            .await?;
    }
    preparation.discard(&plans);
    Ok(())
}

fn missing<'a>(layout: &Layout, revision: &'a Revision) -> Vec<&'a ComponentRevision> {
    let is_missing = |c: &&ComponentRevision| {
        !layout
            .release(&revision.product, &c.component, c.workload())
            .is_dir()
    };
    revision.components.iter().filter(is_missing).collect()
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

    async fn unpack(
        &self,
        revision: &Revision,
        component: &ComponentRevision,
        layers: Vec<Layer>,
    ) -> Result<(), PrepareError> {
        let layout = self.layout.clone();
        let workload = component.workload();
        let release = layout.release(&revision.product, &component.component, workload);
        let unpacking = spawn_blocking(move || unpack(&layout, &release, &layers));
        unpacking
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error).into()))
    }

    /// What is unpacked is not kept twice.
    fn discard(&self, plans: &[(&ComponentRevision, Vec<Layer>)]) {
        for (component, layers) in plans {
            let blobs = layers.iter().map(|l| l.digest).chain([component.artifact]);
            for blob in blobs {
                // Two components may have shared it.
                fs::remove_file(self.layout.blob(blob)).ok();
            }
        }
    }
}

/// Everything is durable before the rename makes it visible.
fn unpack(layout: &Layout, release: &Path, layers: &[Layer]) -> Result<(), PrepareError> {
    let partial = release.with_extension("partial");
    remove_tree(&partial)?;
    let done = unpack_into(layout, &partial, layers);
    if done.is_err() {
        remove_tree(&partial)?;
        return done;
    }
    let directory = open(&partial, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
    // One call for the whole tree: a sync per file costs more than everything else together.
    directory.and_then(syncfs).map_err(io::Error::from)?;
    fs::rename(&partial, release)?;
    Ok(sync_directory(release.parent().unwrap_or(release))?)
}

fn unpack_into(layout: &Layout, partial: &Path, layers: &[Layer]) -> Result<(), PrepareError> {
    let mut unpacker = Unpacker::new(&partial.join("artifact"), LIMITS)?;
    for layer in layers {
        unpacker.layer(&layout.blob(layer.digest), layer.packing)?;
    }
    unpacker.finish()
}

fn remove_tree(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
