//! Whether a bill is about an artifact: only what it says itself counts, not where it was found.

use super::{Bill, Subject};
use tidegate_domain::digest::Digest;

/// What a bill says about being about an artifact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// It names the artifact by its digest.
    This,
    /// It names no digest at all.
    Unsaid,
    /// It names digests, and none of them is the artifact's.
    Other,
}

/// Whether `bill` says it is about the artifact with `digest`.
pub fn is_about(bill: &Bill, digest: &Digest) -> About {
    let subjects = bill.subjects.iter();
    let named: Vec<&Digest> = subjects.flat_map(|subject| &subject.digests).collect();
    match named.contains(&digest) {
        true => About::This,
        false if named.is_empty() => About::Unsaid,
        false => About::Other,
    }
}

impl Subject {
    /// Gathers the digests: producers put that of an image into hashes (`trivy`), the version (`syft`), the package URL
    /// or behind an `@` in the name.
    pub(super) fn gather_digests(&mut self) {
        let url = self.purl.as_ref();
        let texts = [
            self.version.as_deref(),
            self.name.rsplit_once('@').map(|(_, behind)| behind),
            url.and_then(|url| url.version()),
            url.and_then(|url| url.qualifier("checksum")),
            url.and_then(|url| url.qualifier("digest")),
        ];
        let texts = texts.into_iter().flatten().flat_map(|text| text.split(','));
        let written = texts.filter_map(|text| text.trim().to_ascii_lowercase().parse().ok());
        let written: Vec<Digest> = written.collect();
        let hashed = self.checksums.iter().filter_map(super::Checksum::sha256);
        self.digests.extend(hashed.chain(written));
        self.digests.sort_unstable();
        self.digests.dedup();
    }
}
