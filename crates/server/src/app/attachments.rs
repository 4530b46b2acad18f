//! What is attached to artifacts: read once it arrives, matched against advisories, and kept for controls and people.

use super::{App, Error, entry};
use futures::{FutureExt, StreamExt};
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::attachment::{
    AttachedContent, Attachment, BillPart, BillSummary, Vulnerability,
};
use tidegate_store::{Tx, UnreadAttachment};
use tidegate_trust::{
    advisory::{Advisory, Matcher},
    attached::{ATTACHED_MAX, Found, Layer, Read, bill_part, ecosystems, layers, read},
    bill::Bill,
};

/// How many manifests are read before the lease is asked for again.
const BATCH: u64 = 16;
/// How long one server reads alone.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// The most vulnerabilities that are kept with a bill; the worst are first.
const VULNERABILITIES_MAX: usize = 1_000;

/// The most bytes of signatures and statements of one artifact that are kept: whenever somebody asks, all are judged.
const SIGNATURES_MAX: usize = 32 << 20;

/// What one manifest attaches, with the bills that are among it.
type Whole = Vec<(Attachment, Option<Bill>)>;

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
            self.read_attachment(of).await?;
        }
        if !waiting.is_empty() {
            self.bus.wake_engine();
        }
        Ok(waiting.len())
    }

    async fn read_attachment(&self, of: &UnreadAttachment) -> Result<(), Error> {
        let manifest = self
            .store
            .read(of.manifest, |tx, digest| tx.manifest(*digest).boxed())
            .await?;
        let mut whole: Whole = Vec::new();
        for layer in manifest.iter().flat_map(|it| layers(&it.body)) {
            whole.extend(self.read_layer(of, layer).await?);
        }
        let read = self.matched(whole).await?;
        self.store
            .write((of.clone(), read), |tx, (of, read)| {
                keep(tx, of, read).boxed()
            })
            .await
    }

    async fn read_layer(&self, of: &UnreadAttachment, layer: Layer) -> Result<Whole, Error> {
        let attachment = Attachment {
            manifest: of.manifest,
            blob: layer.digest,
            media_type: layer.media_type.clone(),
            received: of.since,
            content: AttachedContent::Other,
        };
        let bytes = match self.layer_bytes(&layer).await {
            Ok(bytes) => bytes,
            Err(why) => {
                let content = AttachedContent::Unreadable { why };
                let unreadable = Attachment {
                    content,
                    ..attachment
                };
                return Ok(vec![(unreadable, None)]);
            }
        };
        let artifact = of.artifact;
        let parsed = tokio::task::spawn_blocking(move || {
            read(Found {
                media_type: &layer.media_type,
                annotations: &layer.annotations,
                bytes: &bytes,
                artifact,
            })
        });
        let parsed = parsed.await.map_err(|why| Error::Broken(why.to_string()))?;
        let whole = |Read { content, bill }| {
            let attachment = Attachment {
                content,
                ..attachment.clone()
            };
            (attachment, bill)
        };
        Ok(parsed.into_iter().map(whole).collect())
    }

    /// The bytes of a layer, or in words why there are none.
    async fn layer_bytes(&self, layer: &Layer) -> Result<Vec<u8>, String> {
        if layer.size > ATTACHED_MAX {
            let (size, max) = (layer.size, ATTACHED_MAX);
            return Err(format!("it has {size} bytes, and {max} are read at most"));
        }
        let opened = self.registry.open_blob(layer.digest).await;
        let mut stream = opened.map_err(|why| why.to_string())?;
        let mut bytes = Vec::new();
        while let Some(piece) = stream.next().await {
            bytes.extend_from_slice(&piece.map_err(|why| why.to_string())?);
        }
        if tidegate_domain::digest::Digest::of(&bytes) != layer.digest {
            return Err("its bytes on the disk are damaged".to_owned());
        }
        Ok(bytes)
    }

    /// Bills with what is known against their parts.
    async fn matched(&self, whole: Whole) -> Result<Vec<(Attachment, Vec<BillPart>)>, Error> {
        let mut read = Vec::with_capacity(whole.len());
        for (mut attachment, bill) in whole {
            let parts: Vec<BillPart> = bill
                .iter()
                .flat_map(|bill| bill.parts.iter().map(bill_part))
                .collect();
            if let (AttachedContent::Bill { bill: summary }, Some(bill)) =
                (&mut attachment.content, bill)
            {
                self.match_bill(summary, bill, &parts).await?;
            }
            read.push((attachment, parts));
        }
        Ok(read)
    }

    async fn match_bill(
        &self,
        summary: &mut BillSummary,
        bill: Bill,
        parts: &[BillPart],
    ) -> Result<(), Error> {
        let packages: BTreeSet<(String, String)> = parts
            .iter()
            .flat_map(|part| part.known_as.iter().cloned())
            .collect();
        let needed = ecosystems(&bill);
        let (imported, unmatched, now, texts) = self
            .store
            .read((packages, needed), |tx, (packages, needed)| {
                async move {
                    let imported = tx.has_advisories().await?;
                    let known = tx.ecosystems_with_advisories(needed).await?;
                    let unmatched: BTreeSet<String> = needed - &known;
                    let about = tx.advisories_about(packages).await?;
                    Ok::<_, Error>((imported, unmatched, tx.now(), about))
                }
                .boxed()
            })
            .await?;
        if !imported {
            return Ok(());
        }
        let found = tokio::task::spawn_blocking(move || vulnerabilities(&texts, &bill));
        let mut found = found.await.map_err(|why| Error::Broken(why.to_string()))?;
        summary.untold = found.len().saturating_sub(VULNERABILITIES_MAX) as u64;
        found.truncate(VULNERABILITIES_MAX);
        summary.vulnerabilities = Some(found);
        summary.unmatched = unmatched;
        summary.matched_at = Some(now);
        Ok(())
    }
}

