//! What is attached to an artifact, by its type: read, and boiled down to what is kept of it.

mod statement_bill;

use crate::{
    attestation,
    bill::{self, About, Bill, Part, is_about},
    signature, test_report,
};
use serde::{Deserialize, de::IgnoredAny};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    attachment::{
        AttachedContent, AttachedKind, Attachment, BillPart, BillSummary, SignatureForm,
        TESTS_TYPE, TestSummary, search_key,
    },
    digest::Digest,
    layer::is_elsewhere,
};

/// The media type of sigstore bundles (sigstore protobuf-specs, `sigstore_bundle.proto`).
pub const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
/// The media type of cosign's payloads (cosign `specs/SIGNATURE_SPEC.md`).
pub const SIMPLE_SIGNING_TYPE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";
/// The media type of DSSE envelopes in cosign's attestation manifests.
pub const ENVELOPE_TYPE: &str = "application/vnd.dsse.envelope.v1+json";
/// The most tests that failed which are kept by name.
const FAILURES_MAX: usize = 20;

/// The most layers of a manifest that are read.
pub const LAYERS_MAX: usize = 64;
/// The most parts of a bill that are kept and looked up.
pub const PARTS_MAX: usize = 50_000;
/// The most remarks about a bill that are kept.
const REMARKS_MAX: usize = 10;
/// The longest config that evidence has, in bytes.
pub const CONFIG_MAX: u64 = 64 * 1024;
/// What the config of an image says (OCI image specification, `config.md`) that cosign writes beside signatures.
const CONFIG_NAMES: [&str; 7] = [
    "architecture",
    "author",
    "config",
    "created",
    "history",
    "os",
    "rootfs",
];
/// The largest attachment that is read, in bytes.
pub const ATTACHED_MAX: u64 = 64 << 20;

/// What is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The media type of the layer.
    pub media_type: &'a str,
    /// Its annotations.
    pub annotations: &'a BTreeMap<String, String>,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// The artifact that it is attached to.
    pub artifact: Digest,
}

/// A layer of a manifest that attaches something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// What it is.
    pub media_type: String,
    /// Its bytes.
    pub digest: Digest,
    /// How many.
    pub size: u64,
    /// What is said of it.
    pub annotations: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    artifact_type: Option<String>,
    config: Option<WireLayer>,
    #[serde(default)]
    layers: Vec<WireLayer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLayer {
    media_type: String,
    digest: Digest,
    size: u64,
    urls: Option<Vec<String>>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

/// What a manifest attaches: its first [`LAYERS_MAX`] layers. One whose type nobody here knows is what the whole manifest
/// says it is.
pub fn layers(manifest: &[u8]) -> Vec<Layer> {
    let Ok(read) = serde_json::from_slice::<Manifest>(manifest) else {
        return Vec::new();
    };
    let whole = read.artifact_type.filter(|kind| is_known(kind));
    // What its makers keep at another place was never pushed; and twice the same says nothing new.
    let mut seen = BTreeSet::new();
    let layers = read
        .layers
        .into_iter()
        .filter(|it| !is_elsewhere(&it.media_type, it.urls.as_deref()))
        .filter(|it| seen.insert(it.digest))
        .take(LAYERS_MAX);
    layers
        .map(|layer| Layer {
            media_type: match &whole {
                Some(whole) if !is_known(&layer.media_type) => whole.clone(),
                Some(_) | None => layer.media_type,
            },
            digest: layer.digest,
            size: layer.size,
            annotations: layer.annotations,
        })
        .collect()
}

/// What a manifest says beside its layers, to be read with them; none where it is no manifest of layers.
pub fn config(manifest: &[u8]) -> Option<Layer> {
    let config = serde_json::from_slice::<Manifest>(manifest).ok()?.config?;
    Some(Layer {
        media_type: config.media_type,
        digest: config.digest,
        size: config.size,
        annotations: config.annotations,
    })
}

/// Whether a manifest brings nothing but what was read here as a signature, a statement, a bill or a report.
///
/// What it says of its own types counts for nothing: `read` is what its layers turned out to be, `config` the bytes of its
/// config.
pub fn is_evidence(manifest: &[u8], config: Option<&[u8]>, read: &[&Attachment]) -> bool {
    let Ok(whole) = serde_json::from_slice::<Manifest>(manifest) else {
        return false;
    };
    let was_read = |layer: &WireLayer| {
        let mut of_it = read.iter().filter(|it| it.blob == layer.digest).peekable();
        of_it.peek().is_some() && of_it.all(|it| it.content.kind() != AttachedKind::Other)
    };
    !whole.layers.is_empty()
        && whole.layers.iter().all(was_read)
        && config.is_some_and(says_nothing)
}

/// Whether a config holds nothing of its own: it is empty, or names the layers of an image that nobody runs, as cosign's do.
fn says_nothing(config: &[u8]) -> bool {
    let named = attestation::read::<BTreeMap<String, IgnoredAny>>(config, config.len());
    named.is_ok_and(|named| {
        named
            .keys()
            .all(|name| CONFIG_NAMES.contains(&name.as_str()))
    })
}

fn is_known(media_type: &str) -> bool {
    let media_type = media_type.split(';').next().unwrap_or_default();
    [BUNDLE_TYPE, SIMPLE_SIGNING_TYPE, ENVELOPE_TYPE, TESTS_TYPE].contains(&media_type)
        || is_bill(media_type)
}

/// What one attachment holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// What is kept of it.
    pub content: AttachedContent,
    /// The bill of materials, if it is one.
    pub bill: Option<Bill>,
}

