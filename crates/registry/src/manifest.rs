//! Reads manifests and indexes, of OCI and Docker, and refuses what is ambiguous or unknown.
//!
//! May not: look anything up; whether the named blobs exist is the registry's question. Start at [`Manifest::read`].

mod names;

use crate::error::Error;
use serde::Deserialize;
use std::collections::BTreeMap;
use tidegate_domain::{digest::Digest, layer::is_elsewhere};
use tidegate_store::ManifestRecord;

/// The longest manifest (4 MiB, as the specification recommends).
pub(crate) const LENGTH_MAX: usize = 4 * 1024 * 1024;
/// More would be a way to keep the store busy, not an artifact.
const REFERENCES_MAX: usize = 10_000;

/// A manifest and the things it names.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) record: ManifestRecord,
    pub(crate) blobs: Vec<Named>,
    pub(crate) manifests: Vec<Named>,
}

/// Something that a manifest names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Image,
    Index,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: u32,
    media_type: Option<String>,
    artifact_type: Option<String>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
    manifests: Option<Vec<Descriptor>>,
    subject: Option<Descriptor>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    media_type: String,
    digest: Digest,
    size: u64,
    urls: Option<Vec<String>>,
}

impl Manifest {
    /// Reads `body`, which was sent with `content_type`.
    pub(crate) fn read(body: Vec<u8>, content_type: Option<&str>) -> Result<Self, Error> {
        let refused = |why: serde_json::Error| Error::ManifestInvalid(why.to_string());
        let document: Document = serde_json::from_slice(&body).map_err(refused)?;
        names::check(&body).map_err(refused)?;
        let sent = content_type
            .and_then(|text| text.split(';').next())
            .map(str::trim);
        let media_type = agree(sent, document.media_type.as_deref())?.to_owned();
        document.check(kind(&media_type)?)?;
        let blobs = document.blobs();
        let manifests: Vec<Named> = document
            .manifests
            .iter()
            .flatten()
            .map(Descriptor::named)
            .collect();
        let references: Vec<Digest> = blobs
            .iter()
            .chain(&manifests)
            .map(|named| named.digest)
            .collect();
        if references.len() > REFERENCES_MAX {
            return invalid(format!("it names more than {REFERENCES_MAX} things"));
        }
        let record = ManifestRecord {
            digest: Digest::of(&body),
            artifact_type: document.artifact_type(),
            subject: document.subject.as_ref().map(|subject| subject.digest),
            annotations: document
                .annotations
                .as_ref()
                .and_then(|annotations| serde_json::to_string(annotations).ok()),
            media_type,
            references,
            body,
        };
        Ok(Self {
            record,
            blobs,
            manifests,
        })
    }
}

impl Document {
    fn check(&self, kind: Kind) -> Result<(), Error> {
        if self.schema_version != 2 {
            return invalid("its schemaVersion is not 2");
        }
        match kind {
            Kind::Image if self.config.is_none() => invalid("an image manifest has a config"),
            // A document that two readers take for different things is refused (CVE-2021-41190).
            Kind::Image if self.manifests.is_some() => {
                invalid("an image manifest has no manifests")
            }
            Kind::Index if self.config.is_some() || self.layers.is_some() => {
                invalid("an index has neither config nor layers")
            }
            Kind::Index if self.manifests.is_none() => invalid("an index has manifests"),
            Kind::Image | Kind::Index => Ok(()),
        }
    }

    /// Layers that their makers keep at another place are not pushed.
    fn blobs(&self) -> Vec<Named> {
        let layers = self
            .layers
            .iter()
            .flatten()
            .filter(|layer| !is_elsewhere(&layer.media_type, layer.urls.as_deref()));
        self.config
            .iter()
            .chain(layers)
            .map(Descriptor::named)
            .collect()
    }

    /// A manifest without a type of its own has its config's (specification, §Listing Referrers).
    fn artifact_type(&self) -> Option<String> {
        let own = self.artifact_type.clone().filter(|text| !text.is_empty());
        own.or_else(|| self.config.as_ref().map(|config| config.media_type.clone()))
    }
}

