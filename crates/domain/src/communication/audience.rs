//! An audience: people who are told things together, as a person writes it in a file.

use super::{Channel, Opens, QuietError, QuietHours, Writing};
use crate::{calendar::Zone, name::Name, planning::Party, scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// People who are told things together.
///
/// ```yaml
/// name: customers
/// stakeholders: [acme, globex]
/// people: [team:support]
/// channels: [announcements, news]
/// notes: customer
/// time_zone: Europe/Amsterdam
/// quiet_hours: { from: 20:00, to: 07:00 }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    /// Unique among audiences.
    pub name: Name,
    /// For people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Persons by name and teams as `team:NAME`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Party>,
    /// Those without an account. They are told once they said that they want to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakeholders: Vec<Name>,
    /// The products that it may be told about; all unless set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Name>,
    /// How they are reached.
    pub channels: Vec<Name>,
    /// Which of the three kinds of notes they read.
    pub notes: scope::Audience,
    /// Their local time; UTC unless set.
    #[serde(default)]
    pub time_zone: Zone,
    /// When they are left alone, unless it is urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
}

/// Why an audience cannot be told anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// There is no way to it.
    #[error("audience `{0}` has no channel: name one under `channels`")]
    NoChannel(Name),
    /// A name that stands for nothing.
    #[error("audience `{audience}` names channel `{channel}`, which is not declared")]
    UnknownChannel {
        /// Which.
        audience: Name,
        /// What is missing.
        channel: Name,
    },
    /// Its channels reach people, and it has none.
    #[error(
        "audience `{audience}` has nobody whom channel `{channel}` could reach: name people or stakeholders"
    )]
    Nobody {
        /// Which.
        audience: Name,
        /// The channel.
        channel: Name,
    },
    /// Named once is enough.
    #[error("audience `{audience}` names `{name}` twice")]
    Twice {
        /// Which.
        audience: Name,
        /// Who, or what.
        name: String,
    },
    /// More than a message can be sent to.
    #[error("audience `{0}` has more than {max} members", max = Audience::MEMBERS_MAX)]
    TooMany(Name),
    /// Its quiet hours make no sense.
    #[error(transparent)]
    Quiet(#[from] QuietError),
}

impl Audience {
    /// The most members that one names.
    pub const MEMBERS_MAX: usize = 50_000;

    /// Whether it may be told about a product.
    pub fn is_good_for(&self, product: &Name) -> bool {
        self.products.is_empty() || self.products.contains(product)
    }

    /// The title, or its name.
    pub fn title(&self) -> &str {
        match self.title.trim() {
            "" => self.name.as_str(),
            title => title,
        }
    }

    /// When a message that is ready at `now` may go out to it: urgent ones at once.
    pub fn opens(&self, writing: &Writing, now: Timestamp) -> Opens {
        match &self.quiet_hours {
            Some(quiet) if !writing.urgent => quiet.judge(&self.time_zone, now),
            Some(_) | None => Opens::Now,
        }
    }

    /// Whether it can be told something, with the channels that are declared.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn check(&self, channels: &BTreeMap<Name, Channel>) -> Result<(), AudienceError> {
        let members = self.people.len() + self.stakeholders.len();
        if members > Self::MEMBERS_MAX {
            return Err(AudienceError::TooMany(self.name.clone()));
        }
        if self.channels.is_empty() {
            return Err(AudienceError::NoChannel(self.name.clone()));
        }
        self.check_once()?;
        for name in &self.channels {
            let channel = channels.get(name);
            let channel = channel.ok_or_else(|| AudienceError::UnknownChannel {
                audience: self.name.clone(),
                channel: name.clone(),
            })?;
            if channel.by.is_personal() && members == 0 {
                return Err(AudienceError::Nobody {
                    audience: self.name.clone(),
                    channel: name.clone(),
                });
            }
        }
        self.quiet_hours
            .as_ref()
            .map_or(Ok(()), |quiet| quiet.check().map_err(Into::into))
    }

    fn check_once(&self) -> Result<(), AudienceError> {
        let people = self.people.iter().map(ToString::to_string);
        let stakeholders = self
            .stakeholders
            .iter()
            .map(|it| format!("stakeholder {it}"));
        let channels = self.channels.iter().map(|it| format!("channel {it}"));
        let mut seen = BTreeSet::new();
        for name in people.chain(stakeholders).chain(channels) {
            if !seen.insert(name.clone()) {
                let audience = self.name.clone();
                return Err(AudienceError::Twice { audience, name });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channels() -> BTreeMap<Name, Channel> {
        let read = |text: &str| serde_json::from_str::<Channel>(text).unwrap();
        let all = [
            read(r#"{"name":"news","by":"feed"}"#),
            read(r#"{"name":"post","by":{"mail":{"from":"a@b.example","server":"relay"}}}"#),
        ];
        all.into_iter().map(|it| (it.name.clone(), it)).collect()
    }

    fn why(rest: &str) -> String {
        let text = format!(r#"{{"name":"customers","notes":"customer",{rest}}}"#);
        let audience: Audience = serde_json::from_str(&text).unwrap();
        let checked = audience.check(&channels());
        checked.map_or_else(|why| why.to_string(), |()| "good".to_owned())
    }

    #[test]
    fn an_audience_that_cannot_be_told_anything_says_why() {
        for (rest, expect) in [
            (r#""channels":["news"]"#, "good"),
            (r#""channels":["post"],"people":["ada"]"#, "good"),
            (
                r#""channels":[]"#,
                "audience `customers` has no channel: name one under `channels`",
            ),
            (
                r#""channels":["fax"]"#,
                "audience `customers` names channel `fax`, which is not declared",
            ),
            (
                r#""channels":["post"]"#,
                "audience `customers` has nobody whom channel `post` could reach: name people or stakeholders",
            ),
            (
                r#""channels":["post"],"people":["ada","ada"]"#,
                "audience `customers` names `ada` twice",
            ),
        ] {
            assert_eq!(why(rest), expect);
        }
    }

    #[test]
    fn more_members_than_a_message_can_be_sent_to_are_refused() {
        let mut audience: Audience =
            serde_json::from_str(r#"{"name":"all","notes":"customer","channels":["post"]}"#)
                .unwrap();
        let names = (0..=Audience::MEMBERS_MAX).map(|i| format!("s{i}").parse().unwrap());
        audience.stakeholders = names.collect();
        let why = audience.check(&channels()).unwrap_err().to_string();
        assert_eq!(why, "audience `all` has more than 50000 members");
    }

    #[test]
    fn what_a_file_does_not_know_is_refused() {
        let read = serde_json::from_str::<Audience>(
            r#"{"name":"a","notes":"customer","channels":["news"],"members":["ada"]}"#,
        );
        assert!(
            read.unwrap_err()
                .to_string()
                .contains("unknown field `members`")
        );
        let read = serde_json::from_str::<Channel>(r#"{"name":"a","by":{"pigeon":{}}}"#);
        assert!(read.unwrap_err().to_string().contains("unknown variant"));
    }
}
