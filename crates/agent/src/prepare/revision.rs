//! Preparing all components of one revision, each in a directory named by its workload.

use super::{
    PrepareError,
    fetch::{Length, Need, Wanted, fetch},
    manifest::{self, Layer},
    signatures::{self, Vetted},
    unpack::{LIMITS, Unpacker},
};
use crate::{
    layout::{Layout, sync_directory},
    link::Link,
    trust::Demands,
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
    /// Which signatures an artifact must bear.
    pub(crate) demands: Option<Demands>,
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

/// Whether every component of `revision` lies ready, and was found to bear the signatures that are demanded.
pub(crate) fn is_ready(layout: &Layout, revision: &Revision, demands: Option<&Demands>) -> bool {
    missing((layout, demands), revision).is_empty()
}

/// One component to unpack, or only to be found signed where it was unpacked before that was demanded.
struct Part {
    artifact: Digest,
    /// Who signed it, where that is demanded.
    vetted: Option<Vetted>,
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
    let done = match preparation.parts(revision).await {
        Ok(parts) => {
            // What an abandoned preparation downloaded takes no room from this one.
            preparation.discard_all_but(&parts);
            preparation.complete(parts, progress).await
        }
        Err(error) => Err(error),
    };
    // What is unpacked is not kept twice, and what could not be finished not at all.
    preparation.discard_all_but(&[]);
    done
}

fn missing<'a>(
    (layout, demands): (&Layout, Option<&Demands>),
    revision: &'a Revision,
) -> Vec<(&'a ComponentRevision, PathBuf)> {
    let is_good = |(component, release): &(&ComponentRevision, PathBuf)| {
        release.is_dir()
            && demands.is_none_or(|demands| Vetted::is_in(release, component.artifact, demands))
    };
    let place = |c: &'a ComponentRevision| {
        let release = layout.release(&revision.product, &c.component, c.workload());
        (c, release)
    };
    let places = revision.components.iter().map(place);
    places.filter(|place| !is_good(place)).collect()
}

impl Preparation {
    /// What is to be unpacked of a revision, signed as is demanded.
    async fn parts(&self, revision: &Revision) -> Result<Vec<Part>, PrepareError> {
        let mut parts = Vec::new();
        let have = (&self.layout, self.demands.as_ref());
        for (component, release) in missing(have, revision) {
            let artifact = component.artifact;
            let manifest = self.manifest(artifact).await?;
            match self.vet(artifact, &manifest).await? {
                Some(vetted) if release.is_dir() => vetted.write(&release)?,
                vetted => parts.push(Part {
                    artifact,
                    vetted,
                    release,
                    layers: manifest::layers(artifact, &manifest)?,
                }),
            }
        }
        Ok(parts)
    }

    async fn manifest(&self, manifest: Digest) -> Result<Vec<u8>, PrepareError> {
        let wanted = Wanted {
            digest: manifest,
            length: Length::AtMost(manifest::BYTES_MAX),
            need: Need::Whole,
        };
        let path = fetch(&self.link, &self.layout, wanted, &|_| ()).await?;
        Ok(fs::read(path)?)
    }

    /// Who signed an artifact, if that is demanded; it is an error if they are too few.
    async fn vet(&self, artifact: Digest, manifest: &[u8]) -> Result<Option<Vetted>, PrepareError> {
        match &self.demands {
            None => Ok(None),
            Some(demands) => signatures::vet(self, demands, (artifact, manifest))
                .await
                .map(Some),
        }
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
                need: Need::Whole,
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
    unpacker.finish()?;
    match &part.vetted {
        Some(vetted) => vetted.write(&place),
        None => Ok(()),
    }
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
