//! Questions about parts, as people type them: "where do we run log4j-core 2.14?"

use super::Part;
use crate::package::{Ecosystem, Order, PackageUrl, PackageUrlError};
use std::{cmp::Ordering, str::FromStr};

/// Which parts are meant: `log4j-core 2.14`, `openssl <3.0.7`, `npm:lodash >=4 <4.17.21` or a package URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    ecosystem: Option<Ecosystem>,
    name: String,
    /// All of them must hold.
    versions: Vec<Versions>,
}

/// Some versions.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Versions {
    /// Those that begin with these components: 2.14 is that of 2.14.1 and not of 2.140.
    Under(String),
    /// Those that compare so.
    Compared(Comparison, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    AtLeast,
    Greater,
}

/// In the order in which they must be tried.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("==", Comparison::Equal),
    ("<", Comparison::Less),
    (">", Comparison::Greater),
    ("=", Comparison::Equal),
];

/// Why a text is not a question about parts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Beyond every sensible question.
    #[error("the search is longer than {} bytes", Query::LENGTH_MAX)]
    Long,
    /// Nothing to look for.
    #[error("name a part: for instance log4j-core 2.14, openssl <3.0.7 or npm:lodash")]
    Name,
    /// A comparison with nothing behind it.
    #[error("a version is missing behind {0}")]
    Version(&'static str),
    /// It begins like a package URL.
    #[error("the package URL is malformed")]
    Url(#[source] PackageUrlError),
}

impl Query {
    /// The longest question, in bytes.
    pub const LENGTH_MAX: usize = 1024;

    fn from_url(text: &str) -> Result<Self, QueryError> {
        let url: PackageUrl = text.parse().map_err(QueryError::Url)?;
        let (ecosystem, _) = Ecosystem::from_url(&url);
        let exact = |version: &str| Versions::Compared(Comparison::Equal, version.to_owned());
        Ok(Self {
            name: ecosystem.full_name(url.namespace(), url.name()),
            versions: url.version().map(exact).into_iter().collect(),
            ecosystem: Some(ecosystem),
        })
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        let text = text.trim();
        if text.len() > Self::LENGTH_MAX {
            return Err(QueryError::Long);
        }
        if text
            .get(..4)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:"))
        {
            return Self::from_url(text);
        }
        let end = text.find(|c: char| c.is_whitespace() || "<>=,".contains(c));
        let (named, versions) = text.split_at(end.unwrap_or(text.len()));
        let mut versions = read_versions(versions)?;
        let (ecosystem, named) = match named.split_once(':') {
            Some((prefix, rest)) if Ecosystem::from_prefix(prefix).is_some() => {
                (Ecosystem::from_prefix(prefix), rest)
            }
            _ => (None, named),
        };
        let name = match named.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() && !version.is_empty() => {
                versions.push(Versions::Under(version.to_owned()));
                name
            }
            _ => named,
        };
        match name.is_empty() {
            true => Err(QueryError::Name),
            false => Ok(Self {
                ecosystem,
                name: name.to_owned(),
                versions,
            }),
        }
    }
}

/// Versions between spaces or commas, each with a comparison in front or none.
fn read_versions(text: &str) -> Result<Vec<Versions>, QueryError> {
    let separates = |c: char| c.is_whitespace() || c == ',';
    let mut versions = Vec::new();
    let mut rest = text.trim_start_matches(separates);
    while !rest.is_empty() {
        let found = COMPARISONS.iter().find(|(sign, _)| rest.starts_with(sign));
        if let Some((sign, _)) = found {
            rest = rest[sign.len()..].trim_start();
        }
        let end = rest.find(|c: char| separates(c) || "<>=".contains(c));
        let (version, behind) = rest.split_at(end.unwrap_or(rest.len()));
        versions.push(match found {
            Some((sign, _)) if version.is_empty() => return Err(QueryError::Version(sign)),
            Some((_, comparison)) => Versions::Compared(*comparison, version.to_owned()),
            None => Versions::Under(version.to_owned()),
        });
        rest = behind.trim_start_matches(separates);
    }
    Ok(versions)
}

/// Whether `part` is one of those that `query` means. A part of a distribution is also meant by the name of its source
/// package; a part of unknown version is not meant where versions are asked for.
pub fn matches(query: &Query, part: &Part) -> bool {
    let elsewhere = |wanted| part.ecosystem.as_ref() != Some(wanted);
    if query.ecosystem.as_ref().is_some_and(elsewhere) {
        return false;
    }
    let own = (part.name.as_str(), part.version.as_deref());
    let source = part.source.as_ref().map(|source| {
        let version = source.version.as_ref().or(part.version.as_ref());
        (source.name.as_str(), version.map(String::as_str))
    });
    let order = part
        .ecosystem
        .as_ref()
        .map_or(Order::Generic, Ecosystem::order);
    let mut known_as = [Some(own), source].into_iter().flatten();
    known_as.any(|(name, version)| {
        let fits =
            |wanted: &Versions| version.is_some_and(|version| wanted.contain(order, version));
        query.means(part.ecosystem.as_ref(), name) && query.versions.iter().all(fits)
    })
}

