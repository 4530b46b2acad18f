//! What a message template may name, each with what it stands for.

use super::WebAddress;
use crate::scope::Notes;
use std::collections::BTreeMap;

/// What a message template may name and is filled in when a message is begun from it. What it may leave open is a
/// [`Placeholder`](super::Placeholder).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Variable {
    /// The product.
    Product,
    /// The version of the release.
    Version,
    /// The release.
    Release,
    /// The train.
    Train,
    /// The environment that the schedule names.
    Environment,
    /// The milestone that the schedule names.
    Milestone,
    /// The audience.
    Audience,
    /// The notes that the audience reads.
    Notes,
    /// The page of the release.
    ReleaseLink,
    /// The status page.
    StatusLink,
}

/// What variables stand for in one message. What is not set has no value there, and a template asks by `{% if … %}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<Variable, Value>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Foreign, and on one line.
    Text(String),
    /// Markdown in which nothing foreign means anything.
    Markdown(String),
    /// Where something is read.
    Link(WebAddress),
}

impl Variable {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Product,
        Self::Version,
        Self::Release,
        Self::Train,
        Self::Environment,
        Self::Milestone,
        Self::Audience,
        Self::Notes,
        Self::ReleaseLink,
        Self::StatusLink,
    ];

    /// As templates name it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Version => "version",
            Self::Release => "release",
            Self::Train => "train",
            Self::Environment => "environment",
            Self::Milestone => "milestone",
            Self::Audience => "audience",
            Self::Notes => "notes",
            Self::ReleaseLink => "release_link",
            Self::StatusLink => "status_link",
        }
    }

    /// What it stands for, for people who write templates.
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Product => "the product, by its title",
            Self::Version => "the version of the release",
            Self::Release => "the release: product and version",
            Self::Train => "the train, for messages of one",
            Self::Environment => "the environment that the schedule names, by its title",
            Self::Milestone => "the milestone that the schedule names, by its title",
            Self::Audience => "the audience, by its title",
            Self::Notes => "the notes that the audience reads, with headings and lists",
            Self::ReleaseLink => "the address of the release's page",
            Self::StatusLink => "the address of the product's status page",
        }
    }
}

impl Values {
    /// With a text for a variable.
    #[must_use]
    pub fn with(mut self, variable: Variable, text: &str) -> Self {
        self.0.insert(variable, Value::Text(text.to_owned()));
        self
    }

    /// With the notes.
    #[must_use]
    pub fn with_notes(mut self, notes: &Notes) -> Self {
        let notes = Value::Markdown(notes.markdown());
        self.0.insert(Variable::Notes, notes);
        self
    }

    /// With where something is read.
    #[must_use]
    pub fn with_link(mut self, variable: Variable, address: &WebAddress) -> Self {
        self.0.insert(variable, Value::Link(address.clone()));
        self
    }

    /// Something for every variable, to try templates with.
    pub fn examples() -> Self {
        let link = || "https://tidegate.example/shop/1.4.0".parse();
        let mut values = Self::default()
            .with(Variable::Product, "Shop")
            .with(Variable::Version, "1.4.0")
            .with(Variable::Release, "Shop 1.4.0")
            .with(Variable::Train, "autumn")
            .with(Variable::Environment, "Live")
            .with(Variable::Milestone, "Code freeze")
            .with(Variable::Audience, "Customers");
        let notes = "## New\n\n- Pay by bank transfer.\n".to_owned();
        values.0.insert(Variable::Notes, Value::Markdown(notes));
        for variable in [Variable::ReleaseLink, Variable::StatusLink] {
            if let Ok(link) = link() {
                values.0.insert(variable, Value::Link(link));
            }
        }
        values
    }

    pub(super) fn get(&self, variable: Variable) -> Option<&Value> {
        self.0.get(&variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_example_of_everything() {
        let examples = Values::examples();
        for variable in Variable::ALL {
            assert!(examples.get(variable).is_some(), "{}", variable.word());
        }
    }
}
