//! A secret address that is shown once: the page that answers whoever had it made. Nobody on the way keeps it.

use super::{
    fault::Fault,
    frame::{Frame, Section, answer, unkept},
    parts::Prose,
};
use crate::app::{Error, Kind, Request};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

/// What is shown once.
#[derive(Debug)]
pub(super) struct Once<'a> {
    /// Of the window.
    pub title: &'a str,
    /// Where the page stands.
    pub section: Section,
    /// What it is.
    pub sentence: String,
    /// The address itself.
    pub address: String,
    /// What it does, how long, and how it ends.
    pub told: String,
    /// The page where those that there are stand: its name and its path.
    pub back: (&'a str, &'a str),
    /// What makes the same in API and terminal.
    pub twins: (String, String),
}

/// What a form that makes something knew of when it was shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Known {
    /// The newest that there was; empty if there was none, and missing if nothing is known.
    #[serde(default)]
    known: Option<String>,
}

impl Known {
    /// Refuses a form that was sent already, as by a reload of the page that showed what it made: something is newer than it knew.
    ///
    /// # Errors
    /// What to do about it.
    pub(super) fn refuse_again(&self, newest: &str) -> Result<(), Error> {
        if self.known.as_ref().is_none_or(|known| known == newest) {
            return Ok(());
        }
        let detail =
            "one was made since this form was shown, perhaps by it, and nothing shows it again";
        let remedy = "if nobody copied it, open the page again, end it and make another";
        Err(Error::refused(Kind::Conflict, "made-already", detail).hint(remedy))
    }
}

#[derive(Template)]
#[template(path = "once.html")]
struct Page<'a> {
    frame: Frame,
    sentence: String,
    address: String,
    told: Prose,
    back: (&'a str, &'a str),
}

impl Once<'_> {
    /// As an answer.
    ///
    /// # Errors
    /// When the page cannot be rendered.
    pub(super) fn shown(self, request: &Request) -> Result<Response, Fault> {
        let (twin, command) = self.twins;
        let mut page = answer(&Page {
            frame: Frame::new(self.title, self.section, request).twins(twin, command),
            sentence: self.sentence,
            address: self.address,
            told: Prose::of(&self.told),
            back: self.back,
        })?;
        page.headers_mut().extend(unkept());
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_counts_until_something_newer_stands_there() {
        let fresh = |known: Option<&str>, newest| {
            let known = known.map(str::to_owned);
            Known { known }.refuse_again(newest).is_ok()
        };
        assert!(fresh(Some(""), ""), "the first");
        assert!(!fresh(Some(""), "a"), "sent again");
        assert!(fresh(Some("a"), "a") && !fresh(Some("a"), "b"));
        assert!(fresh(None, "a"), "no form of ours");
    }
}
