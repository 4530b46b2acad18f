//! What a probe was answered, and the version in it.

use super::{HeaderProbe, JsonProbe, Means, Pattern, Probe};
use crate::{digest::Digest, duration::Millis, json, supplier::Line, version::Version};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// What was seen of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sighting {
    /// Its version.
    Version(Version),
    /// What a tag names.
    Digest(Digest),
}

/// What came back from whoever was asked. It was read up to [`Probe::ANSWER_MAX`] bytes and one more, within the timeout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// An HTTP answer.
    Http(Http<'a>),
    /// The digest that a tag names.
    Manifest(Digest),
    /// What a command did.
    Output(Output<'a>),
}

/// An HTTP answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Http<'a> {
    /// Its status.
    pub status: u16,
    /// Its headers, as they came.
    pub headers: &'a [(String, Vec<u8>)],
    /// Its body, unpacked.
    pub body: &'a [u8],
}

/// What a command did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output<'a> {
    /// Its exit code; none when it was killed.
    pub exit: Option<i32>,
    /// What it printed.
    pub stdout: &'a [u8],
}

/// Why there was no answer at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unanswered {
    /// It did not come in time.
    TimedOut(Millis),
    /// It could not be asked, and why.
    Unreachable(Line),
}

/// Why nothing was seen. It is told in words, and changes no version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ProbeFault {
    /// It did not answer.
    #[error("{0}")]
    Unanswered(Unanswered),
    /// It answered something else than a success.
    #[error("it answered with status {0}")]
    Status(u16),
    /// It answered endlessly.
    #[error("it answered more than {} KiB: only the version is asked for", Probe::ANSWER_MAX / 1024)]
    TooLarge,
    /// It answered without the header.
    #[error("its answer has no header `{0}`")]
    NoHeader(String),
    /// The header is there twice, and says two things.
    #[error("its answer has the header `{0}` several times, with different values")]
    HeaderTwice(String),
    /// It answered a page.
    #[error(
        "it answered a page and no JSON: perhaps one for signing in, or one that says what went wrong"
    )]
    Page,
    /// It answered no JSON.
    #[error("its answer is no JSON, or nests too deep, or says a thing twice")]
    NotJson,
    /// The document has something else.
    #[error("its answer has nothing at {0}")]
    Nothing(String),
    /// There is no text there.
    #[error("what its answer has at {0} is neither a text nor a number")]
    NotText(String),
    /// It is no text.
    #[error("its answer is no text in UTF-8")]
    NotUtf8,
    /// The pattern finds nothing.
    #[error("the pattern `{pattern}` finds nothing in `{text}`")]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// The text.
        text: Line,
    },
    /// What stands there is no version.
    #[error("`{0}` is no version: a pattern can say which part of it is")]
    NotVersion(Line),
    /// The command failed.
    #[error("the command ended with code {0}")]
    Exit(i32),
    /// The command was ended.
    #[error("the command was killed")]
    Killed,
    /// The answer belongs to another question.
    #[error("this is no answer to what was asked")]
    OtherAnswer,
}

impl Probe {
    /// What an answer says of the component.
    ///
    /// # Errors
    /// Why it says nothing.
    pub fn read(&self, answer: Result<Answer<'_>, Unanswered>) -> Result<Sighting, ProbeFault> {
        let answer = answer.map_err(ProbeFault::Unanswered)?;
        match (&self.by, answer) {
            (Means::Header(probe), Answer::Http(http)) => header(probe, &http),
            (Means::Json(probe), Answer::Http(http)) => body(probe, &http),
            (Means::Tag(_), Answer::Manifest(digest)) => Ok(Sighting::Digest(digest)),
            (Means::Command(probe), Answer::Output(output)) => {
                printed(probe.pattern.as_ref(), &output)
            }
            (
                Means::Header(_)
                | Means::Json(_)
                | Means::Tag(_)
                | Means::Command(_)
                | Means::Webhook(_),
                Answer::Http(_) | Answer::Manifest(_) | Answer::Output(_),
            ) => Err(ProbeFault::OtherAnswer),
        }
    }
}

fn header(probe: &HeaderProbe, http: &Http<'_>) -> Result<Sighting, ProbeFault> {
    succeeded(http)?;
    let all = http.headers.iter();
    let mut values = all
        .filter(|(name, _)| name.eq_ignore_ascii_case(&probe.name))
        .map(|(_, value)| value);
    let first = values
        .next()
        .ok_or_else(|| ProbeFault::NoHeader(probe.name.clone()))?;
    if values.any(|value| value != first) {
        return Err(ProbeFault::HeaderTwice(probe.name.clone()));
    }
    version(text(first)?, probe.pattern.as_ref())
}