impl Descriptor {
    fn named(&self) -> Named {
        Named {
            digest: self.digest,
            size: self.size,
        }
    }
}

fn agree<'a>(sent: Option<&'a str>, written: Option<&'a str>) -> Result<&'a str, Error> {
    match (sent, written) {
        (Some(sent), Some(written)) if sent != written => {
            invalid(format!("it was sent as {sent} but says {written}"))
        }
        (Some(text), _) | (None, Some(text)) => Ok(text),
        (None, None) => invalid("neither it nor the request says its media type"),
    }
}

fn kind(media_type: &str) -> Result<Kind, Error> {
    match media_type {
        "application/vnd.oci.image.manifest.v1+json"
        | "application/vnd.docker.distribution.manifest.v2+json" => Ok(Kind::Image),
        "application/vnd.oci.image.index.v1+json"
        | "application/vnd.docker.distribution.manifest.list.v2+json" => Ok(Kind::Index),
        other => {
            let other: String = other.chars().take(140).collect();
            invalid(format!("the media type {other} is not known here"))
        }
    }
}

fn invalid<T>(why: impl Into<String>) -> Result<T, Error> {
    Err(Error::ManifestInvalid(why.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
    const INDEX: &str = "application/vnd.oci.image.index.v1+json";
    const THING: &str = r#"{"mediaType":"application/vnd.oci.empty.v1+json","size":2,
        "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}"#;

    fn check(body: &str, content_type: Option<&str>, expect: &str) {
        let outcome = match Manifest::read(body.as_bytes().to_vec(), content_type) {
            Ok(manifest) => format!("{} blobs", manifest.blobs.len()),
            Err(error) => error.to_string(),
        };
        assert!(outcome.contains(expect), "{body}: {outcome}");
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        let image = format!(r#"{{"schemaVersion":2,"config":{THING},"layers":[{THING}]}}"#);
        check(&image, Some(IMAGE), "2 blobs");
        check(&image, Some(&format!("{IMAGE}; charset=utf-8")), "2 blobs");
        check(&image, None, "neither it nor");
        check(&image, Some(INDEX), "an index has neither");
        check(&image, Some("text/plain"), "not known here");
        check(&image.replace('2', "1"), Some(IMAGE), "not");
        check("{", Some(IMAGE), "not valid");
        check(r#"{"schemaVersion":2}"#, Some(IMAGE), "has a config");
        check(
            r#"{"schemaVersion":2,"manifests":[]}"#,
            Some(INDEX),
            "0 blobs",
        );
        check(
            r#"{"schemaVersion":2,"schemaVersion":2}"#,
            Some(INDEX),
            "duplicate",
        );
        let twice = image.replace(r#""layers""#, r#""Layers":[],"layers""#);
        check(&twice, Some(IMAGE), "`Layers` is written `layers`");
        let says = format!(r#"{{"schemaVersion":2,"mediaType":"{INDEX}","manifests":[]}}"#);
        check(&says, None, "0 blobs");
        check(&says, Some(IMAGE), "but says");
        let both = format!(r#"{{"schemaVersion":2,"config":{THING},"manifests":[]}}"#);
        check(&both, Some(IMAGE), "has no manifests");
        let trick = image.replace("44136fa3", "../../..");
        check(&trick, Some(IMAGE), "digest");
        let foreign = THING.replace("oci.empty", "oci.image.layer.nondistributable.v1.tar");
        check(
            &format!(r#"{{"schemaVersion":2,"config":{THING},"layers":[{foreign}]}}"#),
            Some(IMAGE),
            "1 blobs",
        );
        let addressed = THING.replace(r#""size":2,"#, r#""size":2,"urls":["https://x"],"#);
        check(
            &format!(r#"{{"schemaVersion":2,"config":{THING},"layers":[{addressed}]}}"#),
            Some(IMAGE),
            "1 blobs",
        );
    }
}