/// Reads an attachment. A signed statement may hold a bill of materials: then it is two things.
pub fn read(found: Found<'_>) -> Vec<Read> {
    let media_type = found.media_type.split(';').next().unwrap_or_default();
    match media_type {
        BUNDLE_TYPE => signed(found, SignatureForm::Bundle),
        SIMPLE_SIGNING_TYPE => signed(found, SignatureForm::SimpleSigning),
        ENVELOPE_TYPE => signed(found, SignatureForm::Envelope),
        TESTS_TYPE => vec![tests(found.bytes)],
        other if is_bill(other) => vec![bill_of(found)],
        _ => vec![plain(AttachedContent::Other)],
    }
}

/// `application/vnd.cyclonedx+json`, `application/spdx+json`, and what older tools write instead.
fn is_bill(media_type: &str) -> bool {
    (media_type.contains("cyclonedx") || media_type.contains("spdx")) && !media_type.contains("xml")
}

const fn plain(content: AttachedContent) -> Read {
    Read {
        content,
        bill: None,
    }
}

fn unreadable(why: &dyn std::error::Error) -> Read {
    let mut words = why.to_string();
    let mut source = why.source();
    while let Some(cause) = source {
        words = format!("{words}: {cause}");
        source = cause.source();
    }
    plain(AttachedContent::Unreadable { why: words })
}

fn signed(found: Found<'_>, form: SignatureForm) -> Vec<Read> {
    if let Err(why) = signature::check_form(form, found.bytes) {
        return vec![unreadable(&why)];
    }
    let text = match std::str::from_utf8(found.bytes) {
        Ok(text) => text.to_owned(),
        Err(why) => return vec![unreadable(&why)],
    };
    let mut all = vec![plain(AttachedContent::Signature {
        form,
        text,
        annotations: found.annotations.clone(),
    })];
    if let Some((bill, about_it)) = statement_bill::find(found.bytes, found.artifact) {
        all.push(summed(bill, about_it));
    }
    all
}

fn bill_of(found: Found<'_>) -> Read {
    match bill::read(found.bytes) {
        Ok(bill) => {
            let about_it = is_about(&bill, &found.artifact) == About::This;
            summed(bill, about_it)
        }
        Err(why) => unreadable(&why),
    }
}

fn summed(bill: Bill, about_it: bool) -> Read {
    let licences = bill.parts.iter().flat_map(|part| &part.licences);
    let summary = BillSummary {
        format: format!("{} {}", bill.format, bill.format_version),
        about_it,
        parts: bill.parts.len() as u64,
        licences: licences.flat_map(bill::Licence::identifiers).collect(),
        vulnerabilities: None,
        unmatched: BTreeSet::new(),
        cut: bill.parts.len() > PARTS_MAX,
        remarks: bill
            .remarks
            .texts()
            .iter()
            .take(REMARKS_MAX)
            .cloned()
            .collect(),
        matched_at: None,
        untold: 0,
    };
    Read {
        content: AttachedContent::Bill { bill: summary },
        bill: Some(bill),
    }
}

fn tests(bytes: &[u8]) -> Read {
    let report = match test_report::read(bytes) {
        Ok(report) => report,
        Err(why) => return unreadable(&why),
    };
    // What the suites say of themselves counts where it is worse than what they list.
    let claimed = report.claimed.unwrap_or_default();
    let failed = |totals: test_report::Totals| totals.failures.saturating_add(totals.errors);
    let failures = report.failed.iter().take(FAILURES_MAX);
    plain(AttachedContent::Tests {
        tests: TestSummary {
            passed: report.listed.passed(),
            failed: failed(report.listed).max(failed(claimed)),
            skipped: report.listed.skipped,
            failures: failures
                .map(|it| format!("{} {}", it.class, it.name).trim().to_owned())
                .collect(),
        },
    })
}

/// The ecosystems whose advisories are needed to say anything of the parts of a bill. What belongs to no place that
/// publishes packages is not among them: nobody publishes advisories for it either.
pub fn ecosystems(bill: &Bill) -> BTreeSet<String> {
    let parts = bill.parts.iter();
    let named = parts.filter_map(|part| part.ecosystem.as_ref());
    named
        .filter(|it| it.has_advisories())
        .map(ToString::to_string)
        .collect()
}

/// A part as it is looked for.
pub fn bill_part(part: &Part) -> BillPart {
    let source = part.source.as_ref().map(|source| source.name.as_str());
    let names: Vec<&str> = std::iter::once(part.name.as_str()).chain(source).collect();
    let known_as = |name: &&str| {
        let ecosystem = part.ecosystem.as_ref()?;
        Some((ecosystem.to_string(), ecosystem.folded(name)))
    };
    BillPart {
        keys: names.iter().map(|name| search_key(name)).collect(),
        known_as: names.iter().filter_map(known_as).collect::<BTreeSet<_>>(),
        text: serde_json::to_string(part).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests;