fn body(probe: &JsonProbe, http: &Http<'_>) -> Result<Sighting, ProbeFault> {
    succeeded(http)?;
    if http.body.len() > Probe::ANSWER_MAX {
        return Err(ProbeFault::TooLarge);
    }
    if http.body.trim_ascii_start().starts_with(b"<") {
        return Err(ProbeFault::Page);
    }
    json::check_names(http.body, |_, name| Ok(name.to_owned())).map_err(|_| ProbeFault::NotJson)?;
    let document: Value = serde_json::from_slice(http.body).map_err(|_| ProbeFault::NotJson)?;
    let path = || probe.path.to_string();
    let found = probe
        .path
        .find(&document)
        .ok_or_else(|| ProbeFault::Nothing(path()))?;
    match found {
        Value::String(text) => version(text, probe.pattern.as_ref()),
        Value::Number(number) => version(&number.to_string(), probe.pattern.as_ref()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
            Err(ProbeFault::NotText(path()))
        }
    }
}

fn printed(pattern: Option<&Pattern>, output: &Output<'_>) -> Result<Sighting, ProbeFault> {
    match output.exit {
        None => return Err(ProbeFault::Killed),
        Some(0) => {}
        Some(code) => return Err(ProbeFault::Exit(code)),
    }
    if output.stdout.len() > Probe::ANSWER_MAX {
        return Err(ProbeFault::TooLarge);
    }
    version(text(output.stdout)?, pattern)
}

const fn succeeded(http: &Http<'_>) -> Result<(), ProbeFault> {
    match http.status {
        200..=299 => Ok(()),
        status => Err(ProbeFault::Status(status)),
    }
}

fn text(bytes: &[u8]) -> Result<&str, ProbeFault> {
    std::str::from_utf8(bytes).map_err(|_| ProbeFault::NotUtf8)
}

fn version(text: &str, pattern: Option<&Pattern>) -> Result<Sighting, ProbeFault> {
    let part = match pattern {
        None => Some(text),
        Some(pattern) => pattern.find(text),
    };
    let part = part.ok_or_else(|| ProbeFault::NoMatch {
        pattern: pattern.map(ToString::to_string).unwrap_or_default(),
        text: Line::first_of(text),
    })?;
    // What is behind a `+` says how it was built (Semantic Versioning 2.0.0 §10), and is no part of our versions.
    let bare = part.trim().split('+').next().unwrap_or_default();
    let read = bare.parse().map(Sighting::Version);
    read.map_err(|_| ProbeFault::NotVersion(Line::first_of(part)))
}

impl Sighting {
    /// The version, if one was seen.
    pub const fn version(&self) -> Option<&Version> {
        match self {
            Self::Version(version) => Some(version),
            Self::Digest(_) => None,
        }
    }

