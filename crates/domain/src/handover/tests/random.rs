//! What holds of a handover whatever happens.

use super::*;
use proptest::prelude::*;

/// Something that may happen.
#[derive(Debug, Clone)]
enum Move {
    Says(usize, u8),
    Sheet(u8),
    Plan(Option<u8>),
    Contents(u8),
    Offer(bool),
    Accept(usize),
    Reject(Option<usize>),
    Withdraw,
    Reopen,
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => (0..5_usize, 0..4_u8).prop_map(|(item, what)| Move::Says(item, what)),
        2 => (0..3_u8).prop_map(Move::Sheet),
        2 => proptest::option::weighted(0.8, 0..3_u8).prop_map(Move::Plan),
        1 => (0..2_u8).prop_map(Move::Contents),
        5 => any::<bool>().prop_map(Move::Offer),
        5 => (0..4_usize).prop_map(Move::Accept),
        2 => proptest::option::of(0..5_usize).prop_map(Move::Reject),
        1 => Just(Move::Withdraw),
        2 => Just(Move::Reopen),
    ]
}

const PEOPLE: [(&str, &str); 4] = [
    ("ada", "ops"),
    ("robot", "ops"),
    ("olaf", "ops"),
    ("ben", "shop"),
];

impl Story {
    fn tries(&mut self, event: &HandoverEvent) {
        self.now += 1;
        let by = (&name("ada"), at(self.now));
        if let Ok(next) = self.handover.apply(event, &self.seen, by) {
            self.handover = next;
        }
    }

    fn make(&mut self, it: &Move) {
        let nothing = String::new;
        match it {
            Move::Says(item, what) => {
                let item = self.handover.items[*item].name.to_string();
                let link = "https://watch.example.com/".parse().ok();
                let deed = match what {
                    0 | 1 => ItemDeed::Done("so it is".to_owned(), link),
                    2 => ItemDeed::Skipped("not needed".to_owned()),
                    _ => ItemDeed::Reopened,
                };
                if let Ok(event) = self.handover.said(&name(&item), deed, &self.seen) {
                    self.tries(&event);
                }
            }
            Move::Sheet(0) => self.tries(&HandoverEvent::Saved(Box::new(Sheet::blank(
                HandoverKind::Operations,
            )))),
            Move::Sheet(which) => {
                let link = format!("https://watch.example.com/{which}");
                self.tries(&HandoverEvent::Saved(monitors(&link)));
            }
            Move::Plan(None) => drop(self.seen.record.remove(&Fact::DeploymentPlan)),
            Move::Plan(Some(which)) => self.planned(&which.to_string()),
            Move::Contents(which) => self.seen.contents = Digest::of(&[*which]),
            Move::Offer(by_ada) => drop(self.offer(if *by_ada { "ada" } else { "ben" })),
            Move::Accept(who) => {
                let (who, team) = PEOPLE[*who];
                drop(self.accept(&person(who, team)));
            }
            Move::Reject(item) => {
                let item = item.map(|it| self.handover.items[it].name.to_string());
                let items: Vec<_> = item.iter().map(|it| (it.as_str(), "no")).collect();
                drop(self.reject(&items));
            }
            Move::Withdraw => self.tries(&HandoverEvent::Withdrawn(nothing())),
            Move::Reopen => self.tries(&HandoverEvent::Reopened),
        }
    }

    /// What is accepted is what is there, by somebody else of those who take it.
    fn check(&self) -> Result<(), TestCaseError> {
        let Status::Accepted { offer, acceptance } = &self.handover.status else {
            return Ok(());
        };
        prop_assert_eq!(acceptance.hash, offer.bound.hash());
        prop_assert_ne!(acceptance.human, offer.human);
        prop_assert_ne!(acceptance.by.as_str(), "ben");
        let now = Bound::of(&self.handover, &self.seen);
        let is_there = self.handover.is_accepted(&self.seen);
        prop_assert_eq!(is_there, now == offer.bound);
        if is_there {
            prop_assert_eq!(self.handover.lacks(&self.seen).count(), 0);
        }
        Ok(())
    }

    /// Leads it to where it is accepted, from wherever it is.
    fn ends(mut self) -> &'static str {
        if self.word() == "withdrawn" {
            self.tries(&HandoverEvent::Reopened);
        }
        self.make(&Move::Plan(Some(9)));
        self.make(&Move::Sheet(9));
        for item in 0..self.handover.items.len() {
            self.make(&Move::Says(item, 0));
        }
        drop(self.offer("ben"));
        self.make(&Move::Accept(2));
        self.word()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Nothing is accepted that differs from what is there, each edition follows the one before, and every state has a way out.
    #[test]
    fn whatever_happens(moves in proptest::collection::vec(moves(), 0..60)) {
        let mut story = Story::begin();
        for it in &moves {
            let before = story.handover.clone();
            story.make(it);
            story.check()?;
            let step = story.handover.edition.0 - before.edition.0;
            prop_assert!(step <= 1);
            prop_assert_eq!(step == 0, story.handover == before);
        }
        prop_assert_eq!(story.ends(), "accepted");
    }
}
