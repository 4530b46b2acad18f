//! Handovers told as stories. What holds whatever happens is in [`random`], what is not as it was any more in [`stale`].

mod random;
mod stale;

use super::*;
use crate::{access::Level, digest::Digest, id::PersonId, name::Name};
use jiff::Timestamp;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

/// Somebody of a team; ada and `robot` are one human being.
fn person(of: &str, team: &str) -> Taker {
    let human = match of {
        "ada" | "robot" => 1,
        _ => u128::from(Digest::of(of.as_bytes()).as_bytes()[0]) + 10,
    };
    Taker {
        name: name(of),
        human: PersonId(Uuid::from_u128(human)),
        teams: BTreeSet::from([name(team)]),
        roles: BTreeSet::new(),
        level: Some(Level::Apply),
    }
}

/// An item of each kind: a text, a link, something on record, something in the sheet, and one that is not required.
fn template() -> HandoverTemplate {
    let template = json!({"name": "ours", "handover": "operations", "items": [
        {"name": "errors", "title": "What goes wrong is written down"},
        {"name": "dashboard", "wants": "link"},
        {"name": "plan", "wants": "deployment-plan"},
        {"name": "monitors", "wants": "monitors"},
        {"name": "training", "required": false},
    ]});
    serde_json::from_value(template).unwrap()
}

fn monitors(link: &str) -> Box<Sheet> {
    let sheet = json!({"operations": {"monitors": [{"name": "errors", "link": link}]}});
    Box::new(serde_json::from_value(sheet).unwrap())
}

/// A handover, what is on record, and the time.
#[derive(Debug, Clone)]
struct Story {
    handover: Handover,
    seen: Seen,
    now: i64,
}

impl Story {
    fn begin() -> Self {
        let template = template();
        assert_eq!(template.check(), Ok(()));
        let parties = ("team:shop".parse().unwrap(), "team:ops".parse().unwrap());
        let of = (name("shop"), "1.0.0".parse().unwrap());
        Self {
            handover: Handover::begin(of, &template, parties, (name("ada"), at(0))),
            seen: Seen {
                contents: Digest::of(b"contents"),
                record: BTreeMap::new(),
                evidence: BTreeMap::new(),
            },
            now: 0,
        }
    }

    /// One that can be offered.
    fn ready() -> Self {
        let mut story = Self::begin();
        let done = |note: &str| ItemDeed::Done(note.to_owned(), None);
        story.says("errors", done("none is known")).unwrap();
        let link = "https://watch.example.com/shop".parse().unwrap();
        let deed = ItemDeed::Done(String::new(), Some(link));
        story.says("dashboard", deed).unwrap();
        story.planned("the plan");
        story.happen(&HandoverEvent::Saved(monitors(
            "https://watch.example.com/",
        )));
        story
    }

    fn planned(&mut self, text: &str) {
        let digest = Digest::of(text.as_bytes());
        self.seen.record.insert(Fact::DeploymentPlan, digest);
    }

    fn happen(&mut self, event: &HandoverEvent) {
        self.now += 1;
        let by = (&name("ada"), at(self.now));
        self.handover = self.handover.apply(event, &self.seen, by).unwrap();
    }

    fn says(&mut self, item: &str, deed: ItemDeed) -> Result<(), HandoverError> {
        let event = self.handover.said(&name(item), deed, &self.seen)?;
        self.happen(&event);
        Ok(())
    }

    fn offer(&mut self, by: &str) -> Result<(), HandoverError> {
        let said = (at(self.now), String::new());
        let event = self
            .handover
            .offered(&self.seen, &person(by, "shop"), said)?;
        self.happen(&event);
        Ok(())
    }

    fn accept(&mut self, by: &Taker) -> Result<(), HandoverError> {
        let read = Bound::of(&self.handover, &self.seen).hash();
        let said = (read, at(self.now), String::new());
        let event = self.handover.accepted(&self.seen, by, said)?;
        self.happen(&event);
        Ok(())
    }

    fn reject(&mut self, items: &[(&str, &str)]) -> Result<(), HandoverError> {
        let items = items.iter().map(|(item, reason)| RejectedItem {
            name: name(item),
            reason: (*reason).to_owned(),
        });
        let said = ("not like this".to_owned(), items.collect());
        let event = self
            .handover
            .rejected(&person("olaf", "ops"), said, at(self.now))?;
        self.happen(&event);
        Ok(())
    }

    fn word(&self) -> &'static str {
        self.handover.standing(&self.seen).word()
    }
}

