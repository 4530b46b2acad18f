//! Package URLs: `pkg:type/namespace/name@version?qualifiers#subpath`, by the purl specification (ECMA-427).

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A package URL in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PackageUrl {
    kind: String,
    namespace: Option<String>,
    name: String,
    version: Option<String>,
    qualifiers: Vec<(String, String)>,
    subpath: Option<String>,
}

/// Why a text is not a package URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackageUrlError {
    /// Beyond every real one.
    #[error("the package URL is longer than {} bytes", PackageUrl::LENGTH_MAX)]
    Long,
    /// Another scheme or none.
    #[error("a package URL begins with pkg:")]
    Scheme,
    /// No type, or one of other characters than letters, digits, dots, plus and dash.
    #[error("the type of the package URL is missing or malformed")]
    Kind,
    /// Nothing but type and namespace.
    #[error("the package URL has no name")]
    Name,
    /// A percent sign without two hex digits, or bytes that are not UTF-8.
    #[error("the package URL is percent-encoded wrongly")]
    Encoding,
}

impl PackageUrl {
    /// The longest that is read, in bytes.
    pub const LENGTH_MAX: usize = 4096;

    /// The type: `npm`, `maven`, `deb`, …
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The group, scope, owner or distribution, with its segments separated by `/`.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// The name without its namespace.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The version, decoded.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The value of a qualifier, by its lower-case key.
    pub fn qualifier(&self, key: &str) -> Option<&str> {
        let found = self.qualifiers.iter().find(|(other, _)| other == key);
        found.map(|(_, value)| value.as_str())
    }
}

impl FromStr for PackageUrl {
    type Err = PackageUrlError;

    fn from_str(text: &str) -> Result<Self, PackageUrlError> {
        if text.len() > Self::LENGTH_MAX {
            return Err(PackageUrlError::Long);
        }
        let (scheme, rest) = text.trim().split_once(':').ok_or(PackageUrlError::Scheme)?;
        if !scheme.eq_ignore_ascii_case("pkg") {
            return Err(PackageUrlError::Scheme);
        }
        let (rest, subpath) = cut(rest, '#');
        let (rest, qualifiers) = cut(rest, '?');
        let rest = rest.trim_start_matches('/');
        let (kind, rest) = rest.split_once('/').ok_or(PackageUrlError::Name)?;
        let (path, version) = split_version(rest.trim_matches('/'));
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        let url = Self {
            kind: read_kind(kind)?,
            namespace: segments(namespace, |_| true)?,
            name: decoded(name)?,
            version: version
                .map(decoded)
                .transpose()?
                .filter(|text| !text.is_empty()),
            qualifiers: read_qualifiers(qualifiers.unwrap_or_default())?,
            subpath: segments(subpath.unwrap_or_default(), |part| {
                !matches!(part, "." | "..")
            })?,
        };
        if url.name.is_empty() {
            return Err(PackageUrlError::Name);
        }
        // What is read must be readable again in its normal form, which may encode more.
        let url = url.normal();
        match text.len() * 3 > Self::LENGTH_MAX && url.to_string().len() > Self::LENGTH_MAX {
            true => Err(PackageUrlError::Long),
            false => Ok(url),
        }
    }
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.rsplit_once(at) {
        Some((text, behind)) => (text, Some(behind)),
        None => (text, None),
    }
}

/// The version follows the last `@`. Producers often leave the one of an npm scope unencoded, so one at the start of a
/// segment is part of the name.
fn split_version(rest: &str) -> (&str, Option<&str>) {
    let separates = |(at, _): &(usize, &str)| *at > 0 && !rest[..*at].ends_with('/');
    let last = rest.rmatch_indices('@').find(separates);
    match last {
        Some((at, _)) => (rest[..at].trim_end_matches('/'), Some(&rest[at + 1..])),
        None => (rest, None),
    }
}

fn read_kind(text: &str) -> Result<String, PackageUrlError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-');
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    match begins && text.chars().all(plain) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(PackageUrlError::Kind),
    }
}

