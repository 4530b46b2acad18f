//! Where packages come from, and how the names of each place compare.
//!
//! The words are those of the Open Source Vulnerability schema, "Defined Ecosystems"; the types are those of the
//! package URL specification.

mod known;

use super::{Order, PackageUrl, Release};
use known::{Case, KNOWN, Known};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place that packages are published at. A distribution is one ecosystem; its releases are [`Release`]s.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Ecosystem {
    Npm,
    PyPi,
    Maven,
    Go,
    CratesIo,
    NuGet,
    RubyGems,
    Packagist,
    Hex,
    Pub,
    Hackage,
    Cran,
    Swift,
    Conan,
    GitHubActions,
    Bitnami,
    Debian,
    Ubuntu,
    Alpine,
    Wolfi,
    Chainguard,
    RedHat,
    Rocky,
    Alma,
    Suse,
    OpenSuse,
    Fedora,
    Amazon,
    Oracle,
    OpenEuler,
    Mageia,
    Photon,
    Azure,
    /// Any other, by its lower-case word; `deb/…`, `rpm/…` and `apk/…` are distributions that we do not know by name.
    Other(Box<str>),
}

impl Ecosystem {
    /// By a word as the vulnerability schema has it: `npm`, `Debian:12`, `Alpine:v3.18`, `Maven:https://…`.
    pub fn from_word(text: &str) -> (Self, Option<Release>) {
        let (word, suffix) = text.split_once(':').unwrap_or((text, ""));
        let known = KNOWN
            .iter()
            .find(|known| known.word.eq_ignore_ascii_case(word));
        let ecosystem = match known {
            Some(known) => known.ecosystem.clone(),
            None => Self::Other(word.to_lowercase().into()),
        };
        let release = Release::found_in(suffix).filter(|_| ecosystem.is_released_as(suffix));
        (ecosystem, release)
    }

    /// By what people type in front of a name: a word, or a type of package URL.
    pub fn from_prefix(text: &str) -> Option<Self> {
        let spelt = |known: &&Known| {
            let alone = known.namespaces.is_empty() && known.url_type == text.to_lowercase();
            alone || known.word.eq_ignore_ascii_case(text)
        };
        KNOWN
            .iter()
            .find(spelt)
            .map(|known| known.ecosystem.clone())
    }

    /// By the type and namespace of a package URL, with the release that its `distro` names.
    pub fn from_url(url: &PackageUrl) -> (Self, Option<Release>) {
        let namespace = url.namespace().unwrap_or_default();
        let fits = |known: &&Known| {
            let named = || {
                known
                    .namespaces
                    .iter()
                    .any(|name| namespace.starts_with(name))
            };
            known.url_type == url.kind() && (known.namespaces.is_empty() || named())
        };
        let ecosystem = match KNOWN.iter().find(fits) {
            Some(known) => known.ecosystem.clone(),
            None if matches!(url.kind(), "deb" | "rpm" | "apk") => {
                Self::Other(format!("{}/{namespace}", url.kind()).into())
            }
            None => Self::Other(url.kind().into()),
        };
        let release = url.qualifier("distro").and_then(Release::found_in);
        (
            ecosystem.clone(),
            release.filter(|_| ecosystem.is_distribution()),
        )
    }

    /// The word of the vulnerability schema, or the lower-case word of one that we do not know.
    pub fn as_str(&self) -> &str {
        match (self, self.known()) {
            (_, Some(known)) => known.word,
            (Self::Other(word), None) => word,
            (_, None) => "",
        }
    }

    /// How versions are ordered here.
    pub fn order(&self) -> Order {
        match (self, self.known()) {
            (_, Some(known)) => known.order,
            (Self::Other(word), None) => match word.split('/').next() {
                Some("deb") => Order::Debian,
                Some("rpm") => Order::Rpm,
                Some("apk") => Order::Alpine,
                _ => Order::Generic,
            },
            (_, None) => Order::Generic,
        }
    }

    /// The name in the one spelling by which names are looked up here.
    pub fn folded(&self, name: &str) -> String {
        let case = self.known().map_or(Case::Kept, |known| known.case);
        match case {
            Case::Kept => name.to_owned(),
            Case::Folded => name.to_lowercase(),
            Case::Pep503 => {
                let words = name.split(['-', '_', '.']).filter(|word| !word.is_empty());
                words.collect::<Vec<_>>().join("-").to_lowercase()
            }
        }
    }

    /// Whether somebody could publish advisories about its packages: a known place, or a distribution.
    pub fn has_advisories(&self) -> bool {
        self.known().is_some() || self.is_distribution()
    }

    /// Whether its packages are built per release of an operating system.
    pub fn is_distribution(&self) -> bool {
        matches!(self.order(), Order::Debian | Order::Rpm | Order::Alpine)
    }

    /// The name as the ecosystem writes it in one piece: `group:artifact`, `@scope/name`, a module path.
    pub fn full_name(&self, namespace: Option<&str>, name: &str) -> String {
        match namespace {
            Some(namespace) if *self == Self::Maven => format!("{namespace}:{name}"),
            Some(namespace) if !self.is_distribution() => format!("{namespace}/{name}"),
            _ => name.to_owned(),
        }
    }

    /// Whether the suffix of a word names a release: Red Hat and SUSE have other products there, whose versions are not
    /// those of the system.
    fn is_released_as(&self, suffix: &str) -> bool {
        let begins = |words: &[&str]| words.iter().any(|word| suffix.starts_with(word));
        if *self == Self::RedHat {
            return begins(&["enterprise_linux:", "rhel_"]);
        }
        if *self == Self::Suse {
            return begins(&["Linux Enterprise"]);
        }
        self.is_distribution()
    }

    fn known(&self) -> Option<&'static Known> {
        KNOWN.iter().find(|known| known.ecosystem == *self)
    }
}

impl From<String> for Ecosystem {
    fn from(text: String) -> Self {
        Self::from_word(&text).0
    }
}

impl From<Ecosystem> for String {
    fn from(ecosystem: Ecosystem) -> Self {
        ecosystem.as_str().to_owned()
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests;
