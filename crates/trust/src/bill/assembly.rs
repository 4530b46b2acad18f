//! Where readers put together what they find: parts each once, references resolved, bounds kept.

use super::{Bill, Checksum, Format, Licence, Part, Source, Subject, read};
use crate::{
    package::{Ecosystem, Order, PackageUrl},
    remark::{Remarks, is_deceptive, shown},
};
use std::collections::{BTreeMap, BTreeSet};

/// A bill that is being put together.
pub(super) struct Assembly {
    bill: Bill,
    places: BTreeMap<super::PartKey, usize>,
    /// Places of parts by the document's own references to them.
    references: BTreeMap<String, usize>,
    /// References to what the bill describes.
    roots: BTreeSet<String>,
}

/// Whether a document describes nothing else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Only {
    One,
    /// Some producers say that they describe every package: then each is a part.
    OneOfMany,
}

impl Only {
    pub(super) fn of(count: usize) -> Self {
        if count > 1 {
            Self::OneOfMany
        } else {
            Self::One
        }
    }
}

/// A part or a subject as documents have it.
#[derive(Default)]
pub(super) struct Found<'a> {
    pub(super) reference: Option<&'a str>,
    pub(super) group: Option<&'a str>,
    pub(super) name: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) purl: Option<&'a str>,
    pub(super) cpe: Option<&'a str>,
    pub(super) source: Option<Source>,
    pub(super) licences: Vec<Licence>,
    pub(super) digests: Vec<Checksum>,
}

impl Assembly {
    pub(super) fn new(format: Format, version: &str) -> Self {
        let bill = Bill {
            format,
            format_version: shown(version, 40),
            made_at: None,
            made_by: Vec::new(),
            subjects: Vec::new(),
            parts: Vec::new(),
            needs: Vec::new(),
            direct: Vec::new(),
            remarks: Remarks::default(),
        };
        Self {
            bill,
            places: BTreeMap::new(),
            references: BTreeMap::new(),
            roots: BTreeSet::new(),
        }
    }

    pub(super) fn remark(&mut self, text: impl FnOnce() -> String) {
        self.bill.remarks.note(text);
    }

    pub(super) fn made(&mut self, at: Option<&str>, by: impl Iterator<Item = String>) {
        self.bill.made_at = at.map(|at| shown(at, 40));
        let by = by.filter(|tool| !tool.trim().is_empty());
        self.bill.made_by = by.take(20).map(|tool| shown(tool.trim(), 200)).collect();
    }

    /// Takes what the bill describes. A package that others may be made of is a part of itself as well.
    pub(super) fn subject(&mut self, found: Found<'_>, only: Only) {
        self.roots.extend(found.reference.map(str::to_owned));
        let purl = self.read_purl(&found);
        let ecosystem = purl.as_ref().map(|purl| Ecosystem::from_url(purl).0);
        let published = ecosystem.is_some_and(|place| !matches!(place, Ecosystem::Other(_)));
        let name = [found.group, found.name].into_iter().flatten();
        let mut subject = Subject {
            name: shown(&name.collect::<Vec<_>>().join("/"), read::TEXT_MAX),
            version: found.version.map(|version| shown(version, read::TEXT_MAX)),
            purl,
            digests: Vec::new(),
            checksums: found.digests.clone(),
        };
        subject.gather_digests();
        self.bill.subjects.push(subject);
        if published || only == Only::OneOfMany {
            self.part(found);
        }
    }

    /// Takes a part; one that is there already gains what is new.
    pub(super) fn part(&mut self, found: Found<'_>) {
        let reference = found.reference.map(str::to_owned);
        let Some(part) = self.read_part(found) else {
            return;
        };
        let next = self.bill.parts.len();
        let place = *self.places.entry(part.key()).or_insert(next);
        match self.bill.parts.get_mut(place) {
            Some(known) => known.gain(part),
            None if place < read::PARTS_MAX => self.bill.parts.push(part),
            None => {
                self.places.remove(&part.key());
                let text = || format!("more than {} parts: the rest is left out", read::PARTS_MAX);
                return self.remark(text);
            }
        }
        if let Some(reference) = reference {
            self.references.entry(reference).or_insert(place);
        }
    }

    /// Notes that one thing needs another, by the document's references; call it when all parts are there.
    pub(super) fn needs(&mut self, from: &str, to: &str) {
        let Some(to_place) = self.references.get(to).copied() else {
            if !self.roots.contains(to) {
                self.remark(|| {
                    format!(
                        "{} needs {}, which is not listed",
                        shown(from, 80),
                        shown(to, 80)
                    )
                });
            }
            return;
        };
        if self.roots.contains(from) {
            self.bill.direct.push(to_place);
        } else if let Some(from_place) = self.references.get(from) {
            self.bill.needs.push((*from_place, to_place));
        }
    }