    /// Whether it is an earlier version than another. What cannot be compared is not.
    pub fn is_before(&self, other: &Self) -> bool {
        let semantic = |it: &Self| it.version().and_then(Version::semantic);
        let pair = semantic(self).zip(semantic(other));
        pair.is_some_and(|(one, other)| one.cmp_precedence(&other).is_lt())
    }
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => version.fmt(f),
            Self::Digest(digest) => f.write_str(&digest.short()),
        }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut(after) => write!(f, "it did not answer within {after}"),
            Self::Unreachable(why) => write!(f, "it could not be asked: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn probe(by: &Value) -> Probe {
        serde_json::from_value(json!({ "by": by })).unwrap()
    }

    fn said(probe: &Probe, answer: Answer<'_>) -> String {
        let read = probe.read(Ok(answer));
        read.map_or_else(|why| why.to_string(), |seen| seen.to_string())
    }

    #[test]
    fn a_header_says_the_version() {
        let plain = probe(&json!({"header": {"url": "https://a.example/", "name": "X-Version"}}));
        let server = probe(
            &json!({"header": {"url": "https://a.example/", "name": "server", "pattern": "gw/(\\S+)"}}),
        );
        let check = |probe: &Probe, status, all: &[(&str, &[u8])], expect: &str| {
            let headers: Vec<_> = all
                .iter()
                .map(|(name, it)| ((*name).to_owned(), it.to_vec()))
                .collect();
            let http = Http {
                status,
                headers: &headers,
                body: b"",
            };
            assert_eq!(said(probe, Answer::Http(http)), expect);
        };
        check(&plain, 200, &[("x-version", b" 2.4.1+b7 ")], "2.4.1");
        check(
            &plain,
            200,
            &[("x-version", b"2"), ("X-VERSION", b"2")],
            "2",
        );
        check(
            &plain,
            200,
            &[("x-version", b"2"), ("X-VERSION", b"3")],
            "its answer has the header `X-Version` several times, with different values",
        );
        check(
            &plain,
            200,
            &[("server", b"gw/2")],
            "its answer has no header `X-Version`",
        );
        check(
            &plain,
            302,
            &[("x-version", b"2")],
            "it answered with status 302",
        );
        check(
            &plain,
            200,
            &[("x-version", b"\xff")],
            "its answer is no text in UTF-8",
        );
        check(
            &plain,
            200,
            &[("x-version", b"unknown version")],
            "`unknown version` is no version: a pattern can say which part of it is",
        );
        check(
            &plain,
            200,
            &[("x-version", b"")],
            "`` is no version: a pattern can say which part of it is",
        );
        check(&server, 200, &[("server", b"acme gw/2.4.1 x")], "2.4.1");
        check(
            &server,
            200,
            &[("server", b"nginx")],
            "the pattern `gw/(\\S+)` finds nothing in `nginx`",
        );
    }

    #[test]
    fn a_document_says_the_version() {
        let probe = probe(&json!({"json": {"url": "https://a.example/", "path": "$.version"}}));
        let check = |body: &[u8], expect: &str| {
            let http = Http {
                status: 200,
                headers: &[],
                body,
            };
            assert_eq!(said(&probe, Answer::Http(http)), expect);
        };
        check(br#"{"version": "2.4.1"}"#, "2.4.1");
        check(br#"{"version": 7}"#, "7");
        check(
            br#"{"version": null}"#,
            "what its answer has at $.version is neither a text nor a number",
        );
        check(b"{}", "its answer has nothing at $.version");
        check(b"[]", "its answer has nothing at $.version");
        check(
            b" \n<!DOCTYPE html><title>Sign in</title>",
            "it answered a page and no JSON: perhaps one for signing in, or one that says what went wrong",
        );
        check(
            br#"{"version": "1", "version": "2"}"#,
            "its answer is no JSON, or nests too deep, or says a thing twice",
        );
        check(
            "[".repeat(100_000).as_bytes(),
            "its answer is no JSON, or nests too deep, or says a thing twice",
        );
        check(
            b"",
            "its answer is no JSON, or nests too deep, or says a thing twice",
        );
        check(
            &vec![b' '; Probe::ANSWER_MAX + 1],
            "it answered more than 256 KiB: only the version is asked for",
        );
        check(
            br#"{"version": "<script>\u0000"}"#,
            "`<script>` is no version: a pattern can say which part of it is",
        );
    }

    #[test]
    fn a_command_and_a_tag_say_the_version() {
        let command = probe(&json!({"command": {"run": ["gw", "-v"], "pattern": "(\\d\\S*)"}}));
        let check = |exit, stdout: &[u8], expect: &str| {
            assert_eq!(
                said(&command, Answer::Output(Output { exit, stdout })),
                expect
            );
        };
        check(Some(0), b"gateway v2.4.1\n", "2.4.1");
        check(
            Some(1),
            b"gateway v2.4.1\n",
            "the command ended with code 1",
        );
        check(None, b"", "the command was killed");
        check(
            Some(0),
            &vec![b'1'; Probe::ANSWER_MAX + 1],
            "it answered more than 256 KiB: only the version is asked for",
        );
        let tag = probe(&json!({"tag": {"repository": "r.example/a", "tag": "stable"}}));
        let digest = Digest::of(b"");
        assert_eq!(
            tag.read(Ok(Answer::Manifest(digest))),
            Ok(Sighting::Digest(digest))
        );
        assert_eq!(
            said(&command, Answer::Manifest(digest)),
            "this is no answer to what was asked"
        );
    }

    #[test]
    fn silence_is_told_in_words() {
        let probe = probe(&json!({"webhook": {"secret": "acme"}}));
        for (why, expect) in [
            (
                Unanswered::TimedOut(Millis::from_secs(10)),
                "it did not answer within 10 s",
            ),
            (
                Unanswered::Unreachable(Line::of("no route to host")),
                "it could not be asked: no route to host",
            ),
        ] {
            assert_eq!(probe.read(Err(why)).unwrap_err().to_string(), expect);
        }
    }

    #[test]
    fn versions_are_compared_as_far_as_they_can_be() {
        let seen = |text: &str| Sighting::Version(text.parse().unwrap());
        assert!(seen("2.4.1").is_before(&seen("v2.10.0")));
        assert!(!seen("2.4.1").is_before(&seen("2.4.1")));
        assert!(!seen("nightly").is_before(&seen("2.4.1")));
        assert!(!Sighting::Digest(Digest::of(b"")).is_before(&seen("2.4.1")));
    }

    proptest! {
        /// Whatever is answered, it is a version or told in a short line.
        #[test]
        fn nothing_that_is_answered_does_harm(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let probe = probe(&json!({"json": {"url": "https://a.example/", "path": "$[0]"}}));
            let http = Http { status: 200, headers: &[], body: &body };
            prop_assert!(said(&probe, Answer::Http(http)).chars().count() < 300);
        }
    }
}