fn segments(text: &str, wanted: impl Fn(&str) -> bool) -> Result<Option<String>, PackageUrlError> {
    let parts = text.split('/').map(decoded);
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    let parts = parts
        .into_iter()
        .filter(|part| !part.is_empty() && wanted(part));
    let path = parts.collect::<Vec<_>>().join("/");
    Ok((!path.is_empty()).then_some(path))
}

/// Sorted by key; of a key that occurs twice the first counts.
fn read_qualifiers(text: &str) -> Result<Vec<(String, String)>, PackageUrlError> {
    let mut qualifiers = Vec::new();
    for (key, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = decoded(value)?;
        if !key.is_empty() && !value.is_empty() {
            qualifiers.push((decoded(key)?.to_ascii_lowercase(), value));
        }
    }
    qualifiers.sort_by(|(left, _), (right, _)| left.cmp(right));
    qualifiers.dedup_by(|(later, _), (earlier, _)| later == earlier);
    Ok(qualifiers)
}

fn decoded(text: &str) -> Result<String, PackageUrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (Some(high), Some(low)) = (digit(), digit()) else {
            return Err(PackageUrlError::Encoding);
        };
        bytes.extend(u8::try_from(high * 16 + low));
    }
    String::from_utf8(bytes).map_err(|_| PackageUrlError::Encoding)
}

impl PackageUrl {
    /// Applies the rules of the types, as the specification's type definitions give them.
    fn normal(mut self) -> Self {
        let lower = |text: &mut String| *text = text.to_lowercase();
        let (namespace, name) = match self.kind.as_str() {
            "alpm" | "apk" | "bitbucket" | "composer" | "deb" | "github" | "gitlab" | "golang"
            | "hex" | "npm" => (true, true),
            "bitnami" | "luarocks" | "oci" | "otp" | "pub" | "pypi" => (false, true),
            "qpkg" | "rpm" => (true, false),
            _ => (false, false),
        };
        if namespace {
            self.namespace.iter_mut().for_each(lower);
        }
        if name {
            lower(&mut self.name);
        }
        match self.kind.as_str() {
            "pypi" => self.name = self.name.replace('_', "-"),
            "huggingface" | "oci" => self.version.iter_mut().for_each(lower),
            _ => {}
        }
        self
    }
}

impl fmt::Display for PackageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkg:{}/", self.kind)?;
        if let Some(namespace) = &self.namespace {
            for segment in namespace.split('/') {
                write!(f, "{}/", Encoded(segment))?;
            }
        }
        write!(f, "{}", Encoded(&self.name))?;
        if let Some(version) = &self.version {
            write!(f, "@{}", Encoded(version))?;
        }
        for (at, (key, value)) in self.qualifiers.iter().enumerate() {
            let separator = if at == 0 { '?' } else { '&' };
            write!(f, "{separator}{}={}", Encoded(key), Encoded(value))?;
        }
        for (at, segment) in self
            .subpath
            .iter()
            .flat_map(|path| path.split('/'))
            .enumerate()
        {
            let separator = if at == 0 { '#' } else { '/' };
            write!(f, "{separator}{}", Encoded(segment))?;
        }
        Ok(())
    }
}

/// Text with everything percent-encoded that the specification does not let stand.
struct Encoded<'a>(&'a str);

impl fmt::Display for Encoded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.bytes() {
            match byte {
                b'.' | b'-' | b'_' | b'~' | b':' => write!(f, "{}", char::from(byte))?,
                _ if byte.is_ascii_alphanumeric() => write!(f, "{}", char::from(byte))?,
                _ => write!(f, "%{byte:02X}")?,
            }
        }
        Ok(())
    }
}

impl TryFrom<String> for PackageUrl {
    type Error = PackageUrlError;
    fn try_from(text: String) -> Result<Self, PackageUrlError> {
        text.parse()
    }
}

impl From<PackageUrl> for String {
    fn from(url: PackageUrl) -> Self {
        url.to_string()
    }
}

#[cfg(test)]
mod tests;
