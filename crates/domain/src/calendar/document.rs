//! A window or freeze as a person writes it in a file: both have the same keys.

use super::{Freeze, InFlight, Interval, Recurrence, Scope, When, Window};
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    name: Name,
    /// The name, unless set.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    product: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    environment: Option<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    once: Option<Interval>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<Box<Recurrence>>,
    reason: String,
    #[serde(default)]
    in_flight: InFlight,
}

/// Why a document is no window and no freeze.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// It would be unclear whether either or both are meant.
    #[error(
        "it names a product and an environment: keep one of them, or neither for the whole organisation"
    )]
    TwoScopes,
    /// It says not when it is, or says so twice.
    #[error(
        "say when it is by one of `once: {{from, to, time_zone}}` and `every: {{starts, rule, lasts, time_zone}}`"
    )]
    NotOneTime,
    /// Somebody will stand before it and ask.
    #[error("the reason is empty: say why, for those who wait")]
    NoReason,
}

impl Document {
    fn scope(&self) -> Result<Scope, DocumentError> {
        match (self.product.clone(), self.environment.clone()) {
            (None, None) => Ok(Scope::Organisation),
            (Some(product), None) => Ok(Scope::Product(product)),
            (None, Some(environment)) => Ok(Scope::Environment(environment)),
            (Some(_), Some(_)) => Err(DocumentError::TwoScopes),
        }
    }

    fn when(&mut self) -> Result<When, DocumentError> {
        match (self.once.take(), self.every.take()) {
            (Some(interval), None) => Ok(When::Once(interval)),
            (None, Some(recurrence)) => Ok(When::Every(recurrence)),
            (None, None) | (Some(_), Some(_)) => Err(DocumentError::NotOneTime),
        }
    }

    fn title(&mut self) -> String {
        match self.title.trim().is_empty() {
            true => self.name.to_string(),
            false => std::mem::take(&mut self.title),
        }
    }

    fn reason(&mut self) -> Result<String, DocumentError> {
        match self.reason.trim().is_empty() {
            true => Err(DocumentError::NoReason),
            false => Ok(std::mem::take(&mut self.reason)),
        }
    }
}

/// Reads one of the two from the document, and writes it as one.
macro_rules! declared {
    ($thing:ident) => {
        impl TryFrom<Document> for $thing {
            type Error = DocumentError;

            fn try_from(mut document: Document) -> Result<Self, DocumentError> {
                Ok(Self {
                    scope: document.scope()?,
                    when: document.when()?,
                    title: document.title(),
                    reason: document.reason()?,
                    name: document.name,
                    in_flight: document.in_flight,
                })
            }
        }

        impl From<$thing> for Document {
            fn from(thing: $thing) -> Self {
                let (product, environment) = match thing.scope {
                    Scope::Organisation => (None, None),
                    Scope::Product(name) => (Some(name), None),
                    Scope::Environment(name) => (None, Some(name)),
                };
                let (once, every) = match thing.when {
                    When::Once(interval) => (Some(interval), None),
                    When::Every(recurrence) => (None, Some(recurrence)),
                };
                Self {
                    name: thing.name,
                    title: thing.title,
                    product,
                    environment,
                    once,
                    every,
                    reason: thing.reason,
                    in_flight: thing.in_flight,
                }
            }
        }
    };
}

declared!(Window);
declared!(Freeze);
