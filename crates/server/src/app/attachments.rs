//! What is attached to artifacts: read once it arrives, matched against advisories, and kept for controls and people.

use super::{App, Error, entry};
use futures::{FutureExt, StreamExt};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::attachment::{
    AttachedContent, Attachment, BillPart, BillSummary, within_room,
};
use tidegate_store::{Repository, Tx, UnreadAttachment};
use tidegate_trust::{
    advisory::{Advisory, Matcher, Worst},
    attached::{
        ATTACHED_MAX, CONFIG_MAX, Found, Layer, PARTS_MAX, Read, bill_part, config, ecosystems,
        is_evidence, layers, read,
    },
    bill::{Bill, Part},
};

/// How many manifests are read before the lease is asked for again.
const BATCH: u64 = 16;
/// How long one server reads alone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How many parts of a bill are looked up in one go.
const CHUNK: usize = 200;
/// What fails waits a second, and twice as long each time, up to an hour.
const PAUSE_MAX: SignedDuration = SignedDuration::from_hours(1);

/// Why a layer is not read.
enum NotRead {
    /// It never will be.
    Never(String),
    /// It may be later.
    NotNow(String),
}

/// What one manifest attaches, each with its parts if it is a bill.
type Whole = Vec<(Attachment, Vec<BillPart>)>;
/// A manifest, and its config as far as that can be read.
type Said = (Vec<u8>, Option<Vec<u8>>);

impl App {
    /// Reads some of what waits; answers how much it was. One server at a time does it.
    ///
    /// # Errors
    /// When the store fails; what was not read waits on.
    pub(crate) async fn read_attachments(&self, holder: &str) -> Result<usize, Error> {
        let some = self
            .store
            .read((), |tx, ()| tx.unread_attachments(1).boxed());
        if some.await?.is_empty() {
            return Ok(0);
        }
        let waiting = self
            .store
            .write(holder.to_owned(), |tx, holder| {
                async move {
                    match tx.take_lease("attachments", holder, LEASE).await? {
                        Some(_) => Ok::<_, Error>(tx.unread_attachments(BATCH).await?),
                        None => Ok(Vec::new()),
                    }
                }
                .boxed()
            })
            .await?;
        for of in &waiting {
            // One that fails must not keep the others from being read.
            if let Err(why) = self.read_attachment(of).await {
                tracing::warn!(
                    manifest = %of.manifest,
                    error = &why as &dyn std::error::Error,
                    "attachments.not_read"
                );
                self.put_off(of).await?;
            }
        }
        if !waiting.is_empty() {
            self.bus.wake_engine();
        }
        Ok(waiting.len())
    }

    async fn put_off(&self, of: &UnreadAttachment) -> Result<(), Error> {
        let doubled = 1_i64 << of.tries.min(12);
        let pause = SignedDuration::from_secs(doubled).min(PAUSE_MAX);
        self.store
            .write((of.clone(), pause), |tx, (of, pause)| {
                async move {
                    let due = tx.now() + *pause;
                    Ok::<_, Error>(tx.record_attachment_failed(of, due).await?)
                }
                .boxed()
            })
            .await
    }

    async fn read_attachment(&self, of: &UnreadAttachment) -> Result<(), Error> {
        let manifest = self
            .store
            .read(of.manifest, |tx, digest| tx.manifest(*digest).boxed())
            .await?;
        let mut whole: Whole = Vec::new();
        let mut room = ATTACHED_MAX;
        for layer in manifest.iter().flat_map(|it| layers(&it.body)) {
            // All layers together have the room of one: bills stay in memory until they are kept.
            whole.extend(self.read_layer(of, layer, &mut room).await?);
        }
        let mut said: Option<Said> = None;
        if let Some(manifest) = manifest {
            let config = self.read_config(of, &manifest.body).await?;
            said = Some((manifest.body, config));
        }
        self.store
            .write((of.clone(), whole, said), |tx, (of, whole, said)| {
                keep(tx, of, (whole, said.as_ref())).boxed()
            })
            .await
    }

