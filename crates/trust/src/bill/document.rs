//! A bill of materials, whatever format it came in.

use super::{Checksum, Part};
use crate::{package::PackageUrl, remark::Remarks};
use serde::{Deserialize, Serialize};
use std::{collections::VecDeque, fmt};
use tidegate_domain::digest::Digest;

/// A bill of materials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// What it was written in.
    pub format: Format,
    /// The version of the format, as written.
    pub format_version: String,
    /// When it was made, as written.
    pub made_at: Option<String>,
    /// The tools that made it, as far as named.
    pub made_by: Vec<String>,
    /// What it says it describes.
    pub subjects: Vec<Subject>,
    /// What that is made of, each part once, in the order of the document.
    pub parts: Vec<Part>,
    /// Which part needs which, by their places in `parts`; sorted, each pair once.
    pub needs: Vec<(usize, usize)>,
    /// The parts that a subject needs itself, by their places; empty if the document does not say.
    pub direct: Vec<usize>,
    /// What was odd, and skipped or repaired.
    pub remarks: Remarks,
}

/// A format of bills of materials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// `CycloneDX`, ECMA-424.
    CycloneDx,
    /// SPDX, ISO/IEC 5962 up to 2.3, and 3.0.
    Spdx,
}

/// What a bill describes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its name, as written.
    pub name: String,
    /// Its version, as written; for images often their digest.
    pub version: Option<String>,
    /// Its package URL, if there was a well-formed one.
    pub purl: Option<PackageUrl>,
    /// All digests it is given: as checksums, in its package URL, in its version or behind its name.
    pub digests: Vec<Digest>,
    /// Its checksums, of whatever algorithm.
    pub checksums: Vec<Checksum>,
}

impl Bill {
    /// How a part came in: the shortest chain of parts from one that the subject needs itself down to `part`. Empty if
    /// the document does not say.
    pub fn chain(&self, part: usize) -> Vec<&Part> {
        let mut from: Vec<Option<usize>> = vec![None; self.parts.len()];
        let mut seen = vec![false; self.parts.len()];
        let mut waiting: VecDeque<usize> = VecDeque::new();
        for at in &self.direct {
            visit(&mut seen, &mut waiting, *at);
        }
        while let Some(at) = waiting.pop_front() {
            for next in self.needed_by(at) {
                if visit(&mut seen, &mut waiting, next) {
                    from[next] = Some(at);
                }
            }
        }
        if !seen.get(part).copied().unwrap_or_default() {
            return Vec::new();
        }
        let mut chain: Vec<&Part> = std::iter::successors(Some(part), |at| from[*at])
            .filter_map(|at| self.parts.get(at))
            .collect();
        chain.reverse();
        chain
    }

    fn needed_by(&self, part: usize) -> impl Iterator<Item = usize> {
        let start = self.needs.partition_point(|(from, _)| *from < part);
        let needs = self.needs[start..].iter();
        needs
            .take_while(move |(from, _)| *from == part)
            .map(|(_, to)| *to)
    }
}

/// Whether the part is there and was not seen before.
fn visit(seen: &mut [bool], waiting: &mut VecDeque<usize>, at: usize) -> bool {
    let Some(seen) = seen.get_mut(at).filter(|seen| !**seen) else {
        return false;
    };
    *seen = true;
    waiting.push_back(at);
    true
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CycloneDx => "CycloneDX",
            Self::Spdx => "SPDX",
        })
    }
}
