//! Probes: how the version of a supplier's component is found out, and what to make of an answer.
//!
//! Asking is done elsewhere. [`Probe::read`] makes a [`Sighting`] of an [`Answer`], or says in words why there is none. A sighting
//! is not believed yet: see [`crate::supplier::Watch`].

mod answer;
mod json_path;
mod pattern;

pub use answer::{Answer, Http, Output, ProbeFault, Sighting, Unanswered};
pub use json_path::{JsonPath, JsonPathError};
pub use pattern::{Pattern, PatternError};

use crate::{
    canonical, communication::WebAddress, digest::Digest, duration::Millis, name::Name,
    version::Version,
};
use serde::{Deserialize, Serialize};

/// How the version of a supplier's component is found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// How.
    pub by: Means,
    /// How often it is asked.
    #[serde(default = "every", skip_serializing_if = "is_every")]
    pub every: Millis,
    /// How long an answer may take.
    #[serde(default = "timeout", skip_serializing_if = "is_timeout")]
    pub timeout: Millis,
    /// How many times in a row another version has to be seen before it counts.
    #[serde(default = "agree", skip_serializing_if = "is_agree")]
    pub agree: u32,
}

/// How a version is found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    /// A header of an HTTP answer.
    Header(HeaderProbe),
    /// A value in a JSON document.
    Json(JsonProbe),
    /// What a tag of an OCI repository names.
    Tag(TagProbe),
    /// What a command of ours prints.
    Command(CommandProbe),
    /// The supplier says it by a signed request.
    Webhook(WebhookProbe),
}

/// A header of an HTTP answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderProbe {
    /// Where it is asked, by GET.
    pub url: WebAddress,
    /// The name of the header, in any case.
    pub name: String,
    /// Which part of it is the version; all of it unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
}

/// A value in a JSON document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JsonProbe {
    /// Where it is asked, by GET.
    pub url: WebAddress,
    /// Where in the document it stands.
    pub path: JsonPath,
    /// Which part of it is the version; all of it unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
}

/// What a tag of an OCI repository names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagProbe {
    /// The repository, `HOST/PATH`.
    pub repository: String,
    /// The tag.
    pub tag: Version,
}

/// What a command of ours prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandProbe {
    /// The program and what it is given. No shell is between.
    pub run: Vec<String>,
    /// Which part of what it prints is the version; its only line unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
}

/// The supplier says it by a signed request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookProbe {
    /// The name of the secret that it signs with.
    pub secret: Name,
}

/// Why a probe cannot be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// Too often to be polite.
    #[error("it is asked every {0}, and the shortest is {min}", min = Probe::EVERY_MIN)]
    TooOften(Millis),
    /// It would still wait when it is asked again.
    #[error("it is asked every {every} and may take {timeout}: let the timeout be shorter")]
    TooSlow {
        /// How often.
        every: Millis,
        /// How long.
        timeout: Millis,
    },
    /// Never or nearly never.
    #[error("`agree` is {0}: write a number from 1 to {max}", max = Probe::AGREE_MAX)]
    Agree(u32),
    /// No header has such a name.
    #[error("`{0}` is no name of a header: use letters, digits and -")]
    Header(String),
    /// Nothing to run.
    #[error("`run` is empty: name a program and what it is given, each by itself")]
    NoCommand,
    /// No repository has such a name.
    #[error("`{0}` is no repository: write HOST/PATH, without a tag and without https://")]
    Repository(String),
}

impl Probe {
    /// The shortest time from one question to the next.
    pub const EVERY_MIN: Millis = Millis::from_secs(30);
    /// As many times in a row may be asked for.
    pub const AGREE_MAX: u32 = 100;
    /// As much of an answer is read, in bytes.
    pub const ANSWER_MAX: usize = 256 * 1024;

    /// What tells this question from another one: the hash of what is asked and read, and not of how often.
    pub fn question(&self) -> Digest {
        Digest::of(canonical::text(&self.by).as_bytes())
    }

