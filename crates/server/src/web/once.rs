//! A secret address that is shown once: the page that answers whoever had it made. Nobody on the way keeps it.

use super::{
    fault::Fault,
    frame::{Frame, Section, answer, unkept},
    parts::Prose,
};
use crate::app::Request;
use askama::Template;
use axum::response::Response;

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