impl Query {
    /// What the parts that are meant are found by.
    pub fn key(&self) -> String {
        tidegate_domain::attachment::search_key(&self.name)
    }

    /// By the whole name, or by its last segment: `log4j-core` is enough for `org.apache.logging.log4j:log4j-core`.
    fn means(&self, ecosystem: Option<&Ecosystem>, name: &str) -> bool {
        let folded = |text: &str| {
            let text = ecosystem.map_or_else(|| text.to_owned(), |place| place.folded(text));
            text.to_lowercase()
        };
        let (wanted, name) = (folded(&self.name), folded(name));
        wanted == name || name.rsplit(['/', ':']).next() == Some(&wanted)
    }
}

impl Versions {
    fn contain(&self, order: Order, version: &str) -> bool {
        match self {
            Self::Under(prefix) => is_under(prefix, version),
            Self::Compared(comparison, bound) => comparison.holds(order.compare(version, bound)),
        }
    }
}

/// Whether the version begins with the prefix and goes on with another component. An epoch and a `v` that the prefix
/// does not have are passed over.
fn is_under(prefix: &str, version: &str) -> bool {
    let plain = |text: &str| text.trim_start_matches(['v', 'V']).to_lowercase();
    let prefix = plain(prefix);
    let version = match version.split_once(':') {
        Some((epoch, rest)) if !prefix.contains(':') && epoch.parse::<u64>().is_ok() => plain(rest),
        _ => plain(version),
    };
    let Some(rest) = version.strip_prefix(&prefix) else {
        return false;
    };
    let goes_on = |class: fn(&char) -> bool| {
        let (last, next) = (prefix.chars().next_back(), rest.chars().next());
        last.is_some_and(|c| class(&c)) && next.is_some_and(|c| class(&c))
    };
    !goes_on(char::is_ascii_digit) && !goes_on(|c| c.is_alphabetic())
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Equal => order.is_eq(),
            Self::AtLeast => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(purl: &str) -> Part {
        let purl: PackageUrl = purl.parse().unwrap();
        let (ecosystem, _) = Ecosystem::from_url(&purl);
        Part {
            name: ecosystem.full_name(purl.namespace(), purl.name()),
            version: purl.version().map(str::to_owned),
            ecosystem: Some(ecosystem),
            purl: Some(purl),
            ..Part::default()
        }
    }

    #[test]
    fn questions_find_what_they_mean() {
        let log4j = part("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1");
        let lodash = part("pkg:npm/lodash@4.17.20");
        let openssl = part("pkg:deb/debian/openssl@1:3.0.2-1");
        let mux = part("pkg:golang/github.com/gorilla/mux@v1.8.0");
        let login = part("pkg:pypi/flask-login@0.6rc1");
        for (text, part, expect) in [
            ("log4j-core 2.14", &log4j, true),
            ("log4j-core 2.1", &log4j, false),
            ("Log4J-Core", &log4j, true),
            ("org.apache.logging.log4j:log4j-core@2", &log4j, true),
            ("maven:log4j-core >=2.0 <2.15", &log4j, true),
            (
                "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1",
                &log4j,
                true,
            ),
            (
                "pkg:maven/org.apache.logging.log4j/log4j-core@2.14",
                &log4j,
                false,
            ),
            ("log4j", &log4j, false),
            ("npm:lodash", &lodash, true),
            ("pypi:lodash", &lodash, false),
            ("lodash < 4.17.21, >= 4", &lodash, true),
            ("lodash<4.17.20", &lodash, false),
            ("lodash =4.17.20", &lodash, true),
            ("openssl 3.0", &openssl, true),
            ("openssl <3.0.7", &openssl, false),
            ("openssl <1:3.0.7", &openssl, true),
            ("mux 1.8", &mux, true),
            ("golang:github.com/gorilla/mux ==1.8.0", &mux, true),
            ("Flask_Login 0.6", &login, true),
            ("flask-login >=0.6", &login, false),
        ] {
            let query: Query = text.parse().unwrap();
            assert_eq!(matches(&query, part), expect, "{text}");
        }
    }

    #[test]
    fn components_of_a_version_are_whole() {
        for (prefix, version, expect) in [
            ("2.14", "2.14", true),
            ("2.14", "2.14.1", true),
            ("2.14", "2.14-rc1", true),
            ("2.14", "2.140", false),
            ("1.1.1", "1.1.1w", true),
            ("1.0-rc", "1.0-rc1", true),
            ("1.0-r", "1.0-rc1", false),
            ("2", "1:2.0", true),
        ] {
            assert_eq!(is_under(prefix, version), expect, "{prefix} {version}");
        }
    }

    #[test]
    fn what_is_no_question() {
        let long = "x".repeat(Query::LENGTH_MAX + 1);
        for (text, why) in [
            ("", QueryError::Name),
            ("npm:", QueryError::Name),
            ("<2", QueryError::Name),
            ("openssl <", QueryError::Version("<")),
            (&long, QueryError::Long),
            ("pkg:npm", QueryError::Url(PackageUrlError::Name)),
        ] {
            assert_eq!(text.parse::<Query>(), Err(why), "{text}");
        }
    }
}
