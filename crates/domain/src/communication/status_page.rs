//! What outsiders see of a product: nothing but what is said here that they may.
//!
//! A page is declared; [`PublicStatus::of`] is all that it shows. Names of environments, targets, people and components, reasons
//! of failures, messages to others and such as have not gone out never get here: the view has no place for them.

use super::{
    Rendered,
    message::{About, Message, Status},
};
use crate::{name::Name, version::Version};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most messages that are shown.
const MESSAGES_MAX: usize = 20;

/// What outsiders may see of a product, as a person writes it in a file.
///
/// ```yaml
/// product: shop
/// title: Shop
/// environments:
///   - { environment: live-eu, title: Europe, version: shown }
/// audience: customers
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusPage {
    /// Which product; it has one page.
    pub product: Name,
    /// What outsiders call it.
    pub title: String,
    /// The environments that are public, in order.
    pub environments: Vec<PublicEnvironment>,
    /// The audience whose messages are shown; none unless set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Name>,
}

/// An environment that is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicEnvironment {
    /// Which.
    pub environment: Name,
    /// What outsiders call it.
    pub title: String,
    /// Whether they see which version runs.
    #[serde(default, skip_serializing_if = "Visibility::is_hidden")]
    pub version: Visibility,
}

/// Whether outsiders see something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// They do.
    Shown,
    /// They do not.
    #[default]
    Hidden,
}

/// What is known of a product in an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Which environment.
    pub environment: Name,
    /// How many targets it has.
    pub targets: u32,
    /// How many of them say how they are.
    pub answering: u32,
    /// How many of them are well.
    pub healthy: u32,
    /// Whether a deployment is under way.
    pub is_changing: bool,
    /// The version that was deployed last.
    pub version: Option<Version>,
    /// The maintenance that is planned.
    pub planned: Vec<Maintenance>,
}

/// A time in which something may not work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub until: Timestamp,
    /// What outsiders are told about it, in words that are meant for them.
    pub words: Option<String>,
}

/// A message that goes out or did.
#[derive(Debug, Clone)]
pub struct Published<'a> {
    /// Which.
    pub message: &'a Message,
    /// When.
    pub at: Timestamp,
    /// What it says to the audience of the page.
    pub rendered: Rendered,
}

/// All that outsiders see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicStatus {
    /// What they call the product.
    pub title: String,
    /// How it is, by environment.
    pub environments: Vec<PublicState>,
    /// What is planned and not over, the next first.
    pub planned: Vec<PublicMaintenance>,
    /// What they were told, the newest first.
    pub messages: Vec<PublicMessage>,
}

/// How an environment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicState {
    /// What outsiders call it.
    pub title: String,
    /// How it is.
    pub condition: Condition,
    /// Which version runs, if they see that.
    pub version: Option<Version>,
}

/// What is planned for an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicMaintenance {
    /// What outsiders call it.
    pub title: String,
    /// When, and what they are told.
    #[serde(flatten)]
    pub maintenance: Maintenance,
}

/// What outsiders were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublicMessage {
    /// When.
    pub at: Timestamp,
    /// In one line.
    pub subject: String,
    /// As a piece of HTML in which nothing foreign means anything.
    pub html: String,
}

/// How something is, as outsiders notice it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It works.
    Operational,
    /// It is being changed, and parts of it are away for that.
    Updating,
    /// Parts of it do not work.
    Degraded,
    /// It does not work.
    Down,
    /// Nobody says how it is.
    Unknown,
}

impl Observed {
    /// How it is, as outsiders notice it.
    pub const fn condition(&self) -> Condition {
        match (self.answering, self.healthy) {
            (0, _) => Condition::Unknown,
            (_, 0) => Condition::Down,
            (_, healthy) if healthy >= self.targets => Condition::Operational,
            _ if self.is_changing => Condition::Updating,
            _ => Condition::Degraded,
        }
    }
}

impl PublicStatus {
    /// What outsiders see at `now`.
    pub fn of(
        page: &StatusPage,
        observed: &[Observed],
        published: &[Published<'_>],
        now: Timestamp,
    ) -> Self {
        let known = |public: &PublicEnvironment| {
            let environment = public.environment.clone();
            observed
                .iter()
                .find(move |it| it.environment == environment)
        };
        let state = |public: &PublicEnvironment| {
            let observed = known(public);
            let version = observed.and_then(|it| it.version.clone());
            PublicState {
                title: public.title.clone(),
                condition: observed.map_or(Condition::Unknown, Observed::condition),
                version: version.filter(|_| public.version == Visibility::Shown),
            }
        };
        let planned = page.environments.iter().flat_map(|public| {
            let all = known(public).into_iter().flat_map(|it| &it.planned);
            let coming = all.filter(|it| it.until > now);
            coming.map(|maintenance| PublicMaintenance {
                title: public.title.clone(),
                maintenance: maintenance.clone(),
            })
        });
        let mut planned: Vec<PublicMaintenance> = planned.collect();
        planned.sort_by_key(|it| (it.maintenance.from, it.maintenance.until));
        Self {
            title: page.title.clone(),
            environments: page.environments.iter().map(state).collect(),
            planned,
            messages: page.messages(published),
        }
    }
}

impl StatusPage {
    fn messages(&self, published: &[Published<'_>]) -> Vec<PublicMessage> {
        let shown = published.iter().filter(|it| self.shows(it.message));
        let mut shown: Vec<&Published<'_>> = shown.collect();
        shown.sort_by_key(|it| std::cmp::Reverse((it.at, it.message.id)));
        let message = |it: &&Published<'_>| PublicMessage {
            at: it.at,
            subject: it.rendered.subject.clone(),
            html: it.rendered.html.clone(),
        };
        shown.iter().take(MESSAGES_MAX).map(message).collect()
    }

