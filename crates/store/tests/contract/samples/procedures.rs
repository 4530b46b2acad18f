//! Procedures.

use super::{name, time};
use tidegate_domain::{
    catalog::Document,
    procedure::{Origin, Procedure, ProcedureState, ProcedureVersion, Retired, Review},
};

/// A procedure with every optional part that is kept.
pub(crate) fn procedure() -> Procedure {
    let text = r##"{"name": "go-back", "title": "Taking a release back", "owner": "team:shop",
        "binds": ["level:3", "team:support", "role:desk", "ada"], "review_by": "2027-01-31", "review_every_months": 6,
        "body": "# Before\nCall support.\n"}"##;
    serde_json::from_str(text).unwrap()
}

pub(super) fn document() -> Document {
    Document::Procedure(Box::new(procedure()))
}

/// A version of a procedure.
pub(crate) fn version(of: &str, number: u32) -> ProcedureVersion {
    ProcedureVersion {
        name: name(of),
        number,
        title: "Taking a release back".to_owned(),
        body: format!("# Before\nCall support, {number} times.\n"),
        change: "Says how often.".to_owned(),
        minor: number.is_multiple_of(2),
        asks: number,
        asked_at: time(1),
        origin: if number == 1 {
            Origin::File
        } else {
            Origin::Page
        },
        by: name("ada"),
        at: time(number.into()),
    }
}

/// One that was reviewed, and is not in use any more.
pub(crate) fn state() -> ProcedureState {
    ProcedureState {
        review: Some(Review {
            by: name("ada"),
            at: time(1),
            version: 2,
            next: Some("2027-06-30".parse().unwrap()),
            asked: Some("2027-01-31".parse().unwrap()),
        }),
        retired: Some(Retired {
            by: name("ben"),
            at: time(2),
            procedure: procedure(),
        }),
    }
}