    /// The config of a manifest; none where there is none that is looked at.
    async fn read_config(
        &self,
        of: &UnreadAttachment,
        manifest: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let Some(config) = config(manifest) else {
            return Ok(None);
        };
        let bytes = self.layer_bytes(&of.repository, &config, CONFIG_MAX);
        match bytes.await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(NotRead::NotNow(why)) => Err(Error::Broken(why)),
            Err(NotRead::Never(_)) => Ok(None),
        }
    }

    async fn read_layer(
        &self,
        of: &UnreadAttachment,
        layer: Layer,
        room: &mut u64,
    ) -> Result<Whole, Error> {
        let attachment = Attachment {
            manifest: of.manifest,
            blob: layer.digest,
            media_type: layer.media_type.clone(),
            received: of.received,
            content: AttachedContent::Other,
        };
        let with = |content| Attachment {
            content,
            ..attachment.clone()
        };
        let bytes = match self.layer_bytes(&of.repository, &layer, *room).await {
            Ok(bytes) => bytes,
            Err(NotRead::NotNow(why)) => return Err(Error::Broken(why)),
            Err(NotRead::Never(why)) => {
                return Ok(vec![(
                    with(AttachedContent::Unreadable { why }),
                    Vec::new(),
                )]);
            }
        };
        *room -= layer.size;
        let artifact = of.artifact;
        let parsed = tokio::task::spawn_blocking(move || {
            read(Found {
                media_type: &layer.media_type,
                annotations: &layer.annotations,
                bytes: &bytes,
                artifact,
            })
        });
        let Ok(parsed) = parsed.await else {
            let why = "reading it broke off".to_owned();
            return Ok(vec![(
                with(AttachedContent::Unreadable { why }),
                Vec::new(),
            )]);
        };
        let mut whole = Vec::with_capacity(parsed.len());
        for Read { mut content, bill } in parsed {
            let mut parts = Vec::new();
            if let (AttachedContent::Bill { bill: summary }, Some(bill)) = (&mut content, bill) {
                parts = self.matched(summary, bill).await?;
            }
            whole.push((with(content), parts));
        }
        Ok(whole)
    }

    /// The bytes of a layer that the repository shows, as many as its manifest says.
    async fn layer_bytes(
        &self,
        repository: &Repository,
        layer: &Layer,
        room: u64,
    ) -> Result<Vec<u8>, NotRead> {
        let input = (repository.clone(), layer.digest);
        let shown = self
            .store
            .read(input, |tx, (repository, digest)| {
                async move { Ok::<_, Error>(tx.blob_size(repository, *digest).await?) }.boxed()
            })
            .await;
        let shown = shown.map_err(|why| NotRead::NotNow(why.to_string()))?;
        if shown != Some(layer.size) {
            let why = "the repository has no such blob of that size".to_owned();
            return Err(NotRead::Never(why));
        }
        if layer.size > room {
            let why = format!(
                "it has {} bytes, and {ATTACHED_MAX} of a manifest are read at most",
                layer.size
            );
            return Err(NotRead::Never(why));
        }
        let opened = self.registry.open_blob(layer.digest).await;
        let mut stream = opened.map_err(|why| NotRead::NotNow(why.to_string()))?;
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            // Bent bytes end in an error: the blob is set aside then, until it is pushed again.
            let piece = piece.map_err(|why| NotRead::NotNow(why.to_string()))?;
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }

    /// Looks the parts of a bill up in what was imported; answers them as they are looked for.
    async fn matched(&self, summary: &mut BillSummary, bill: Bill) -> Result<Vec<BillPart>, Error> {
        let needed = ecosystems(&bill);
        let (imported, unmatched, now) = self
            .store
            .read(needed, |tx, needed| {
                async move {
                    let imported = tx.has_advisories().await?;
                    let known = tx.ecosystems_with_advisories(needed).await?;
                    let unmatched: BTreeSet<String> = needed - &known;
                    Ok::<_, Error>((imported, unmatched, tx.now()))
                }
                .boxed()
            })
            .await?;
        let mut worst = Worst::default();
        let mut all = Vec::new();
        let mut rest = bill.parts;
        rest.truncate(PARTS_MAX);
        while !rest.is_empty() {
            let behind = rest.split_off(rest.len().min(CHUNK));
            let parts = std::mem::replace(&mut rest, behind);
            let kept: Vec<BillPart> = parts.iter().map(bill_part).collect();
            if imported {
                worst = self.look_up(parts, &kept, worst).await?;
            }
            all.extend(kept);
        }
        if imported {
            let (vulnerabilities, untold) = worst.told();
            summary.vulnerabilities = Some(vulnerabilities);
            summary.untold = untold;
            summary.unmatched = unmatched;
            summary.matched_at = Some(now);
        }
        Ok(all)
    }

    /// Adds what is known against some parts to the worst that is known so far.
    async fn look_up(
        &self,
        parts: Vec<Part>,
        kept: &[BillPart],
        mut worst: Worst,
    ) -> Result<Worst, Error> {
        let packages: BTreeSet<(String, String)> = kept
            .iter()
            .flat_map(|part| part.known_as.iter().cloned())
            .collect();
        let texts = self
            .store
            .read(packages, |tx, packages| {
                async move { Ok::<_, Error>(tx.advisories_about(packages).await?) }.boxed()
            })
            .await?;
        let looked = tokio::task::spawn_blocking(move || {
            let advisories = texts
                .iter()
                .filter_map(|text| serde_json::from_str(text).ok());
            let matcher = Matcher::new(advisories.collect::<Vec<Advisory>>());
            for part in &parts {
                for finding in matcher.findings_of(part) {
                    worst.add(finding.told());
                }
            }
            worst
        });
        looked.await.map_err(|why| Error::Broken(why.to_string()))
    }
}

