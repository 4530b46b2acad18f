//! What controls look at: everything known of a release, its artifacts and a deployment of it, at one moment.
//!
//! Facts are kept with what was said of them, so that another control can be tried on them later. Fields are added with
//! defaults: facts of long ago know nothing of what was not looked at then.

use crate::{digest::Digest, name::Name, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// All that controls look at, for one deployment to one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlFacts {
    /// When they were collected.
    pub at: Timestamp,
    /// The release.
    pub release: ReleaseFacts,
    /// The deployment.
    pub deployment: DeploymentFacts,
    /// What the release is made of, by component.
    pub artifacts: BTreeMap<Name, ArtifactFacts>,
}

impl ControlFacts {
    /// An artifact alone, wherever it may go. Of a release and a deployment there is nothing to be said: what looks at an
    /// artifact alone sees nothing of them.
    pub fn of_artifact(
        (product, component): (&Name, &Name),
        artifact: ArtifactFacts,
        at: Timestamp,
    ) -> Self {
        let nobody = || product.clone();
        Self {
            at,
            release: ReleaseFacts {
                product: product.clone(),
                version: artifact.version.clone(),
                team: nobody(),
                missing: BTreeSet::new(),
                sealed: false,
                configured: false,
                blocked: false,
                created_by: nobody(),
                evidence: BTreeSet::new(),
                demanded: BTreeSet::new(),
            },
            deployment: DeploymentFacts {
                environment: nobody(),
                is_last: false,
                requested_by: nobody(),
                plan: artifact.digest,
                targets: 0,
                waves: 0,
                approvers: BTreeSet::new(),
                approved: false,
                change: None,
                rehearsed: false,
                preflight: None,
                severe_issues: None,
                drilled: false,
                returnable: false,
                unread: BTreeSet::new(),
                weekday: String::new(),
                hour: 0,
            },
            artifacts: BTreeMap::from([(component.clone(), artifact)]),
        }
    }
}

/// What is known of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseFacts {
    /// Whose it is.
    pub product: Name,
    /// Its version.
    pub version: Version,
    /// The team that owns the product.
    pub team: Name,
    /// Components of the product that it does not contain.
    #[serde(default)]
    pub missing: BTreeSet<Name>,
    /// Whether its contents can change no more.
    pub sealed: bool,
    /// Whether its configuration is a numbered snapshot.
    pub configured: bool,
    /// Whether somebody blocked it.
    #[serde(default)]
    pub blocked: bool,
    /// Who made it.
    pub created_by: Name,
    /// The kinds of evidence that people or programs supplied, such as `customer-approval`.
    #[serde(default)]
    pub evidence: BTreeSet<Name>,
    /// The controls that its plan wants enforced, whatever their mode says.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub demanded: BTreeSet<Name>,
}

/// What is known of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, told to policies by its name"
)]
pub struct DeploymentFacts {
    /// Where it goes.
    pub environment: Name,
    /// Whether that is the end of the promotion path.
    pub is_last: bool,
    /// Who asked for it.
    pub requested_by: Name,
    /// The hash of its plan.
    pub plan: Digest,
    /// How many targets it changes.
    pub targets: u32,
    /// In how many waves.
    pub waves: u32,
    /// Other people who approved exactly this.
    #[serde(default)]
    pub approvers: BTreeSet<Name>,
    /// Whether every approval that the environment asks for is there.
    #[serde(default)]
    pub approved: bool,
    /// The kind of its change request, while that covers it: `standard`, `normal` or `emergency`.
    #[serde(default)]
    pub change: Option<String>,
    /// Whether its plan was rehearsed.
    #[serde(default)]
    pub rehearsed: bool,
    /// How many minutes ago its preflight passed, if the newest one of exactly this plan did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preflight: Option<u32>,
    /// How many issues of the release are open that are rated high or critical; none, where nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severe_issues: Option<u32>,
    /// Whether going back from this release was drilled.
    #[serde(default)]
    pub drilled: bool,
    /// Whether there is something to go back to, and nothing in it that cannot be undone.
    #[serde(default)]
    pub returnable: bool,
    /// Controls in force that whoever asked has not acknowledged.
    #[serde(default)]
    pub unread: BTreeSet<Name>,
    /// `monday` to `sunday`, in UTC.
    #[serde(default)]
    pub weekday: String,
    /// 0 to 23, in UTC.
    #[serde(default)]
    pub hour: u8,
}

/// What is known of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, told to policies by its name"
)]
pub struct ArtifactFacts {
    /// Its version.
    pub version: Version,
    /// What it is.
    pub digest: Digest,
    /// Whether the registry holds all of it, as it was sealed.
    pub kept: bool,
    /// Whether as many trusted keys or identities signed it as a key set asks for.
    #[serde(default)]
    pub signed: bool,
    /// Who signed it, by the names in key sets.
    #[serde(default)]
    pub signers: BTreeSet<String>,
    /// What its signatures lack, in words.
    #[serde(default)]
    pub unsigned_because: String,
    /// Who says how it was built, if a trusted key or identity signed that: the builder's identifier.
    #[serde(default)]
    pub builder: Option<String>,
    /// The repository that it was built from, by the same word.
    #[serde(default)]
    pub source: Option<String>,
    /// Whether there is a bill of materials.
    #[serde(default)]
    pub has_bill: bool,
    /// Whether that bill says that it is about this artifact.
    #[serde(default)]
    pub bill_is_about_it: bool,
    /// The identifiers of the licences in it.
    #[serde(default)]
    pub licences: BTreeSet<String>,
    /// The ecosystems of its parts of which no advisory was imported.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unmatched: BTreeSet<String>,
    /// Known vulnerabilities, where all of its bills were matched against advisories.
    #[serde(default)]
    pub vulnerabilities: Option<Vulnerabilities>,
    /// Test reports about it: how many, and how many tests passed and failed.
    #[serde(default)]
    pub test_reports: u32,
    /// Tests that passed.
    #[serde(default)]
    pub tests_passed: u32,
    /// Tests that failed.
    #[serde(default)]
    pub tests_failed: u32,
}

/// Known vulnerabilities, by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vulnerabilities {
    /// CVSS 9.0 and more.
    pub critical: u32,
    /// CVSS 7.0 to 8.9.
    pub high: u32,
    /// CVSS 4.0 to 6.9.
    pub medium: u32,
    /// Below.
    pub low: u32,
    /// Nobody says how bad they are.
    pub unknown: u32,
}

impl ArtifactFacts {
    /// An artifact of which nothing is known yet.
    pub const fn unknown(version: Version, digest: Digest) -> Self {
        Self {
            version,
            digest,
            kept: false,
            signed: false,
            signers: BTreeSet::new(),
            unsigned_because: String::new(),
            builder: None,
            source: None,
            has_bill: false,
            bill_is_about_it: false,
            licences: BTreeSet::new(),
            unmatched: BTreeSet::new(),
            vulnerabilities: None,
            test_reports: 0,
            tests_passed: 0,
            tests_failed: 0,
        }
    }
}