    /// Whether a message goes out or did, about this product, to the audience of the page.
    fn shows(&self, message: &Message) -> bool {
        let goes_out = match &message.status {
            Status::Sending { .. } | Status::Sent { .. } | Status::PartlyFailed { .. } => true,
            Status::Draft { .. }
            | Status::InReview { .. }
            | Status::Sanctioned { .. }
            | Status::Due { .. }
            | Status::Failed { .. }
            | Status::Cancelled { .. } => false,
        };
        let is_ours = match &message.about {
            About::Release(product, _) | About::Product(product) => *product == self.product,
            About::Train(_) => false,
        };
        let audience = self.audience.as_ref();
        let is_theirs = audience.is_some_and(|it| message.writing.audiences.contains(it));
        goes_out && is_ours && is_theirs
    }
}

impl Visibility {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands fields over by reference"
    )]
    const fn is_hidden(&self) -> bool {
        matches!(self, Self::Hidden)
    }
}

/// As outsiders read it.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operational => "works",
            Self::Updating => "is being updated",
            Self::Degraded => "works in part",
            Self::Down => "does not work",
            Self::Unknown => "not known",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::communication::message::{
        Tally,
        tests::{draft, sanction},
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn page() -> StatusPage {
        serde_json::from_str(
            r#"{"product":"shop","title":"Shop","audience":"customers","environments":[
                {"environment":"inner-live","title":"Europe","version":"shown"},
                {"environment":"inner-backup","title":"Elsewhere"}]}"#,
        )
        .unwrap()
    }

    fn observed(environment: &str, (targets, answering, healthy): (u32, u32, u32)) -> Observed {
        Observed {
            environment: environment.parse().unwrap(),
            targets,
            answering,
            healthy,
            is_changing: false,
            version: Some("1.4.0".parse().unwrap()),
            planned: Vec::new(),
        }
    }

    fn sent(subject: &str, change: fn(&mut Message)) -> Message {
        let mut message = draft("by hand");
        message.writing.subject = subject.to_owned();
        message.status = Status::Sent {
            sanction: sanction(),
            at: at(5),
            tally: Tally::default(),
        };
        change(&mut message);
        message
    }

    #[test]
    fn a_condition_is_what_outsiders_notice() {
        for (counts, is_changing, expect) in [
            ((3, 3, 3), false, "works"),
            ((3, 3, 3), true, "works"),
            ((3, 3, 2), false, "works in part"),
            ((3, 2, 2), true, "is being updated"),
            ((3, 3, 0), true, "does not work"),
            ((3, 0, 0), false, "not known"),
            ((0, 0, 0), false, "not known"),
        ] {
            let observed = Observed {
                is_changing,
                ..observed("live", counts)
            };
            assert_eq!(observed.condition().to_string(), expect);
        }
    }

    #[test]
    fn outsiders_see_what_is_declared_and_nothing_else() {
        let mut live = observed("inner-live", (3, 3, 2));
        let maintenance = |from, until, words: Option<&str>| Maintenance {
            from: at(from),
            until: at(until),
            words: words.map(str::to_owned),
        };
        live.planned = vec![
            maintenance(200, 300, Some("A new database")),
            maintenance(50, 150, None),
            maintenance(10, 100, Some("inner-over")),
        ];
        let mut staging = observed("inner-staging", (1, 1, 1));
        staging.planned = vec![maintenance(200, 300, Some("inner-test"))];
        let backup = observed("inner-backup", (1, 1, 1));
        let messages = [
            sent("Old", |_| {}),
            sent("New", |_| {}),
            sent("inner-draft", |it| it.status = Status::Draft { note: None }),
            sent("inner-staff", |it| {
                it.writing.audiences = vec!["staff".parse().unwrap()];
            }),
            sent("inner-other", |it| {
                it.about = About::Product("other".parse().unwrap());
            }),
        ];
        let published: Vec<Published<'_>> = messages
            .iter()
            .zip([10, 20, 30, 40, 50])
            .map(|(message, second)| Published {
                message,
                at: at(second),
                rendered: message.writing.rendered(&Default::default()),
            })
            .collect();
        let status = PublicStatus::of(&page(), &[staging, live, backup], &published, at(100));
        let told = serde_json::to_string(&status).unwrap();
        assert_eq!(
            told,
            r#"{"title":"Shop","environments":[{"title":"Europe","condition":"degraded","version":"1.4.0"},{"title":"Elsewhere","condition":"operational","version":null}],"planned":[{"title":"Europe","from":"1970-01-01T00:00:50Z","until":"1970-01-01T00:02:30Z","words":null},{"title":"Europe","from":"1970-01-01T00:03:20Z","until":"1970-01-01T00:05:00Z","words":"A new database"}],"messages":[{"at":"1970-01-01T00:00:20Z","subject":"New","html":"<p>It is here.</p>\n"},{"at":"1970-01-01T00:00:10Z","subject":"Old","html":"<p>It is here.</p>\n"}]}"#
        );
        for inner in ["inner", "ada", "ben", "staging"] {
            assert!(!told.contains(inner), "{inner}");
        }
    }

    #[test]
    fn a_page_without_an_audience_or_facts_shows_neither() {
        let mut page = page();
        page.audience = None;
        let message = sent("inner", |_| {});
        let published = Published {
            message: &message,
            at: at(1),
            rendered: message.writing.rendered(&Default::default()),
        };
        let status = PublicStatus::of(&page, &[], &[published], at(100));
        assert!(status.messages.is_empty() && status.planned.is_empty());
        let conditions = status.environments.iter().map(|it| it.condition);
        assert!(conditions.eq([Condition::Unknown; 2]));
    }
}
