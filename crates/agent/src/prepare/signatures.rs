//! Whether an artifact bears the signatures that this agent demands: fetched over its own connection, judged offline by its own
//! keys, and written down beside what was unpacked, so that a restart asks nobody.

use super::{
    PrepareError,
    fetch::{Length, Need, Wanted, fetch},
    manifest,
    revision::Preparation,
};
use crate::{
    layout::{Layout, write_atomically},
    trust::Demands,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};
use tidegate_domain::{digest::Digest, layer::is_elsewhere, name::Name};
use tidegate_trust::signature::{
    BUNDLE_LENGTH_MAX, EVIDENCE_MAX, Evidence, Material, PAYLOAD_LENGTH_MAX, Verdict, judge,
};

/// The version of the file that this build writes.
const VERSION: u32 = 1;
/// A layer that is a sigstore bundle; every version of it begins so.
const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle";
/// A layer that is signed by an annotation beside it.
const SIMPLE_SIGNING_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// That an artifact was found signed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Vetted {
    version: u32,
    artifact: Digest,
    /// The hash of what was demanded.
    demands: Digest,
    signers: Vec<Name>,
    at: Timestamp,
}

/// A manifest that holds signatures.
#[derive(Debug, Deserialize)]
struct Holder {
    #[serde(default)]
    layers: Vec<Layer>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layer {
    media_type: String,
    digest: Digest,
    size: u64,
    urls: Option<Vec<String>>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

impl Vetted {
    /// Whether that was found of `artifact` where it lies, by the same demands.
    pub(super) fn is_in(release: &Path, artifact: Digest, demands: &Demands) -> bool {
        let text = fs::read(Layout::vetted(release)).ok();
        let kept = text.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        kept.is_some_and(|kept| {
            (kept.version, kept.artifact, kept.demands) == (VERSION, artifact, demands.hash())
        })
    }

    pub(super) fn write(&self, release: &Path) -> Result<(), PrepareError> {
        let text = serde_json::to_vec_pretty(self).map_err(std::io::Error::from)?;
        Ok(write_atomically(&Layout::vetted(release), &text)?)
    }
}

/// Judges an artifact, of which the manifest is at hand.
pub(super) async fn vet(
    preparation: &Preparation,
    demands: &Demands,
    (artifact, manifest): (Digest, &[u8]),
) -> Result<Vetted, PrepareError> {
    let mut evidence = Vec::new();
    let bytes: Arc<[u8]> = manifest.into();
    let failed = |source| PrepareError::Link {
        digest: artifact,
        source,
    };
    let known = preparation.link.artifact_signatures(artifact).await;
    let mut reader = Reader {
        preparation,
        tried: 0,
        unread: Vec::new(),
    };
    let holders = known.map_err(failed)?.manifests;
    for holder in holders.into_iter().take(EVIDENCE_MAX) {
        for layer in reader.layers(holder).await? {
            if let Some(material) = reader.material(layer).await? {
                evidence.push(Evidence {
                    artifact_bytes: Some(bytes.clone()),
                    ..Evidence::new(material)
                });
            }
        }
    }
    let at = Timestamp::now();
    let verdict = judge(demands.keys(), &evidence, artifact, at);
    if !verdict.is_met() {
        return Err(refusal(&verdict, evidence.is_empty(), &reader.unread));
    }
    tracing::info!(%artifact, %verdict, "signed as demanded");
    let signers = verdict.signers.iter();
    Ok(Vetted {
        version: VERSION,
        artifact,
        demands: demands.hash(),
        signers: signers.map(|signer| signer.name().clone()).collect(),
        at,
    })
}

fn refusal(verdict: &Verdict, unsigned: bool, unread: &[Digest]) -> PrepareError {
    let how = if unsigned {
        "it is unsigned, and this agent demands signatures"
    } else {
        "it is not signed as this agent demands"
    };
    let unread = match unread {
        [] => String::new(),
        [first, ..] => format!(
            "; {} of its signatures could not be read, {first} first",
            unread.len()
        ),
    };
    PrepareError::Signatures {
        digest: verdict.artifact,
        reason: format!("{how}: {verdict}{unread}"),
    }
}

/// Reads what holds signatures. What cannot be had or read proves nothing; it is told, and must not keep what is sound from
/// being found.
///
/// What somebody attached decides how much there is, so no more of it is tried than would be judged.
struct Reader<'a> {
    preparation: &'a Preparation,
    /// How many signatures were asked for, in vain or not.
    tried: usize,
    unread: Vec<Digest>,
}

impl Reader<'_> {
    async fn layers(&mut self, holder: Digest) -> Result<Vec<Layer>, PrepareError> {
        let length = Length::AtMost(manifest::BYTES_MAX);
        let Some(bytes) = self.read(holder, length).await? else {
            return Ok(Vec::new());
        };
        match serde_json::from_slice::<Holder>(&bytes) {
            Ok(holder) => Ok(holder.layers),
            Err(error) => {
                self.pass_over(holder, &error);
                Ok(Vec::new())
            }
        }
    }

    async fn material(&mut self, layer: Layer) -> Result<Option<Material>, PrepareError> {
        if is_elsewhere(&layer.media_type, layer.urls.as_deref()) {
            return Ok(None);
        }
        let is_bundle = layer.media_type.starts_with(BUNDLE_TYPE);
        if !is_bundle && layer.media_type != SIMPLE_SIGNING_TYPE {
            return Ok(None);
        }
        let Some(bytes) = self.signature(&layer, is_bundle).await? else {
            return Ok(None);
        };
        Ok(Some(match is_bundle {
            true => Material::Bundle(bytes),
            false => Material::SimpleSigning {
                payload: bytes,
                annotations: layer.annotations,
            },
        }))
    }

    /// The bytes of a layer, unless it is longer than a signature may be or others were tried before it to the limit.
    async fn signature(
        &mut self,
        layer: &Layer,
        is_bundle: bool,
    ) -> Result<Option<Vec<u8>>, PrepareError> {
        let length_max = match is_bundle {
            true => BUNDLE_LENGTH_MAX,
            false => PAYLOAD_LENGTH_MAX,
        };
        if layer.size > length_max as u64 || self.tried == EVIDENCE_MAX {
            self.unread.push(layer.digest);
            return Ok(None);
        }
        self.tried += 1;
        self.read(layer.digest, Length::Exactly(layer.size)).await
    }

    async fn read(
        &mut self,
        digest: Digest,
        length: Length,
    ) -> Result<Option<Vec<u8>>, PrepareError> {
        let wanted = Wanted {
            digest,
            length,
            need: Need::OneOfMany,
        };
        let Preparation { link, layout, .. } = self.preparation;
        match fetch(link, layout, wanted, &|_| ()).await {
            Ok(path) => Ok(Some(fs::read(path)?)),
            Err(error @ (PrepareError::Link { .. } | PrepareError::Mismatch(_))) => {
                self.pass_over(digest, &error);
                Ok(None)
            }
            // This host's own trouble is nothing that is wrong with a signature.
            Err(error) => Err(error),
        }
    }

    fn pass_over(&mut self, digest: Digest, error: &(dyn std::error::Error + 'static)) {
        tracing::warn!(error, %digest, "what holds signatures could not be read");
        self.unread.push(digest);
    }
}
