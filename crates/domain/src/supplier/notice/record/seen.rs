//! Where a notice was seen to come true. It has happened once that is so wherever somebody looks.

use super::{Notice, NoticeEvent};
use crate::{
    id::ObservationId,
    name::Name,
    supplier::{Announcement, Supplier, notice::Witness},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A place where what is announced was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Of which component.
    pub component: Name,
    /// Where.
    pub environment: Name,
    /// What shows it.
    pub by: ObservationId,
    /// When that was noted.
    pub at: Timestamp,
}

impl Notice {
    /// Where it was seen, those seen first first.
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// The same after it was seen in a place; what was seen there first stays known.
    #[must_use]
    pub fn seen_in(&self, seen: Seen) -> Self {
        let mut notice = self.clone();
        let place = |it: &Seen| (it.component.clone(), it.environment.clone());
        if notice.seen.iter().all(|it| place(it) != place(&seen)) {
            notice.seen.push(seen);
        }
        notice
    }

    /// The places that it concerns, where somebody looks and did not see it yet.
    pub fn left<'a>(&self, supplier: &'a Supplier) -> Vec<(&'a Name, &'a Name)> {
        let announcement = &self.current().announcement;
        let is_seen = |component: &Name, environment: &Name| {
            let mut all = self.seen.iter();
            all.any(|it| it.component == *component && it.environment == *environment)
        };
        let all = supplier
            .watched()
            .map(|(component, environment, _)| (component, environment));
        all.filter(|(component, environment)| {
            announcement.concerns(component, environment) && !is_seen(component, environment)
        })
        .collect()
    }

    /// That it happened, once it was seen and nowhere is left where it is awaited.
    pub fn fulfilled(&self, supplier: &Supplier) -> Option<NoticeEvent> {
        let last = self.seen.last()?;
        let is_over = self.status.is_awaited() && self.left(supplier).is_empty();
        is_over.then_some(NoticeEvent::Happened {
            witness: Witness::Observation(last.by),
        })
    }

    /// Where something else was seen is no place where this was.
    pub(super) fn forget_another(&mut self, before: &Announcement) {
        if !self.current().announcement.changes(before) {
            self.seen.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::NoticeId;
    use crate::supplier::{
        Line,
        notice::{Incoming, Intent, NoticeStatus, Received, Source},
    };
    use serde_json::{Value, json};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A gateway that is looked at in two environments and used in a third, and a ledger that nobody looks at.
    fn acme() -> Supplier {
        let probe = json!({"probe": {"by": {"webhook": {"secret": "acme"}}}});
        serde_json::from_value(json!({"name": "acme", "components": [
            {"name": "gateway", "environments": {"live": probe, "staging": probe, "testing": {}}},
            {"name": "ledger", "environments": {"live": {}}},
        ]}))
        .unwrap()
    }

    fn incoming(announced: Value) -> Incoming {
        Incoming {
            number: Line::of("CHG1"),
            intent: Intent::Announce,
            announcement: serde_json::from_value(announced).unwrap(),
            sequence: None,
            stamp: None,
            source: Source::Api {
                by: "ada".parse().unwrap(),
            },
        }
    }

    fn notice(announced: Value) -> Notice {
        Notice::first(
            NoticeId(1),
            "acme".parse().unwrap(),
            incoming(announced),
            NOW,
        )
    }

    fn seen(notice: &Notice, environment: &str, by: u64) -> Notice {
        notice.seen_in(Seen {
            component: "gateway".parse().unwrap(),
            environment: environment.parse().unwrap(),
            by: ObservationId(by),
            at: NOW,
        })
    }

    fn left(notice: &Notice) -> Vec<String> {
        let acme = acme();
        let left = notice.left(&acme).into_iter();
        left.map(|(component, environment)| format!("{component} in {environment}"))
            .collect()
    }

    #[test]
    fn it_has_happened_once_it_was_seen_wherever_somebody_looks() {
        let all = notice(json!({"kind": "change", "title": "2.5.0", "version": "2.5.0"}));
        assert_eq!(left(&all), ["gateway in live", "gateway in staging"]);
        assert_eq!(all.fulfilled(&acme()), None, "nobody saw anything");
        let some = seen(&all, "staging", 7);
        assert_eq!(
            (left(&some), some.fulfilled(&acme())),
            (vec!["gateway in live".to_owned()], None)
        );
        let more = seen(&seen(&some, "staging", 8), "live", 9);
        assert_eq!(
            more.seen().iter().map(|it| it.by.0).collect::<Vec<_>>(),
            [7, 9]
        );
        let happened = more.after(&more.fulfilled(&acme()).unwrap(), NOW).unwrap();
        let witness = Witness::Observation(ObservationId(9));
        assert_eq!(happened.status, NoticeStatus::Happened { witness, at: NOW });
        assert_eq!(happened.fulfilled(&acme()), None, "it happens once");
        let narrow =
            notice(json!({"kind": "change", "title": "2.5.0", "environments": ["staging"]}));
        assert!(seen(&narrow, "staging", 7).fulfilled(&acme()).is_some());
    }

    #[test]
    fn what_was_seen_counts_for_a_later_edition_of_the_same_change() {
        let before = seen(
            &notice(json!({"kind": "change", "title": "2.5.0", "version": "2.5.0"})),
            "staging",
            7,
        );
        let after = |announced: Value| match before.receive(incoming(announced), NOW) {
            Received::Changed(changed) => changed.seen().len(),
            Received::Unchanged(why) => panic!("{why}"),
        };
        assert_eq!(
            after(json!({"kind": "change", "title": "later", "version": "2.5.0"})),
            1
        );
        assert_eq!(
            after(json!({"kind": "change", "title": "2.6.0", "version": "2.6.0"})),
            0
        );
    }
}