/// What is known against the parts of a bill, the worst first.
fn vulnerabilities(texts: &[String], bill: &Bill) -> Vec<Vulnerability> {
    let advisories = texts
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok());
    let matcher = Matcher::new(advisories.collect::<Vec<Advisory>>());
    let findings = matcher.findings(bill);
    findings.iter().map(|finding| finding.told()).collect()
}

/// Keeps what was read, and notes in the journal what is new of it.
async fn keep(
    tx: &mut Tx,
    of: &UnreadAttachment,
    read: &[(Attachment, Vec<BillPart>)],
) -> Result<(), Error> {
    let known = tx.attachments_of(&of.repository, of.artifact).await?;
    let (before, others): (Vec<&Attachment>, Vec<&Attachment>) =
        known.iter().partition(|it| it.manifest == of.manifest);
    let read = &within_room(read.to_vec(), &others);
    tx.record_attachments(of, read).await?;
    let subject = format!("artifact/{}@{}", of.repository, of.artifact);
    let (known, now) = (
        advisories(before.iter().copied()),
        advisories(read.iter().map(|(it, _)| it)),
    );
    if before.is_empty() {
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

/// What was read, but for signatures that there is no room for beside those of `others`.
fn within_room(
    mut read: Vec<(Attachment, Vec<BillPart>)>,
    others: &[&Attachment],
) -> Vec<(Attachment, Vec<BillPart>)> {
    let mut kept: usize = others.iter().map(|it| length(&it.content)).sum();
    for (attachment, _) in &mut read {
        kept += length(&attachment.content);
        if kept > SIGNATURES_MAX {
            kept -= length(&attachment.content);
            let why = format!(
                "the signatures of this artifact have more than {} MiB together",
                SIGNATURES_MAX >> 20
            );
            attachment.content = AttachedContent::Unreadable { why };
        }
    }
    read
}

const fn length(content: &AttachedContent) -> usize {
    match content {
        AttachedContent::Signature { text, .. } => text.len(),
        AttachedContent::Bill { .. }
        | AttachedContent::Tests { .. }
        | AttachedContent::Other
        | AttachedContent::Unreadable { .. } => 0,
    }
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
        AttachedContent::Signature { .. } => "signature",
        AttachedContent::Bill { .. } => "bill",
        AttachedContent::Tests { .. } => "tests",
        AttachedContent::Other => "other",
        AttachedContent::Unreadable { .. } => "unreadable",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidegate_domain::{attachment::SignatureForm, digest::Digest};

    #[test]
    fn signatures_beyond_their_room_are_told_and_not_kept() {
        let signature = |megabytes: usize| Attachment {
            manifest: Digest::of(b"manifest"),
            blob: Digest::of(b"blob"),
            media_type: String::new(),
            received: jiff::Timestamp::UNIX_EPOCH,
            content: AttachedContent::Signature {
                form: SignatureForm::Bundle,
                text: "x".repeat(megabytes << 20),
                annotations: BTreeMap::new(),
            },
        };
        let other = signature(20);
        let read = [signature(10), signature(5), signature(2)];
        let read = read.into_iter().map(|it| (it, Vec::new())).collect();
        let kept = within_room(read, &[&other]);
        let words: Vec<&str> = kept.iter().map(|(it, _)| word(&it.content)).collect();
        assert_eq!(words, ["signature", "unreadable", "signature"]);
    }
}
