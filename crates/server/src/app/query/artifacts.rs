//! What lies in the registry, by repository: what each tag names, how large that is, and why it must stay.

use super::super::{App, Error, Request, quarantine, request::Sight};
use futures::FutureExt;
use jiff::Timestamp;
use serde::Deserialize;
use tidegate_domain::digest::Digest;
use tidegate_store::{Repository, StoredManifest, TaggedManifest, Tx};

/// At most so many repositories, and so many tags of each, are shown.
const LIMIT: u32 = 100;

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// `PRODUCT/COMPONENT`.
    pub repository: String,
    /// The last moved tag first.
    pub lines: Vec<ShelfLine>,
}

/// A tag with what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShelfLine {
    /// The tag.
    pub tag: String,
    /// The digest of the manifest.
    pub digest: String,
    /// What kind of manifest.
    pub media_type: String,
    /// Of all the blobs it names, in bytes; none for what names no blobs of its own, such as an index.
    pub size: Option<u64>,
    /// Since when the tag names it.
    pub moved_at: Timestamp,
    /// Why it must stay, such as `release storefront 1.1.0`.
    pub pinned: Option<String>,
    /// What keeps it in quarantine.
    pub quarantine: Option<String>,
}

impl App {
    /// Every repository with its tags.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn shelves(&self, request: &Request) -> Result<Vec<Shelf>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let mut sight = request.sight(tx).await?;
                    let mut shelves = Vec::new();
                    for repository in tx.repositories(("", ""), LIMIT).await? {
                        if !sight.shows(&repository.product) {
                            continue;
                        }
                        let tagged = tx.tagged_manifests(&repository, LIMIT).await?;
                        let mut lines: Vec<ShelfLine> = Vec::with_capacity(tagged.len());
                        for it in tagged {
                            let of = (&repository, it.manifest.digest);
                            lines.push(ShelfLine {
                                quarantine: withheld(tx, request, of).await,
                                ..line(it, &mut sight)
                            });
                        }
                        shelves.push(Shelf {
                            repository: repository.to_string(),
                            lines,
                        });
                    }
                    Ok(shelves)
                }
                .boxed()
            })
            .await
    }
}

/// One that cannot be judged keeps the others from no list.
async fn withheld(tx: &mut Tx, request: &Request, of: (&Repository, Digest)) -> Option<String> {
    let found = tx
        .attempt(&(&*request.gate, of), |tx, (gate, of)| {
            quarantine::withheld(tx, gate, *of).boxed()
        })
        .await;
    found.unwrap_or_else(|why| Some(format!("nothing could be said of it: {why}")))
}

fn line(tagged: TaggedManifest, sight: &mut Sight) -> ShelfLine {
    ShelfLine {
        tag: tagged.tag,
        digest: tagged.manifest.digest.to_string(),
        size: size(&tagged.manifest),
        media_type: tagged.manifest.media_type,
        moved_at: tagged.moved_at,
        pinned: tagged.pinned.map(|reason| sight.told(reason)),
        quarantine: None,
    }
}

#[derive(Deserialize)]
struct Sizes {
    config: Option<Sized>,
    layers: Vec<Sized>,
}

#[derive(Deserialize)]
struct Sized {
    size: u64,
}

fn size(manifest: &StoredManifest) -> Option<u64> {
    let sizes: Sizes = serde_json::from_slice(&manifest.body).ok()?;
    let config = sizes.config.map_or(0, |config| config.size);
    Some(config + sizes.layers.iter().map(|layer| layer.size).sum::<u64>())
}
