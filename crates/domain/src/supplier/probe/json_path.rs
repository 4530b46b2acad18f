//! Where in a JSON document a value stands: the *singular queries* of `JSONPath` (RFC 9535 §2.3.5.1), and nothing else of it.
//!
//! These name one place: `$`, behind it names as `.name` or `['name']` and places in arrays as `[0]`, from the end as `[-1]`.
//! Wildcards, slices, filters and descendants are not read, for they would name several.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{fmt, str::FromStr};

/// One place in a JSON document, written `$.build.version` or `$['build'][0]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct JsonPath {
    text: String,
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Name(String),
    Index(i64),
}

/// The text names no single place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no single place in a JSON document: write for instance $.build.version or $['versions'][0]"
)]
pub struct JsonPathError(String);

impl JsonPath {
    /// The longest, in bytes.
    const LENGTH_MAX: usize = 500;

    /// The value there, if there is one.
    pub fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        let mut steps = self.steps.iter();
        steps.try_fold(document, |value, step| match step {
            Step::Name(name) => value.as_object()?.get(name),
            Step::Index(index) => {
                let list = value.as_array()?;
                let from_end = || {
                    list.len()
                        .checked_sub(index.unsigned_abs().try_into().ok()?)
                };
                list.get(usize::try_from(*index).ok().or_else(from_end)?)
            }
        })
    }
}

impl FromStr for JsonPath {
    type Err = JsonPathError;

    fn from_str(text: &str) -> Result<Self, JsonPathError> {
        let wrong = || JsonPathError(text.chars().take(80).collect());
        let text = text.trim();
        let short = (text.len() <= Self::LENGTH_MAX).then_some(text);
        let mut rest = short
            .and_then(|it| it.strip_prefix('$'))
            .ok_or_else(wrong)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, behind) = step(rest).ok_or_else(wrong)?;
            steps.push(step);
            rest = behind;
        }
        let text = text.to_owned();
        Ok(Self { text, steps })
    }
}

fn step(text: &str) -> Option<(Step, &str)> {
    if let Some(name) = text.strip_prefix('.') {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
        let end = name.find(|c| !is_name(c)).unwrap_or(name.len());
        let (name, rest) = name.split_at(end);
        // RFC 9535 §2.5.1.1: a shorthand does not begin with a digit.
        let good = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
        return good.then(|| (Step::Name(name.to_owned()), rest));
    }
    let inner = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(quoted) = inner.strip_prefix(quote) {
            let (name, rest) = quoted.split_once(quote)?;
            let rest = rest.strip_prefix(']')?;
            return (!name.contains('\\')).then(|| (Step::Name(name.to_owned()), rest));
        }
    }
    let (number, rest) = inner.split_once(']')?;
    let index: i64 = number.parse().ok()?;
    // No leading zero, no plus and no -0 (RFC 9535 §2.3.3.1).
    (index.to_string() == number).then_some((Step::Index(index), rest))
}

impl TryFrom<String> for JsonPath {
    type Error = JsonPathError;
    fn try_from(text: String) -> Result<Self, JsonPathError> {
        text.parse()
    }
}

impl From<JsonPath> for String {
    fn from(path: JsonPath) -> Self {
        path.text
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_finds_one_place_or_none() {
        let document =
            json!({"build": {"version": "2.4.1", "a.b": 1}, "all": [1, 2, 3], "é": null});
        for (path, expect) in [
            ("$.build.version", Some(json!("2.4.1"))),
            ("$['build']['a.b']", Some(json!(1))),
            ("$[\"all\"][0]", Some(json!(1))),
            ("$.all[-1]", Some(json!(3))),
            ("$.all[3]", None),
            ("$.all[-4]", None),
            ("$.all[-9223372036854775808]", None),
            ("$.all.x", None),
            ("$.build[0]", None),
            ("$.é", Some(json!(null))),
            ("$.nothing", None),
        ] {
            let path: JsonPath = path.parse().unwrap();
            assert_eq!(path.find(&document), expect.as_ref(), "{path}");
        }
        assert_eq!(
            "$".parse::<JsonPath>().unwrap().find(&document),
            Some(&document)
        );
    }

    #[test]
    fn what_names_several_places_is_refused() {
        for text in [
            "",
            "build",
            "$.",
            "$..version",
            "$.*",
            "$[*]",
            "$[0:2]",
            "$[?@.a]",
            "$[01]",
            "$[-0]",
            "$['a', 'b']",
            "$.1a",
            "$[",
            "$['a\\'b']",
            "$ .a",
        ] {
            let why = text.parse::<JsonPath>().unwrap_err().to_string();
            assert_eq!(
                why,
                format!(
                    "`{text}` names no single place in a JSON document: write for instance $.build.version or $['versions'][0]"
                )
            );
        }
    }
}
