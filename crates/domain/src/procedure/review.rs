//! Reviews: somebody's word that a procedure is still right, and when the next one is due.

use super::{Procedure, ProcedureVersion};
use crate::name::Name;
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Somebody's word that a procedure is still right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// Who looked.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// The version that they looked at.
    pub version: u32,
    /// The day of the next review, where they said one.
    pub next: Option<Date>,
    /// The day that the document asked for then. Once it asks for another, that counts.
    pub asked: Option<Date>,
}

/// That a procedure is not in use any more. Its versions stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// Who retired it.
    pub by: Name,
    /// When.
    pub at: Timestamp,
    /// As it was, but for its text.
    pub procedure: Procedure,
}

/// What is kept of a procedure beside its document and its versions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcedureState {
    /// The last review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// Since when it is not in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Retired>,
}

/// The day by which a procedure is to be reviewed next; none where nobody asks for that.
///
/// A day that the document names counts until somebody reviewed it. Months count from the last review or the last version that asked
/// people to read it, whichever came later.
pub fn due(
    procedure: &Procedure,
    version: &ProcedureVersion,
    review: Option<&Review>,
) -> Option<Date> {
    let answered = review.filter(|it| it.asked == procedure.review_by);
    if let Some(next) = answered.and_then(|it| it.next) {
        return Some(next);
    }
    let is_answered = procedure.review_by.is_some() && answered.is_some();
    if let Some(day) = procedure.review_by
        && !is_answered
    {
        return Some(day);
    }
    let months = procedure.review_every_months?;
    let since = review.map_or(version.asked_at, |it| it.at.max(version.asked_at));
    let day = since.to_zoned(TimeZone::UTC).date();
    day.checked_add(Span::new().months(months)).ok()
}

#[cfg(test)]
mod tests {
    use super::{super::document::tests::procedure, super::version::tests::stamp, *};
    use crate::procedure::{Origin, Stamp};

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    fn version(on: &str) -> ProcedureVersion {
        let stamp = Stamp {
            at: at(on),
            ..stamp(Origin::File)
        };
        ProcedureVersion::next(None, &procedure("a"), stamp)
            .unwrap()
            .unwrap()
    }

    fn review(on: &str, next: Option<&str>, asked: Option<&str>) -> Review {
        Review {
            by: "ada".parse().unwrap(),
            at: at(on),
            version: 1,
            next: next.map(date),
            asked: asked.map(date),
        }
    }

    fn check(
        (by, months): (Option<&str>, Option<u8>),
        review: Option<&Review>,
        expect: Option<&str>,
    ) {
        let it = Procedure {
            review_by: by.map(date),
            review_every_months: months,
            ..procedure("a")
        };
        let found = due(&it, &version("2026-01-31"), review);
        assert_eq!(found, expect.map(date), "{by:?} {months:?} {review:?}");
    }

    #[test]
    fn a_review_is_due_when_the_document_says_and_then_when_the_reviewer_says() {
        check((None, None), None, None);
        check((Some("2026-06-01"), None), None, Some("2026-06-01"));
        check((None, Some(1)), None, Some("2026-02-28"));
        let said = review("2026-05-01", Some("2027-05-01"), Some("2026-06-01"));
        check((Some("2026-06-01"), None), Some(&said), Some("2027-05-01"));
        // Whoever writes another day into the document has the last word.
        check((Some("2026-08-01"), None), Some(&said), Some("2026-08-01"));
        let silent = review("2026-05-01", None, Some("2026-06-01"));
        check((Some("2026-06-01"), None), Some(&silent), None);
        check(
            (Some("2026-06-01"), Some(6)),
            Some(&silent),
            Some("2026-11-01"),
        );
        let months = review("2026-05-01", None, None);
        check((None, Some(6)), Some(&months), Some("2026-11-01"));
        let earlier = review("2026-01-01", None, None);
        check((None, Some(6)), Some(&earlier), Some("2026-07-31"));
    }
}
