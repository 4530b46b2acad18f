//! `CloudEvents` 1.0 (CNCF), as the HTTP protocol binding carries them: structured, binary, in batches; or a bare `CDEvent`.
//!
//! May not: know what an event means. [`super::cdevent`] does.

use super::{Mark, MarkError};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// An event, as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct CloudEvent {
    /// Its name within its source.
    pub id: Mark,
    /// Who tells it.
    pub source: Mark,
    /// What happened.
    pub kind: Mark,
    /// When, if that is told.
    pub time: Option<Timestamp>,
    /// What it says.
    pub data: Value,
}

/// What headers say of an event whose body is its data alone (HTTP protocol binding, §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headers<'a> {
    /// `ce-specversion`.
    pub version: &'a str,
    /// `ce-id`.
    pub id: &'a str,
    /// `ce-source`.
    pub source: &'a str,
    /// `ce-type`.
    pub kind: &'a str,
    /// `ce-time`.
    pub time: Option<&'a str>,
}

/// Why something is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// No JSON.
    #[error("it is no JSON: {0}")]
    Json(String),
    /// JSON without what an event has.
    #[error("it is no CloudEvent: {0}")]
    Form(String),
    /// Another version.
    #[error("it is a CloudEvent of version {0}; 1.0 is understood")]
    Version(String),
    /// Data in another form than JSON.
    #[error("its data is not a JSON object: send it with datacontenttype application/json")]
    Data,
    /// A name that cannot be kept.
    #[error("its {0}: {1}")]
    Mark(&'static str, MarkError),
    /// A time that is none.
    #[error("its time `{0}` is none: write it as 2026-11-28T12:00:00Z")]
    Time(String),
    /// Too many.
    #[error(
        "there are more than {} in the batch: send them in parts",
        CloudEvent::BATCH_MAX
    )]
    Many,
}

#[derive(Deserialize)]
struct Written {
    specversion: String,
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    time: Option<String>,
    data: Option<Value>,
}

impl CloudEvent {
    /// The most events of a batch.
    pub const BATCH_MAX: usize = 1_000;

    /// Reads an event in structured mode (JSON event format, §3).
    ///
    /// # Errors
    /// When it is none.
    pub fn structured(body: &[u8]) -> Result<Self, EventError> {
        Self::of(read(body)?)
    }

    /// Reads a batch (JSON event format, §4).
    ///
    /// # Errors
    /// When one of them is none, or there are too many.
    pub fn batch(body: &[u8]) -> Result<Vec<Self>, EventError> {
        let Value::Array(all) = read(body)? else {
            let why = "a batch is an array of events".to_owned();
            return Err(EventError::Form(why));
        };
        if all.len() > Self::BATCH_MAX {
            return Err(EventError::Many);
        }
        all.into_iter().map(Self::of).collect()
    }

    /// Reads an event in binary mode: attributes in headers, data in the body.
    ///
    /// # Errors
    /// When it is none.
    pub fn binary(headers: &Headers<'_>, body: &[u8]) -> Result<Self, EventError> {
        let data = read(body)?;
        let written = Written {
            specversion: headers.version.to_owned(),
            id: headers.id.to_owned(),
            source: headers.source.to_owned(),
            kind: headers.kind.to_owned(),
            time: headers.time.map(str::to_owned),
            data: Some(data),
        };
        written.event()
    }

    /// Reads a `CDEvent` that no `CloudEvent` carries, as some tools send it: its context says the same.
    ///
    /// # Errors
    /// When it is none.
    pub fn bare(body: &[u8]) -> Result<Self, EventError> {
        let data = read(body)?;
        if data.get("specversion").is_some() {
            return Self::of(data);
        }
        let said = |name: &str| {
            let found = data.get("context").and_then(|context| context.get(name));
            found.and_then(Value::as_str).map(str::to_owned)
        };
        let lacks = |name: &str| {
            let why = format!(
                "it has neither a specversion nor a context.{name}; send CDEvents as application/cloudevents+json"
            );
            EventError::Form(why)
        };
        let written = Written {
            specversion: "1.0".to_owned(),
            id: said("id").ok_or_else(|| lacks("id"))?,
            source: said("source").ok_or_else(|| lacks("source"))?,
            kind: said("type").ok_or_else(|| lacks("type"))?,
            time: said("timestamp"),
            data: Some(data),
        };
        written.event()
    }

    fn of(value: Value) -> Result<Self, EventError> {
        let written: Written =
            serde_json::from_value(value).map_err(|why| EventError::Form(short(&why)))?;
        written.event()
    }
}

impl Written {
    fn event(self) -> Result<CloudEvent, EventError> {
        if self.specversion != "1.0" {
            let version = self.specversion.chars().take(20).collect();
            return Err(EventError::Version(version));
        }
        let mark = |what, text: &str| text.parse().map_err(|why| EventError::Mark(what, why));
        Ok(CloudEvent {
            id: mark("id", &self.id)?,
            source: mark("source", &self.source)?,
            kind: mark("type", &self.kind)?,
            time: self.time.as_deref().map(time).transpose()?,
            data: match self.data {
                Some(data @ Value::Object(_)) => data,
                Some(_) | None => return Err(EventError::Data),
            },
        })
    }
}

/// A time (RFC 3339).
pub(super) fn time(text: &str) -> Result<Timestamp, EventError> {
    let wrong = |_| EventError::Time(text.chars().take(80).collect());
    text.parse().map_err(wrong)
}

fn read(body: &[u8]) -> Result<Value, EventError> {
    serde_json::from_slice(body).map_err(|why| EventError::Json(short(&why)))
}

fn short(why: &serde_json::Error) -> String {
    why.to_string().chars().take(200).collect()
}