    /// Whether it can be asked.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), ProbeError> {
        let (every, timeout) = (self.every, self.timeout);
        if every < Self::EVERY_MIN {
            return Err(ProbeError::TooOften(every));
        }
        if timeout >= every || timeout.0 == 0 {
            return Err(ProbeError::TooSlow { every, timeout });
        }
        if !(1..=Self::AGREE_MAX).contains(&self.agree) {
            return Err(ProbeError::Agree(self.agree));
        }
        self.by.check()
    }

    /// How often another version has to be told before it counts. A signed word is believed the first time.
    pub const fn times(&self) -> u32 {
        match self.by {
            Means::Webhook(_) => 1,
            Means::Header(_) | Means::Json(_) | Means::Tag(_) | Means::Command(_) => self.agree,
        }
    }
}

impl Means {
    fn check(&self) -> Result<(), ProbeError> {
        match self {
            Self::Header(header) => header.check(),
            Self::Command(command) if command.run.first().is_none_or(String::is_empty) => {
                Err(ProbeError::NoCommand)
            }
            Self::Tag(tag) if !is_repository(&tag.repository) => Err(ProbeError::Repository(
                tag.repository.chars().take(80).collect(),
            )),
            Self::Json(_) | Self::Tag(_) | Self::Command(_) | Self::Webhook(_) => Ok(()),
        }
    }
}

impl HeaderProbe {
    /// A token of RFC 9110 §5.6.2, as far as headers use it.
    fn check(&self) -> Result<(), ProbeError> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        match !self.name.is_empty() && self.name.len() <= 80 && self.name.bytes().all(is_plain) {
            true => Ok(()),
            false => Err(ProbeError::Header(self.name.chars().take(80).collect())),
        }
    }
}

/// A host, a slash, and a name of the distribution specification (§pulling manifests).
fn is_repository(text: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b);
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_plain);
    let host = |host: &str| {
        let (name, port) = host.split_once(':').unwrap_or((host, "443"));
        is_part(name) && port.parse::<u16>().is_ok()
    };
    let parts = text.split_once('/');
    parts.is_some_and(|(at, path)| text.len() <= 255 && host(at) && path.split('/').all(is_part))
}

const fn every() -> Millis {
    Millis::from_secs(300)
}

const fn timeout() -> Millis {
    Millis::from_secs(10)
}

const fn agree() -> u32 {
    2
}

fn is_every(length: &Millis) -> bool {
    *length == every()
}

fn is_timeout(length: &Millis) -> bool {
    *length == timeout()
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands fields over by reference"
)]
const fn is_agree(times: &u32) -> bool {
    *times == agree()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_probe_is_written_as_it_is_read_and_defaults_are_left_out() {
        for document in [
            json!({"by": {"header": {"url": "https://a.example/", "name": "x-version"}}}),
            json!({"by": {"json": {"url": "https://a.example/", "path": "$.build.version", "pattern": "v(.*)"}}, "every": 60000}),
            json!({"by": {"tag": {"repository": "r.example:5000/acme/gateway", "tag": "stable"}}, "agree": 3}),
            json!({"by": {"command": {"run": ["acme", "--version"]}}, "timeout": 5000}),
            json!({"by": {"webhook": {"secret": "acme-hook"}}}),
        ] {
            let probe: Probe = serde_json::from_value(document.clone()).unwrap();
            assert_eq!(probe.check(), Ok(()));
            assert_eq!(serde_json::to_value(&probe).unwrap(), document);
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused() {
        let header = json!({"header": {"url": "https://a.example/", "name": "x-version"}});
        for (document, expect) in [
            (
                json!({"by": header, "every": "10s"}),
                "it is asked every 10 s, and the shortest is 30 s",
            ),
            (
                json!({"by": header, "every": "1m", "timeout": "1m"}),
                "it is asked every 1 min and may take 1 min: let the timeout be shorter",
            ),
            (
                json!({"by": header, "agree": 0}),
                "`agree` is 0: write a number from 1 to 100",
            ),
            (
                json!({"by": {"header": {"url": "https://a.example/", "name": "x\r\nhost"}}}),
                "`x\r\nhost` is no name of a header: use letters, digits and -",
            ),
            (
                json!({"by": {"command": {"run": []}}}),
                "`run` is empty: name a program and what it is given, each by itself",
            ),
            (
                json!({"by": {"tag": {"repository": "https://r.example/a", "tag": "stable"}}}),
                "`https://r.example/a` is no repository: write HOST/PATH, without a tag and without https://",
            ),
        ] {
            let probe: Probe = serde_json::from_value(document).unwrap();
            assert_eq!(probe.check().unwrap_err().to_string(), expect);
        }
    }
}
