//! A handover as the page shows it.

use super::super::super::{
    moment::Moment,
    parts::{Fingerprint, Prose},
    state::State,
};
use jiff::Timestamp;
use tidegate_protocol::api::{
    AvailabilityView, HandoverItemView, HandoverView, HandoverWordView, SheetView,
};

/// A handover.
pub(super) struct Shown {
    pub(super) state: State,
    pub(super) gives: String,
    pub(super) takers: String,
    pub(super) template: String,
    pub(super) edition: u64,
    pub(super) by: String,
    pub(super) at: Moment,
    /// What would be accepted.
    pub(super) hash: Fingerprint,
    pub(super) read: String,
    pub(super) items: Vec<Item>,
    pub(super) sheet: SheetView,
    /// Who said what of it last.
    pub(super) words: Vec<Word>,
    pub(super) may: May,
    pub(super) more: More,
}

/// What comes next, as far as the visitor may do it.
pub(super) struct May {
    pub(super) answer: bool,
    pub(super) offer: bool,
}

/// What the visitor may do otherwise.
pub(super) struct More {
    pub(super) withdraw: bool,
    pub(super) reopen: bool,
}

/// What somebody said.
pub(super) struct Word {
    pub(super) deed: &'static str,
    pub(super) by: String,
    pub(super) at: Moment,
    pub(super) note: String,
}

/// An item.
pub(super) struct Item {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) document: Prose,
    pub(super) parties: String,
    pub(super) state: State,
    pub(super) required: bool,
    /// What helps while it is open.
    pub(super) remedy: Option<Prose>,
    pub(super) said: Option<Word>,
    pub(super) link: Option<String>,
    pub(super) rejected: Option<String>,
    pub(super) form: Option<ItemForm>,
}

/// What the visitor may say of an item.
pub(super) struct ItemForm {
    /// None where nobody says that it is done.
    pub(super) done: Option<Done>,
    pub(super) may_be_skipped: bool,
    pub(super) may_be_reopened: bool,
}

/// What is typed of an item that is done.
pub(super) struct Done {
    pub(super) wants_link: bool,
}

/// The dates of a release: live, announced, and generally available.
pub(in crate::web) struct Dates {
    pub(in crate::web) state: State,
    pub(in crate::web) sentence: Prose,
    pub(in crate::web) live: Option<Moment>,
    pub(in crate::web) announced: Option<Moment>,
    pub(in crate::web) embargo: Option<Moment>,
    pub(in crate::web) available: Option<Moment>,
}

impl Dates {
    /// As they are seen from `now`.
    pub(in crate::web) fn of(view: &AvailabilityView, now: Timestamp) -> Self {
        let seen = |at: Option<Timestamp>| at.map(|at| Moment::seen(at, now));
        let shape = match view.available_since {
            Some(_) => "steady",
            None => "waiting",
        };
        Self {
            state: State::new(shape, view.state.clone()),
            sentence: Prose::of(&view.sentence),
            live: seen(view.live_since),
            announced: seen(view.announced_at),
            embargo: seen(view.embargo_until),
            available: seen(view.available_since),
        }
    }
}

/// How a handover stands.
pub(in crate::web) fn standing(word: &str) -> State {
    let shape = match word {
        "accepted" => "steady",
        "offered" => "moving",
        "stale" | "rejected" => "held",
        "withdrawn" => "unknown",
        _ => "waiting",
    };
    State::new(shape, word.to_owned())
}

impl Shown {
    /// Of a view, for a visitor who may hand over or not.
    pub(super) fn of(view: HandoverView, (may, now): (bool, Timestamp)) -> Self {
        let is_withdrawn = view.state == "withdrawn";
        let said = [
            ("Offered", view.offered),
            ("Accepted", view.accepted),
            ("Rejected", view.rejected),
        ];
        let words = said
            .into_iter()
            .filter_map(|(deed, said)| said.map(|said| word(deed, said, now)));
        let items = view.items.into_iter();
        Self {
            state: standing(&view.state),
            gives: view.gives,
            takers: view.takers,
            template: view.template,
            edition: view.edition,
            by: view.by,
            at: Moment::seen(view.at, now),
            hash: Fingerprint::of(&view.hash),
            read: view.hash,
            items: items
                .map(|it| item(it, (may && !is_withdrawn, now)))
                .collect(),
            sheet: view.sheet,
            words: words.collect(),
            may: May {
                answer: view.yours,
                offer: may && view.ready,
            },
            more: More {
                withdraw: may && !is_withdrawn,
                reopen: may && is_withdrawn,
            },
        }
    }
}

fn word(deed: &'static str, said: HandoverWordView, now: Timestamp) -> Word {
    Word {
        deed,
        by: said.by,
        at: Moment::seen(said.at, now),
        note: said.note,
    }
}

fn item(view: HandoverItemView, (may, now): (bool, Timestamp)) -> Item {
    let is_open = view.state == "open";
    let shape = match view.state.as_str() {
        "done" => "steady",
        "open" => "waiting",
        _ => "held",
    };
    let answers = view.rejected.is_some();
    let said = view.said.filter(|_| !answers);
    let is_said = said.is_some();
    Item {
        state: State::new(shape, view.state),
        parties: format!("{} to {}", view.gives, view.takes),
        document: Prose::exactly(&view.document),
        remedy: is_open.then(|| Prose::of(&view.remedy)),
        form: may.then_some(ItemForm {
            done: (is_open && (!view.seen || answers)).then_some(Done {
                wants_link: view.wants == "link",
            }),
            may_be_skipped: is_open && !view.required,
            may_be_reopened: is_said,
        }),
        said: said.map(|said| word("", said, now)),
        name: view.name,
        title: view.title,
        required: view.required,
        link: view.link,
        rejected: view.rejected,
    }
}
