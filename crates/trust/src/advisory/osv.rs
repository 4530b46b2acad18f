//! Records as the Open Source Vulnerability schema 1.x has them, <https://ossf.github.io/osv-schema/>.
//!
//! Strict about what decides (identifier, packages, events), lenient about everything else.

use super::{Advisory, Affected, Event, Range, Score, Severity, cvss};
use crate::{
    package::{Ecosystem, PackageUrl},
    remark::shown,
};
use serde::{Deserialize, de::IgnoredAny};

/// Why bytes are not an advisory.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Broken JSON, or another type where one is expected.
    #[error("the record is not an advisory")]
    Json(#[from] serde_json::Error),
    /// Nothing to call it by.
    #[error("the record has no id")]
    Id,
    /// More events or versions than evaluating may take time for.
    #[error("an entry of the record has more than {EVENTS_MAX} events or {VERSIONS_MAX} versions")]
    Many,
    /// An event without exactly one of the four keys.
    #[error("an event of the record is not exactly one of introduced, fixed, last_affected, limit")]
    Event,
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    aliases: Option<Vec<String>>,
    summary: Option<String>,
    modified: Option<Loose>,
    withdrawn: Option<Loose>,
    severity: Option<Vec<Rating>>,
    affected: Option<Vec<Entry>>,
    database_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct Rating {
    score: Option<Loose>,
}

#[derive(Deserialize)]
struct Entry {
    package: Option<Package>,
    severity: Option<Vec<Rating>>,
    ranges: Option<Vec<Line>>,
    versions: Option<Vec<String>>,
    ecosystem_specific: Option<Specific>,
    database_specific: Option<Specific>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: Option<String>,
    name: Option<String>,
    purl: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(rename = "type")]
    kind: String,
    events: Option<Vec<Happening>>,
}

#[derive(Deserialize)]
struct Happening {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

/// What a database adds of its own; it may be of any shape.
#[derive(Deserialize)]
#[serde(untagged)]
enum Specific {
    Known {
        severity: Option<Loose>,
        urgency: Option<Loose>,
    },
    Other(IgnoredAny),
}

/// A text, or anything else where the schema wants one and nothing depends on it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Other(IgnoredAny),
}

/// The most events of all ranges of a package.
const EVENTS_MAX: usize = 2_000;
/// The most versions of a package that are listed one by one.
const VERSIONS_MAX: usize = 100_000;
/// The longest summary, in characters.
const SUMMARY_MAX: usize = 300;
/// The most aliases that are kept.
const ALIASES_MAX: usize = 100;

pub(super) fn read(bytes: &[u8]) -> Result<Advisory, RecordError> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let record: Record = serde_json::from_slice(bytes)?;
    let id = shown(record.id.trim(), 200);
    if id.is_empty() {
        return Err(RecordError::Id);
    }
    let affected = record.affected.unwrap_or_default().into_iter();
    let affected = affected.filter_map(|entry| entry.read().transpose());
    let affected: Vec<Affected> = affected.collect::<Result<_, _>>()?;
    let rated = rated(
        record.severity.as_deref(),
        [record.database_specific.as_ref()],
    );
    // Malicious packages carry no rating, and nothing is worse.
    let malicious = (Severity::Critical, None);
    let (severity, score) = match rated {
        (Severity::Unknown, None) if id.starts_with("MAL-") => malicious,
        rated => rated,
    };
    let aliases = record.aliases.unwrap_or_default().into_iter();
    Ok(Advisory {
        aliases: aliases
            .take(ALIASES_MAX)
            .map(|alias| shown(&alias, 200))
            .collect(),
        id,
        summary: shown(record.summary.unwrap_or_default().trim(), SUMMARY_MAX),
        modified: record
            .modified
            .as_ref()
            .and_then(Loose::text)
            .and_then(|at| at.parse().ok()),
        withdrawn: record.withdrawn.is_some(),
        severity,
        score,
        affected,
    })
}

/// The newest vector that can be scored; else the first word that says something.
fn rated<'a>(
    ratings: Option<&'a [Rating]>,
    specific: impl IntoIterator<Item = Option<&'a Specific>>,
) -> (Severity, Option<Score>) {
    let texts = ratings.unwrap_or_default().iter();
    let texts: Vec<&str> = texts
        .filter_map(|rating| rating.score.as_ref()?.text())
        .collect();
    let scores = texts.iter().filter_map(|text| cvss::score(text));
    if let Some((_, score)) = scores.max() {
        return (score.severity(), Some(score));
    }
    let said = specific.into_iter().flatten().flat_map(Specific::words);
    let words = said.chain(texts).map(Severity::from_word);
    let word = words.into_iter().find(|word| *word != Severity::Unknown);
    (word.unwrap_or_default(), None)
}

impl Loose {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Other(_) => None,
        }
    }
}

impl Specific {
    fn words(&self) -> impl Iterator<Item = &str> {
        let words = match self {
            Self::Known { severity, urgency } => [severity.as_ref(), urgency.as_ref()],
            Self::Other(_) => [None, None],
        };
        words.into_iter().flatten().filter_map(Loose::text)
    }
}

impl Entry {
    /// Nothing for an entry that names no package, which only has ranges of commits.
    fn read(self) -> Result<Option<Affected>, RecordError> {
        let Some((ecosystem, release, name)) = self.package.and_then(Package::read) else {
            return Ok(None);
        };
        let specific = [&self.ecosystem_specific, &self.database_specific];
        let rated = rated(self.severity.as_deref(), specific.map(Option::as_ref));
        let ranges = self.ranges.unwrap_or_default().into_iter();
        let ranges = ranges.filter(|line| line.kind != "GIT").map(Line::read);
        let ranges: Vec<Range> = ranges.collect::<Result<_, _>>()?;
        let versions = self.versions.unwrap_or_default();
        let events: usize = ranges.iter().map(|range| range.events.len()).sum();
        if events > EVENTS_MAX || versions.len() > VERSIONS_MAX {
            return Err(RecordError::Many);
        }
        Ok(Some(Affected {
            ecosystem,
            release,
            name,
            ranges,
            versions,
            severity: (rated.0 != Severity::Unknown).then_some(rated),
        }))
    }
}

impl Package {
    fn read(self) -> Option<(Ecosystem, Option<crate::package::Release>, String)> {
        if let (Some(word), Some(name)) = (&self.ecosystem, &self.name)
            && !word.is_empty()
            && !name.is_empty()
        {
            let (ecosystem, release) = Ecosystem::from_word(word);
            return Some((ecosystem, release, shown(name, 1000)));
        }
        let purl: PackageUrl = self.purl?.parse().ok()?;
        let (ecosystem, release) = Ecosystem::from_url(&purl);
        let name = ecosystem.full_name(purl.namespace(), purl.name());
        Some((ecosystem, release, name))
    }
}

impl Line {
    fn read(self) -> Result<Range, RecordError> {
        let events = self.events.unwrap_or_default().into_iter();
        Ok(Range {
            semver: self.kind == "SEMVER",
            events: events.map(Happening::read).collect::<Result<_, _>>()?,
        })
    }
}

impl Happening {
    fn read(self) -> Result<Event, RecordError> {
        match (self.introduced, self.fixed, self.last_affected, self.limit) {
            (Some(at), None, None, None) => Ok(Event::Introduced(at)),
            (None, Some(at), None, None) => Ok(Event::Fixed(at)),
            (None, None, Some(at), None) => Ok(Event::LastAffected(at)),
            (None, None, None, Some(at)) => Ok(Event::Limit(at)),
            _ => Err(RecordError::Event),
        }
    }
}