#[test]
fn nothing_is_offered_without_what_is_required() {
    let mut story = Story::begin();
    let lacks = ["errors", "dashboard", "plan", "monitors"].map(name);
    assert_eq!(story.offer("ada"), Err(HandoverError::Lacks(lacks.into())));
    for (item, deed, why) in [
        ("plan", ItemDeed::Done(String::new(), None), "on record"),
        (
            "dashboard",
            ItemDeed::Done("there".to_owned(), None),
            "a link",
        ),
        ("errors", ItemDeed::Skipped("no".to_owned()), "is required"),
        ("training", ItemDeed::Skipped(String::new()), "say why"),
        ("nothing", ItemDeed::Reopened, "no item"),
        ("errors", ItemDeed::Reopened, "open already"),
    ] {
        let refused = story.says(item, deed).unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    let mut story = Story::ready();
    story.offer("ada").unwrap();
    assert_eq!(story.word(), "offered");
    assert_eq!(story.offer("ada"), Err(HandoverError::State("offered")));
}

#[test]
fn somebody_else_of_those_who_take_it_accepts_exactly_what_is_there() {
    let mut story = Story::ready();
    assert_eq!(
        story.accept(&person("olaf", "ops")),
        Err(HandoverError::State("open"))
    );
    story.offer("ada").unwrap();
    for (by, team, why) in [
        ("ada", "ops", "ada offered it"),
        ("robot", "ops", "ada offered it"),
        ("ben", "shop", "it is for team:ops"),
    ] {
        let refused = story.accept(&person(by, team)).unwrap_err().to_string();
        assert!(refused.contains(why), "{by}: {refused}");
    }
    let read = (Digest::of(b"another"), at(9), String::new());
    let olaf = person("olaf", "ops");
    let refused = story.handover.accepted(&story.seen, &olaf, read);
    assert_eq!(refused, Err(HandoverError::NotRead));
    story.accept(&olaf).unwrap();
    assert_eq!(story.word(), "accepted");
}

#[test]
fn who_accepts_may_have_to_be_of_a_level_too() {
    let mut story = Story::ready();
    story.handover.accepts.level = Some(Level::Enable);
    story.offer("ada").unwrap();
    let mut olaf = person("olaf", "ops");
    let refused = story.accept(&olaf).unwrap_err().to_string();
    assert!(
        refused.contains("team:ops with level 4 or above"),
        "{refused}"
    );
    olaf.level = Some(Level::Enable);
    story.accept(&olaf).unwrap();
}

#[test]
fn what_was_rejected_is_open_until_it_is_something_else_or_answered() {
    let mut story = Story::ready();
    story.offer("ada").unwrap();
    let unknown = story.reject(&[("nothing", "why")]);
    assert_eq!(unknown, Err(HandoverError::NoItem(name("nothing"))));
    story
        .reject(&[("plan", "too short"), ("errors", "there are some")])
        .unwrap();
    let lacks = ["errors", "plan"].map(name);
    let standing = story.handover.standing(&story.seen);
    assert_eq!(
        standing,
        Standing::Rejected {
            lacks: lacks.into()
        }
    );
    story
        .says("errors", ItemDeed::Done("listed".to_owned(), None))
        .unwrap();
    let mut answered = story.clone();
    story.planned("a longer plan");
    story.offer("ada").unwrap();
    answered
        .says("plan", ItemDeed::Done("it is all".to_owned(), None))
        .unwrap();
    answered.offer("ada").unwrap();
    for mut story in [story, answered] {
        story.accept(&person("olaf", "ops")).unwrap();
    }
}

#[test]
fn what_is_withdrawn_can_be_taken_up_again() {
    let mut story = Story::ready();
    story.offer("ada").unwrap();
    story.happen(&HandoverEvent::Withdrawn("not this year".to_owned()));
    assert_eq!(story.word(), "withdrawn");
    assert_eq!(story.offer("ada"), Err(HandoverError::State("withdrawn")));
    story.happen(&HandoverEvent::Reopened);
    story.offer("ada").unwrap();
}

#[test]
fn what_comes_with_the_program_can_be_begun_from() {
    for kind in HandoverKind::ALL {
        let template = HandoverTemplate::shipped(kind);
        assert_eq!(template.check(), Ok(()));
        assert_eq!(template.handover, kind);
        assert_eq!(kind.word().parse(), Ok(kind));
        for item in &template.items {
            assert_eq!(item.wants.to_string().parse(), Ok(item.wants.clone()));
        }
    }
    assert!("marketing".parse::<HandoverKind>().is_err());
}

#[test]
fn a_template_or_a_sheet_that_makes_no_sense_is_refused() {
    for (items, why) in [
        (json!([]), "1 to 200 items"),
        (
            json!([{"name": "a"}, {"name": "a"}]),
            "two items are called `a`",
        ),
        (
            json!([{"name": "a", "title": "x".repeat(201)}]),
            "items.a.title has at most 200",
        ),
        (
            json!([{"name": "a", "document": "\u{202e}"}]),
            "nobody sees",
        ),
    ] {
        let text = json!({"name": "x", "handover": "operations", "items": items});
        let template: HandoverTemplate = serde_json::from_value(text).unwrap();
        let refused = template.check().unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    for (sheet, why) in [
        (
            json!({"general-availability": {"announced": "2026-12-01T09:00:00Z", "embargo": "2026-12-01T10:00:00Z"}}),
            "ends after the announcement",
        ),
        (
            json!({"operations": {"contacts": [{"name": "a", "who": "ada", "hours": ""}]}}),
            "contacts.a.hours is one line",
        ),
        (
            json!({"operations": {"monitors": [{"name": "a", "link": "https://a.b/"}, {"name": "a", "link": "https://a.b/"}]}}),
            "monitors has two of the name `a`",
        ),
    ] {
        let sheet: Sheet = serde_json::from_value(sheet).unwrap();
        let refused = sheet.check().unwrap_err().to_string();
        assert!(refused.contains(why), "{refused}");
    }
    let script =
        json!({"operations": {"monitors": [{"name": "a", "link": "javascript:alert(1)"}]}});
    assert!(serde_json::from_value::<Sheet>(script).is_err());
}

#[test]
fn an_embargo_holds_until_its_end_however_far_the_handover_is() {
    let mut story = Story::begin();
    assert_eq!(story.handover.embargo(at(0)), None);
    let sheet = json!({"general-availability": {"embargo": "1970-01-01T00:01:00Z"}});
    story.happen(&HandoverEvent::Saved(
        serde_json::from_value(sheet).unwrap(),
    ));
    story.happen(&HandoverEvent::Withdrawn("later".to_owned()));
    assert_eq!(story.handover.embargo(at(59)), Some(at(60)));
    assert_eq!(story.handover.embargo(at(60)), None);
}
