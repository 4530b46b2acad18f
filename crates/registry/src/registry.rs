//! What the registry does, apart from HTTP: each method is one use-case with its own transaction.
//!
//! May not: ask who the caller is; that is done before. The server's own code uses [`Registry::open_blob`] and,
//! inside its transactions, `Tx::resolve_tag`, `Tx::manifest` and `Tx::pin_manifest` of the store.

use crate::{
    blobs::{BlobReader, Blobs, Upload},
    error::Error,
    manifest::Manifest,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tidegate_domain::{attachment::artifact_of_tag, digest::Digest, version::Version};
use tidegate_store::{Repository, Store, StoredManifest, Tx};
use tokio::sync::Notify;

/// A lease that lasts longer than this is not renewed, so that asking again costs no write.
const LEASE_ENOUGH: SignedDuration = SignedDuration::from_hours(12);

/// The artifacts of one server: rows in the store, files in the directory. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Registry {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    attached: Arc<Notify>,
    pushed: Arc<Notify>,
}

/// A manifest on its way into a repository.
#[derive(Debug)]
struct Put {
    repository: Repository,
    tag: Option<Version>,
    manifest: Manifest,
    now: Timestamp,
}

impl Registry {
    /// The registry over these rows and files.
    pub fn new(store: Store, blobs: Blobs) -> Self {
        Self {
            store,
            blobs,
            attached: Arc::default(),
            pushed: Arc::default(),
        }
    }

    /// Waits until something was attached to an artifact. It wakes and tells nothing: what waits to be read is in the
    /// store.
    pub async fn attached(&self) {
        self.attached.notified().await;
    }

    /// Waits until a manifest was put. It wakes and tells nothing.
    pub async fn pushed(&self) {
        self.pushed.notified().await;
    }

    /// The files, for uploads.
    pub const fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Opens a blob in whatever repository it is: for the server's own use, after its own checks.
    pub async fn open_blob(&self, digest: Digest) -> Result<BlobReader, Error> {
        let blob = self.blobs.read(digest).await?;
        // An empty file is sent without a byte that could be held back.
        let cut = |blob: &BlobReader| blob.size() == 0 && digest != Digest::of(b"");
        blob.filter(|blob| !cut(blob))
            .ok_or(Error::BlobUnknown(digest))
    }

