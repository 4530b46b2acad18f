//! What is usually done about a change, by how bad it is.

use super::What;
use crate::{name::Name, supplier::Harm};
use jiff::Timestamp;

/// What is known around a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// When it begins; none when it has happened, or nobody knows.
    pub begins: Option<Timestamp>,
    /// When it is over.
    pub ends: Option<Timestamp>,
    /// The environment before this one, where the product can be verified again.
    pub before: Option<&'a Name>,
    /// Who is usually told about the product.
    pub audience: Option<&'a Name>,
    /// The moment.
    pub now: Timestamp,
}

/// Something that is usually done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggested {
    /// What.
    pub what: What,
    /// By when.
    pub due: Timestamp,
    /// Why.
    pub reason: &'static str,
}

/// What is usually done about a change that touches a product so badly. Nothing of it happens by itself.
pub fn suggested(harm: Harm, given: &Circumstances<'_>) -> Vec<Suggested> {
    let due = given.begins.unwrap_or(given.now).max(given.now);
    let one = |what: What, reason| Suggested { what, due, reason };
    let verify = |reason| {
        let environment = given.before?.clone();
        Some(one(What::Reverify { environment }, reason))
    };
    let inform = |reason| {
        let audience = given.audience?.clone();
        Some(one(What::Inform { audience }, reason))
    };
    let hold = |until, reason| Some(one(What::Hold { until }, reason));
    let all = match harm {
        Harm::Breaks(_) => [
            hold(None, "what it needs will not serve any more"),
            verify("it has to be shown that it works with what will be there"),
            inform("it may fail"),
        ],
        Harm::Interrupted => [
            hold(given.ends, "what it needs is not there in that time"),
            inform("it may fail in that time"),
            None,
        ],
        Harm::NotKnown => [
            verify("nobody can say whether it still works"),
            inform("it may behave otherwise"),
            None,
        ],
        Harm::DoesWithout => [inform("a part of it is not there"), None, None],
        Harm::Fits => [
            Some(one(What::Accept, "what it needs still serves")),
            None,
            None,
        ],
    };
    all.into_iter().flatten().collect()
}
