//! Message templates, as people write them in files: what messages begin with.

use super::{
    DraftError, Language, Schedule, Values, Writing, WritingError,
    draft::{Draft, draft},
};
use crate::{canonical, digest::Digest, name::Name};
use serde::{Deserialize, Serialize};

/// What messages begin with.
///
/// ```yaml
/// name: went-live
/// on: deployment succeeded in live
/// audiences: [customers]
/// subject: "{{ release }} is here"
/// body: |
///   Since {{ ended }} you work with **{{ release }}**.
///
///   {{ notes }}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageTemplate {
    /// Unique among message templates.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The products that it is good for; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// What messages that begin from it wait for; a person, unless set.
    #[serde(default, skip_serializing_if = "Schedule::is_by_hand")]
    pub on: Schedule,
    /// Whom they are for.
    pub audiences: Vec<Name>,
    /// Whether quiet hours do not hold them up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub urgent: bool,
    /// The language that it is written in; English unless set.
    #[serde(default, skip_serializing_if = "Language::is_english")]
    pub language: Language,
    /// One line of plain text.
    pub subject: String,
    /// Markdown.
    pub body: String,
}

/// What a message began from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The template.
    pub template: Name,
    /// What it was then, by the hash of its canonical form.
    pub hash: Digest,
    /// Which message of the release's plan it is, if that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Name>,
}

/// Why nothing can begin from a message template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("message template `{name}`: {why}")]
pub struct TemplateError {
    /// Which.
    pub name: Name,
    /// Why.
    pub why: TemplateFault,
}

/// What is wrong with a message template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateFault {
    /// It comes to nothing.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// What it comes to could not be sent.
    #[error("in what it comes to, {0}")]
    Writing(WritingError),
}

impl MessageTemplate {
    /// Whether it is good for a product.
    pub fn is_good_for(&self, product: &Name) -> bool {
        self.products.is_empty() || self.products.contains(product)
    }

    /// What a message begins with.
    ///
    /// # Errors
    /// When the template does not end, or writes what has no value in this message.
    pub fn begin(&self, values: &Values) -> Result<Writing, DraftError> {
        let Draft { subject, body } = draft(&self.subject, &self.body, values)?;
        Ok(Writing {
            subject,
            body,
            language: self.language.clone(),
            audiences: self.audiences.clone(),
            on: self.on.clone(),
            urgent: self.urgent,
        })
    }

    /// Whether messages can begin from it, tried with examples of everything.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self) -> Result<(), TemplateError> {
        let tried = || -> Result<(), TemplateFault> {
            let writing = self.begin(&Values::examples())?;
            writing.open().map(drop).map_err(TemplateFault::Writing)
        };
        tried().map_err(|why| TemplateError {
            name: self.name.clone(),
            why,
        })
    }

    /// What a message says that it began from this.
    pub fn begun(&self, planned: Option<Name>) -> Begun {
        Begun {
            template: self.name.clone(),
            hash: canonical::hash(self),
            planned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(rest: &str) -> MessageTemplate {
        let text = format!(r#"{{"name":"t","audiences":["customers"],{rest}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn a_template_that_nothing_can_begin_from_says_why() {
        for (rest, expect) in [
            (r#""subject":"{{ release }}","body":"{{ notes }}""#, "good"),
            (
                r#""subject":"a","body":"b {{ version","on":"by hand""#,
                "message template `t`: body, line 1, column 6: unexpected end of input, expected end of variable block: see that every `{{` and `{%` is closed and every `if` and `for` has its end",
            ),
            (
                r#""subject":"a","body":"It ended at {{ ended }}.","on":"deployment began in live""#,
                "message template `t`: in what it comes to, `{{ ended }}` stays open, and is never known of `deployment began in live`: take it out, or wait for something else",
            ),
        ] {
            let checked = template(rest).check();
            let said = checked.map_or_else(|why| why.to_string(), |()| "good".to_owned());
            assert_eq!(said, expect);
        }
    }

    #[test]
    fn a_file_says_only_what_is_not_usual() {
        let short = template(r#""subject":"a","body":"b""#);
        let text = serde_json::to_string(&short).unwrap();
        assert_eq!(
            text,
            r#"{"name":"t","audiences":["customers"],"subject":"a","body":"b"}"#
        );
        assert_ne!(
            short.begun(None),
            template(r#""subject":"a","body":"c""#).begun(None)
        );
    }
}