    /// The size of a blob that `repository` shows.
    pub(crate) async fn blob_size(
        &self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<u64, Error> {
        let size: Result<_, Error> = self
            .store
            .read((repository.clone(), digest), |tx, (repository, digest)| {
                async move { Ok(tx.blob_size(repository, *digest).await?) }.boxed()
            })
            .await;
        size?.ok_or(Error::BlobUnknown(digest))
    }

    /// Keeps what a pusher was told of, so that it is still there when its manifest comes.
    pub(crate) async fn lease(&self, digest: Digest, now: Timestamp) -> Result<(), Error> {
        let leased: Result<bool, Error> = self
            .store
            .read((digest, now + LEASE_ENOUGH), |tx, (digest, time)| {
                async move { Ok(tx.leased_beyond(*digest, *time).await?) }.boxed()
            })
            .await;
        if leased? {
            return Ok(());
        }
        self.store
            .write((digest, now), |tx, (digest, now)| {
                async move { Ok(tx.lease(*digest, *now).await?) }.boxed()
            })
            .await
    }

    /// Finishes an upload: the blob is durable and visible in `repository` once this returns.
    ///
    /// Runs to its end even if the caller goes away, so that a row never outlives its file.
    pub async fn finish_upload(
        &self,
        upload: Upload,
        repository: &Repository,
        expected: Digest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let store = self.store.clone();
        let repository = repository.clone();
        let work = async move {
            let placed = upload.finish(expected).await?;
            let row = (repository, placed.digest, placed.size, now);
            let stored: Result<(), Error> = store
                .write(row, |tx, (repository, digest, size, now)| {
                    async move {
                        Ok(tx
                            .record_blob_stored(repository, *digest, *size, *now)
                            .await?)
                    }
                    .boxed()
                })
                .await;
            drop(placed);
            stored
        };
        let done = tokio::spawn(work).await;
        done.unwrap_or_else(
            |fault| Err(crate::BlobError::File(std::io::Error::other(fault)).into()),
        )
    }

    /// A blob of `from` becomes visible in `to`. False: `from` has none.
    pub(crate) async fn mount(
        &self,
        from: Repository,
        to: Repository,
        digest: Digest,
        now: Timestamp,
    ) -> Result<bool, Error> {
        self.store
            .write((from, to, digest, now), |tx, (from, to, digest, now)| {
                async move { Ok(tx.record_blob_mounted(from, to, *digest, *now).await?) }.boxed()
            })
            .await
    }

    /// `repository` no longer shows the blob, unless a manifest there names it.
    pub(crate) async fn delete_blob(
        &self,
        repository: &Repository,
        blob: Digest,
    ) -> Result<(), Error> {
        self.store
            .write((repository.clone(), blob), |tx, (repository, blob)| {
                async move {
                    if let Some(manifest) = tx.manifest_naming(repository, *blob).await? {
                        return Err(Error::BlobNeeded {
                            blob: *blob,
                            manifest,
                        });
                    }
                    let gone = tx.record_blob_deleted(repository, *blob).await?;
                    if gone {
                        Ok(())
                    } else {
                        Err(Error::BlobUnknown(*blob))
                    }
                }
                .boxed()
            })
            .await
    }

    /// The manifest that a tag names.
    pub async fn manifest_tagged(
        &self,
        repository: &Repository,
        tag: &Version,
    ) -> Result<StoredManifest, Error> {
        let found: Result<_, Error> = self
            .store
            .read(
                (repository.clone(), tag.clone()),
                |tx, (repository, tag)| {
                    async move { Ok(tx.manifest_tagged(repository, tag).await?) }.boxed()
                },
            )
            .await;
        found?.ok_or_else(|| Error::ManifestUnknown(tag.to_string()))
    }

    /// A manifest that `repository` shows.
    pub async fn manifest_in(
        &self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<StoredManifest, Error> {
        let found: Result<_, Error> = self
            .store
            .read((repository.clone(), digest), |tx, (repository, digest)| {
                async move { Ok(tx.manifest_in(repository, *digest).await?) }.boxed()
            })
            .await;
        found?.ok_or_else(|| Error::ManifestUnknown(digest.to_string()))
    }

    /// The manifest becomes visible in `repository`, and the tag names it.
    pub(crate) async fn put_manifest(
        &self,
        repository: &Repository,
        tag: Option<Version>,
        manifest: Manifest,
        now: Timestamp,
    ) -> Result<(), Error> {
        let put = Put {
            repository: repository.clone(),
            tag,
            manifest,
            now,
        };
        let attaches = put.artifact().is_some();
        self.store.write(put, |tx, put| put.run(tx).boxed()).await?;
        self.pushed.notify_one();
        if attaches {
            self.attached.notify_one();
        }
        Ok(())
    }

    /// `repository` no longer shows the manifest, unless a release or an index needs it.
    pub(crate) async fn delete_manifest(
        &self,
        repository: &Repository,
        digest: Digest,
    ) -> Result<(), Error> {
        self.store
            .write((repository.clone(), digest), |tx, (repository, digest)| {
                async move {
                    let digest = *digest;
                    if let Some(reason) = tx.pin_reason(digest).await? {
                        let reason = told(repository, reason);
                        return Err(Error::ManifestPinned { digest, reason });
                    }
                    let gone = tx.record_manifest_deleted(repository, digest).await?;
                    if gone {
                        Ok(())
                    } else {
                        Err(Error::ManifestUnknown(digest.to_string()))
                    }
                }
                .boxed()
            })
            .await
    }

    /// The tag is gone, unless a release holds it.
    pub(crate) async fn delete_tag(
        &self,
        repository: &Repository,
        tag: &Version,
    ) -> Result<(), Error> {
        self.store
            .write(
                (repository.clone(), tag.clone()),
                |tx, (repository, tag)| {
                    async move {
                        if let Some(pin) = tx.tag_pin(repository, tag).await? {
                            return Err(Error::TagSealed {
                                tag: tag.clone(),
                                reason: pin.reason,
                            });
                        }
                        let gone = tx.record_tag_deleted(repository, tag).await?;
                        if gone {
                            Ok(())
                        } else {
                            Err(Error::ManifestUnknown(tag.to_string()))
                        }
                    }
                    .boxed()
                },
            )
            .await
    }
}

impl Put {
    async fn run(&self, tx: &mut Tx) -> Result<(), Error> {
        self.check_named(tx).await?;
        let record = &self.manifest.record;
        if let Some(tag) = &self.tag {
            let pin = tx.tag_pin(&self.repository, tag).await?;
            if let Some(pin) = pin.filter(|pin| pin.digest != record.digest) {
                return Err(Error::TagSealed {
                    tag: tag.clone(),
                    reason: pin.reason,
                });
            }
        }
        tx.record_manifest_put(&self.repository, record, self.now)
            .await?;
        if let Some(tag) = &self.tag {
            tx.record_tag_moved(&self.repository, tag, record.digest, self.now)
                .await?;
        }
        if let Some(artifact) = self.artifact() {
            let attaches = (record.digest, artifact);
            tx.record_attachment_put(&self.repository, attaches, self.now)
                .await?;
        }
        Ok(())
    }

    /// What it speaks of, by its subject or by cosign's tags.
    fn artifact(&self) -> Option<Digest> {
        let tag = self.tag.as_ref().map(Version::as_str);
        let subject = self.manifest.record.subject;
        subject.or_else(|| tag.and_then(artifact_of_tag))
    }

    async fn check_named(&self, tx: &mut Tx) -> Result<(), Error> {
        for blob in &self.manifest.blobs {
            let size = tx.blob_size(&self.repository, blob.digest).await?;
            check_size(size, blob.size, blob.digest)?;
        }
        for child in &self.manifest.manifests {
            let found = tx.manifest_in(&self.repository, child.digest).await?;
            let size = found.map(|manifest| manifest.body.len() as u64);
            check_size(size, child.size, child.digest)?;
        }
        Ok(())
    }
}

fn check_size(stored: Option<u64>, named: u64, digest: Digest) -> Result<(), Error> {
    match stored {
        None => Err(Error::ManifestBlobUnknown(digest)),
        Some(stored) if stored != named => {
            let why = format!("it says that {digest} has {named} bytes, but it has {stored}");
            Err(Error::ManifestInvalid(why))
        }
        Some(_) => Ok(()),
    }
}

/// What holds a manifest, as whoever may delete from `repository` is told. Equal manifests are one, whoever pushed them, and a release
/// of another product is nobody's business here.
fn told(repository: &Repository, reason: String) -> String {
    match reason.split(' ').nth(1) {
        Some(product) if product == repository.product.as_str() => reason,
        Some(_) | None => "a release of another product".to_owned(),
    }
}
