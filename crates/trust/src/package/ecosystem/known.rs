//! The table of ecosystems: what each is called, and how its names and versions compare.

use super::{Ecosystem, Order};

/// What is known of an ecosystem.
pub(super) struct Known {
    pub(super) ecosystem: Ecosystem,
    /// Its word in the vulnerability schema.
    pub(super) word: &'static str,
    /// Its type of package URL, and the namespaces it has there if the type is shared.
    pub(super) url_type: &'static str,
    pub(super) namespaces: &'static [&'static str],
    pub(super) order: Order,
    pub(super) case: Case,
}

/// How names compare.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// As written.
    Kept,
    /// Without regard to case.
    Folded,
    /// Nor to what separates words: PEP 503.
    Pep503,
}

const fn known(
    ecosystem: Ecosystem,
    word: &'static str,
    (url_type, namespaces): (&'static str, &'static [&'static str]),
    order: Order,
    case: Case,
) -> Known {
    Known {
        ecosystem,
        word,
        url_type,
        namespaces,
        order,
        case,
    }
}

/// Every one that has a name here.
pub(super) static KNOWN: [Known; 33] = {
    use Case::{Folded, Kept, Pep503};
    use Order::{Alpine, Debian, Gem, Generic, Maven, NuGet, Pep440, Php, Rpm, Semver};
    [
        known(Ecosystem::Npm, "npm", ("npm", &[]), Semver, Folded),
        known(Ecosystem::PyPi, "PyPI", ("pypi", &[]), Pep440, Pep503),
        known(Ecosystem::Maven, "Maven", ("maven", &[]), Maven, Kept),
        known(Ecosystem::Go, "Go", ("golang", &[]), Semver, Folded),
        known(
            Ecosystem::CratesIo,
            "crates.io",
            ("cargo", &[]),
            Semver,
            Folded,
        ),
        known(Ecosystem::NuGet, "NuGet", ("nuget", &[]), NuGet, Folded),
        known(Ecosystem::RubyGems, "RubyGems", ("gem", &[]), Gem, Kept),
        known(
            Ecosystem::Packagist,
            "Packagist",
            ("composer", &[]),
            Php,
            Folded,
        ),
        known(Ecosystem::Hex, "Hex", ("hex", &[]), Semver, Folded),
        known(Ecosystem::Pub, "Pub", ("pub", &[]), Semver, Folded),
        known(
            Ecosystem::Hackage,
            "Hackage",
            ("hackage", &[]),
            Generic,
            Kept,
        ),
        known(Ecosystem::Cran, "CRAN", ("cran", &[]), Generic, Kept),
        known(Ecosystem::Swift, "SwiftURL", ("swift", &[]), Semver, Folded),
        known(
            Ecosystem::Conan,
            "ConanCenter",
            ("conan", &[]),
            Semver,
            Folded,
        ),
        known(
            Ecosystem::GitHubActions,
            "GitHub Actions",
            ("github", &[]),
            Semver,
            Folded,
        ),
        known(
            Ecosystem::Bitnami,
            "Bitnami",
            ("bitnami", &[]),
            Semver,
            Folded,
        ),
        known(
            Ecosystem::Debian,
            "Debian",
            ("deb", &["debian"]),
            Debian,
            Folded,
        ),
        known(
            Ecosystem::Ubuntu,
            "Ubuntu",
            ("deb", &["ubuntu"]),
            Debian,
            Folded,
        ),
        known(
            Ecosystem::Alpine,
            "Alpine",
            ("apk", &["alpine"]),
            Alpine,
            Folded,
        ),
        known(
            Ecosystem::Wolfi,
            "Wolfi",
            ("apk", &["wolfi"]),
            Alpine,
            Folded,
        ),
        known(
            Ecosystem::Chainguard,
            "Chainguard",
            ("apk", &["chainguard"]),
            Alpine,
            Folded,
        ),
        known(
            Ecosystem::RedHat,
            "Red Hat",
            ("rpm", &["redhat", "rhel"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::Rocky,
            "Rocky Linux",
            ("rpm", &["rocky", "rockylinux"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::Alma,
            "AlmaLinux",
            ("rpm", &["almalinux", "alma"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::Suse,
            "SUSE",
            ("rpm", &["suse", "sles"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::OpenSuse,
            "openSUSE",
            ("rpm", &["opensuse"]),
            Rpm,
            Kept,
        ),
        known(Ecosystem::Fedora, "Fedora", ("rpm", &["fedora"]), Rpm, Kept),
        known(
            Ecosystem::Amazon,
            "Amazon Linux",
            ("rpm", &["amzn", "amazon"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::Oracle,
            "Oracle Linux",
            ("rpm", &["ol", "oracle"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::OpenEuler,
            "openEuler",
            ("rpm", &["openeuler"]),
            Rpm,
            Kept,
        ),
        known(Ecosystem::Mageia, "Mageia", ("rpm", &["mageia"]), Rpm, Kept),
        known(
            Ecosystem::Photon,
            "Photon OS",
            ("rpm", &["photon"]),
            Rpm,
            Kept,
        ),
        known(
            Ecosystem::Azure,
            "Azure Linux",
            ("rpm", &["azurelinux", "mariner"]),
            Rpm,
            Kept,
        ),
    ]
};