/// Keeps what was read, and notes in the journal what is new of it.
async fn keep(
    tx: &mut Tx,
    of: &UnreadAttachment,
    (read, said): (&[(Attachment, Vec<BillPart>)], Option<&Said>),
) -> Result<(), Error> {
    let known = tx.attachments_of(&of.repository, of.artifact).await?;
    let (before, others): (Vec<&Attachment>, Vec<&Attachment>) =
        known.iter().partition(|it| it.manifest == of.manifest);
    let read: Whole = within_room(read.to_vec(), &others)
        .into_iter()
        .map(|(attachment, parts)| (attachment, parts.unwrap_or_default()))
        .collect();
    tx.record_attachments(of, &read).await?;
    let kept: Vec<&Attachment> = read.iter().map(|(it, _)| it).collect();
    if said.is_some_and(|(body, config)| is_evidence(body, config.as_deref(), &kept)) {
        tx.record_is_evidence(of).await?;
    }
    let subject = format!("artifact/{}@{}", of.repository, of.artifact);
    let (known, now) = (
        advisories(before.iter().copied()),
        advisories(read.iter().map(|(it, _)| it)),
    );
    if before.is_empty() && !read.is_empty() {
        let kinds: Vec<&str> = read.iter().map(|(it, _)| word(&it.content)).collect();
        let detail = serde_json::json!({ "manifest": of.manifest, "attached": kinds });
        let what = ("artifact.attached", subject.as_str());
        tx.record_entry(&entry(tx, "tidegate", what, &detail))
            .await?;
    }
    if known != now {
        let news: BTreeMap<&String, &str> = now
            .iter()
            .filter(|(id, _)| !known.contains_key(*id))
            .map(|(id, severity)| (id, *severity))
            .collect();
        let gone: Vec<&String> = known.keys().filter(|id| !now.contains_key(*id)).collect();
        let detail = serde_json::json!({ "manifest": of.manifest, "new": news, "gone": gone });
        let what = ("artifact.vulnerabilities", subject.as_str());
        tx.record_entry(&entry(tx, "tidegate", what, &detail))
            .await?;
    }
    Ok(())
}

/// The advisories that are known against what is attached, with how bad they are.
fn advisories<'a>(
    attachments: impl Iterator<Item = &'a Attachment>,
) -> BTreeMap<String, &'static str> {
    let bills = attachments.filter_map(|it| match &it.content {
        AttachedContent::Bill { bill } => bill.vulnerabilities.as_ref(),
        AttachedContent::Signature { .. }
        | AttachedContent::Tests { .. }
        | AttachedContent::Other
        | AttachedContent::Beyond { .. }
        | AttachedContent::Unreadable { .. } => None,
    });
    bills
        .flatten()
        .map(|it| (it.advisory.clone(), it.severity.word()))
        .collect()
}

/// What it is, in a word.
pub(super) const fn word(content: &AttachedContent) -> &'static str {
    match content {
        AttachedContent::Unreadable { .. } => "unreadable",
        AttachedContent::Beyond { .. } => "beyond",
        AttachedContent::Signature { .. }
        | AttachedContent::Bill { .. }
        | AttachedContent::Tests { .. }
        | AttachedContent::Other => content.kind().word(),
    }
}
