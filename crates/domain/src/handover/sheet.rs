//! What those who take a release over have to know, as people write it.

use super::{
    Fact, HandoverKind,
    text::{LIST_MAX, line_fault, text_fault},
};
use crate::{
    canonical, communication::WebAddress, control::Severity, digest::Digest, name::Name,
    planning::Party,
};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The sheet of a handover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sheet {
    /// What Marketing has to know.
    GeneralAvailability(Announcement),
    /// What Operations has to know.
    Operations(Knowledge),
}

/// What Marketing has to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    /// When it is announced; from then on it may be generally available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Timestamp>,
    /// Until when customers are told nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub embargo: Option<Timestamp>,
    /// What customers may see, in Markdown.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub visible: String,
    /// What is shown and handed out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<Asset>,
}

/// Something that is shown or handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asset {
    /// Its name.
    pub name: Name,
    /// In a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where it is.
    pub link: WebAddress,
}

/// What Operations has to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Knowledge {
    /// What goes wrong, and what helps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_errors: Vec<KnownError>,
    /// What watches it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub monitors: Vec<Monitor>,
    /// Whom one asks, and when they answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
    /// Who was taught what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taught: Vec<Lesson>,
}

/// Something that goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownError {
    /// Its name.
    pub name: Name,
    /// What goes wrong.
    pub text: String,
    /// What helps.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workaround: String,
    /// How grave it is.
    pub severity: Severity,
}

/// Something that watches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Monitor {
    /// Its name.
    pub name: Name,
    /// What it watches.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Where it is.
    pub link: WebAddress,
}

/// Somebody whom one asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Its name, such as `on-call`.
    pub name: Name,
    /// Who.
    pub who: Party,
    /// For what, and how they are reached.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// When they answer, such as `Mon-Fri 8-18 Europe/Amsterdam`.
    pub hours: String,
}

/// Who was taught what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// Its name.
    pub name: Name,
    /// Who.
    pub who: Party,
    /// What.
    pub about: String,
    /// When.
    pub on: Date,
}

/// A sheet that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// A text is too long, or says nothing.
    #[error("{place} {why}")]
    Text {
        /// Where.
        place: String,
        /// Why.
        why: String,
    },
    /// A list is too long.
    #[error("{0} has at most {LIST_MAX} entries")]
    Long(&'static str),
    /// Two of a list have one name.
    #[error("{list} has two of the name `{name}`: names tell them apart")]
    Twice {
        /// Which list.
        list: &'static str,
        /// Which name.
        name: Name,
    },
    /// It would be announced while nobody may be told.
    #[error("the embargo ends after the announcement: end it by then, or announce it later")]
    Embargo,
}

impl Sheet {
    /// One with nothing in it.
    pub fn blank(kind: HandoverKind) -> Self {
        match kind {
            HandoverKind::GeneralAvailability => Self::GeneralAvailability(Announcement::default()),
            HandoverKind::Operations => Self::Operations(Knowledge::default()),
        }
    }

    /// What it says of general availability.
    pub const fn announcement(&self) -> Option<&Announcement> {
        match self {
            Self::GeneralAvailability(it) => Some(it),
            Self::Operations(_) => None,
        }
    }

    /// The hash of what it says of a fact; none where it says nothing.
    pub fn digest(&self, fact: Fact) -> Option<Digest> {
        match self {
            Self::GeneralAvailability(it) => match fact {
                Fact::Announcement => it.announced.map(|it| canonical::hash(&it)),
                Fact::Assets => some(&it.assets),
                Fact::Visible => {
                    let text = it.visible.trim();
                    (!text.is_empty()).then(|| canonical::hash(&text))
                }
                Fact::Sealed
                | Fact::DeploymentPlan
                | Fact::BackoutPlan
                | Fact::Monitors
                | Fact::Contacts
                | Fact::KnownErrors
                | Fact::Taught => None,
            },
            Self::Operations(it) => match fact {
                Fact::Monitors => some(&it.monitors),
                Fact::Contacts => some(&it.contacts),
                Fact::KnownErrors => some(&it.known_errors),
                Fact::Taught => some(&it.taught),
                Fact::Sealed
                | Fact::DeploymentPlan
                | Fact::BackoutPlan
                | Fact::Announcement
                | Fact::Assets
                | Fact::Visible => None,
            },
        }
    }

    /// The people and teams that it names.
    pub fn parties(&self) -> BTreeSet<&Party> {
        match self {
            Self::GeneralAvailability(_) => BTreeSet::new(),
            Self::Operations(it) => {
                let contacts = it.contacts.iter().map(|it| &it.who);
                contacts.chain(it.taught.iter().map(|it| &it.who)).collect()
            }
        }
    }

    /// # Errors
    /// When a text is too long or says nothing, names are not apart, or the times contradict each other.
    pub fn check(&self) -> Result<(), SheetError> {
        match self {
            Self::GeneralAvailability(it) => it.check(),
            Self::Operations(it) => it.check(),
        }
    }
}

impl Announcement {
    fn check(&self) -> Result<(), SheetError> {
        text("visible", &self.visible)?;
        listed("assets", self.assets.iter().map(|it| &it.name))?;
        for it in &self.assets {
            text(&format!("assets.{}.title", it.name), &it.title)?;
        }
        match (self.announced, self.embargo) {
            (Some(announced), Some(embargo)) if embargo > announced => Err(SheetError::Embargo),
            _ => Ok(()),
        }
    }
}

impl Knowledge {
    fn check(&self) -> Result<(), SheetError> {
        listed("known_errors", self.known_errors.iter().map(|it| &it.name))?;
        listed("monitors", self.monitors.iter().map(|it| &it.name))?;
        listed("contacts", self.contacts.iter().map(|it| &it.name))?;
        listed("taught", self.taught.iter().map(|it| &it.name))?;
        for it in &self.known_errors {
            line(&format!("known_errors.{}.text", it.name), &it.text)?;
            text(
                &format!("known_errors.{}.workaround", it.name),
                &it.workaround,
            )?;
        }
        for it in &self.monitors {
            text(&format!("monitors.{}.title", it.name), &it.title)?;
        }
        for it in &self.contacts {
            line(&format!("contacts.{}.hours", it.name), &it.hours)?;
            text(&format!("contacts.{}.about", it.name), &it.about)?;
        }
        for it in &self.taught {
            line(&format!("taught.{}.about", it.name), &it.about)?;
        }
        Ok(())
    }
}

fn some<T: Serialize>(list: &[T]) -> Option<Digest> {
    (!list.is_empty()).then(|| canonical::hash(&list))
}

fn listed<'a>(list: &'static str, names: impl Iterator<Item = &'a Name>) -> Result<(), SheetError> {
    let mut known = BTreeSet::new();
    for name in names {
        if !known.insert(name) {
            let name = name.clone();
            return Err(SheetError::Twice { list, name });
        }
    }
    match known.len() > LIST_MAX {
        true => Err(SheetError::Long(list)),
        false => Ok(()),
    }
}

fn line(place: &str, said: &str) -> Result<(), SheetError> {
    refuse(place, line_fault(said))
}

fn text(place: &str, said: &str) -> Result<(), SheetError> {
    refuse(place, text_fault(said))
}

fn refuse(place: &str, fault: Option<String>) -> Result<(), SheetError> {
    let place = place.to_owned();
    fault.map_or(Ok(()), |why| Err(SheetError::Text { place, why }))
}
