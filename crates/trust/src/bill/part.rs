//! One thing that an artifact is made of.

use super::Licence;
use crate::package::{Ecosystem, PackageUrl, Release};
use serde::{Deserialize, Serialize};
use tidegate_domain::digest::Digest;

/// A part: a library, a package of an operating system, a file, a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The name as its ecosystem writes it in one piece: `group:artifact`, `@scope/name`, a module path.
    pub name: String,
    /// The version, if the producer knew it.
    pub version: Option<String>,
    /// The package URL, if there was a well-formed one.
    pub purl: Option<PackageUrl>,
    /// Where it comes from, if the package URL says so.
    pub ecosystem: Option<Ecosystem>,
    /// The release of the distribution that it was built for.
    pub release: Option<Release>,
    /// The source package that a package of a distribution was built from, under which it is known to advisories.
    pub source: Option<Source>,
    /// The common platform enumeration, as written.
    pub cpe: Option<String>,
    /// What it is licensed under, as far as somebody said.
    pub licences: Vec<Licence>,
    /// Digests of its bytes.
    pub digests: Vec<Checksum>,
}

/// A source package of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its version, where it differs from that of the part.
    pub version: Option<String>,
}

/// What parts are the same by: where from, which name, which version. Names are in the one spelling by which the
/// ecosystem looks them up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartKey {
    /// Where from, if known.
    pub ecosystem: Option<Ecosystem>,
    /// The name to look up.
    pub name: String,
    /// The version as written.
    pub version: Option<String>,
}

/// A digest of any algorithm.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Checksum {
    /// The algorithm in lower case without separators: `sha256`, `sha512`, `sha1`, `blake3`.
    pub algorithm: String,
    /// Lower-case hex digits.
    pub hex: String,
}

impl Part {
    /// What it is the same by.
    pub fn key(&self) -> PartKey {
        let name = match &self.ecosystem {
            Some(ecosystem) => ecosystem.folded(&self.name),
            None => self.name.clone(),
        };
        PartKey {
            ecosystem: self.ecosystem.clone(),
            name,
            version: self.version.clone(),
        }
    }
}

impl Checksum {
    /// The longest digest, in hex digits: 512 bits.
    const HEX_MAX: usize = 128;

    /// Tolerates `SHA-256`, `SHA256` and `sha256`, and upper-case digits.
    pub(super) fn read(algorithm: &str, value: &str) -> Option<Self> {
        let hex = value.trim().to_ascii_lowercase();
        let digits = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let algorithm = algorithm
            .trim()
            .replace(['-', '_'], "")
            .to_ascii_lowercase();
        let plain = algorithm.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let sized = (8..=Self::HEX_MAX).contains(&hex.len()) && (1..=16).contains(&algorithm.len());
        (digits && plain && sized).then_some(Self { algorithm, hex })
    }

    /// The digest, if it is a SHA-256.
    pub fn sha256(&self) -> Option<Digest> {
        match self.algorithm.as_str() {
            "sha256" => format!("sha256:{}", self.hex).parse().ok(),
            _ => None,
        }
    }
}