    pub(super) fn finish(mut self) -> Bill {
        let bill = &mut self.bill;
        bill.needs.sort_unstable();
        bill.needs.dedup();
        bill.direct.sort_unstable();
        bill.direct.dedup();
        self.bill
    }

    fn read_part(&mut self, found: Found<'_>) -> Option<Part> {
        let purl = self.read_purl(&found);
        let purl_name = purl.as_ref().map(PackageUrl::name);
        let Some(name) = found.name.or(purl_name) else {
            self.remark(|| "a part without a name is left out".to_owned());
            return None;
        };
        let (ecosystem, release) = purl.as_ref().map(Ecosystem::from_url).unzip();
        let name = match (&purl, &ecosystem) {
            (Some(purl), Some(ecosystem)) => ecosystem.full_name(purl.namespace(), purl.name()),
            _ => [found.group, Some(name)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("/"),
        };
        let written = found.version.filter(|version| !is_unknown(version));
        let version = written.or(purl.as_ref().and_then(|purl| purl.version()));
        let version = version.map(|version| self.read_text(version, Order::LENGTH_MAX));
        let version = version.map(|version| with_epoch(version, purl.as_ref()));
        Some(Part {
            name: self.read_text(&name, read::TEXT_MAX),
            version,
            source: found.source.or_else(|| purl.as_ref().and_then(source_in)),
            purl,
            ecosystem,
            release: release.flatten(),
            cpe: found.cpe.map(|cpe| shown(cpe, read::TEXT_MAX)),
            licences: found.licences,
            digests: found.digests,
        })
    }

    fn read_purl(&mut self, found: &Found<'_>) -> Option<PackageUrl> {
        match found.purl?.parse() {
            Ok(purl) => Some(purl),
            Err(error) => {
                let name = found.name.unwrap_or_default();
                self.remark(|| format!("{}: {error}", shown(name, 80)));
                None
            }
        }
    }

    /// Text without characters that deceive, and not too long.
    fn read_text(&mut self, text: &str, max: usize) -> String {
        let clean = shown(text, max);
        if clean.len() != text.len() || text.contains(is_deceptive) {
            self.remark(|| {
                format!(
                    "`{}` is too long or has invisible characters",
                    shown(text, 80)
                )
            });
        }
        clean
    }
}

/// Package URLs of rpm have the epoch apart from the version, and versions do not compare without it.
fn with_epoch(version: String, purl: Option<&PackageUrl>) -> String {
    match purl
        .filter(|purl| purl.kind() == "rpm")
        .and_then(|purl| purl.qualifier("epoch"))
    {
        Some(epoch) if !version.contains(':') => format!("{}:{version}", shown(epoch, 20)),
        _ => version,
    }
}

/// What producers write when they do not know a version.
fn is_unknown(version: &str) -> bool {
    let words = [
        "",
        "unknown",
        "noassertion",
        "none",
        "null",
        "undefined",
        "(devel)",
    ];
    words
        .iter()
        .any(|word| version.trim().eq_ignore_ascii_case(word))
}

/// `upstream=name`, `upstream=name@version` or `upstream=name-version-release.src.rpm`.
fn source_in(purl: &PackageUrl) -> Option<Source> {
    let upstream = purl.qualifier("upstream")?;
    let (name, version) = match upstream.strip_suffix(".src.rpm") {
        Some(file) => {
            let mut pieces = file.rsplitn(3, '-').skip(2);
            (pieces.next()?, None)
        }
        None => match upstream.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (upstream, None),
        },
    };
    let name = shown(name, 200);
    Some(Source { name, version })
}

impl Part {
    /// Takes from another entry for the same part what this one does not have.
    fn gain(&mut self, other: Self) {
        self.purl = self.purl.take().or(other.purl);
        self.cpe = self.cpe.take().or(other.cpe);
        self.source = self.source.take().or(other.source);
        self.release = self.release.take().or(other.release);
        add_missing(&mut self.licences, other.licences);
        add_missing(&mut self.digests, other.digests);
    }
}

fn add_missing<T: PartialEq>(list: &mut Vec<T>, more: Vec<T>) {
    for item in more {
        if list.len() < read::LISTED_MAX && !list.contains(&item) {
            list.push(item);
        }
    }
}
