//! What people do to a review: begun, written to, moved on.

use super::{
    super::{App, Error, Kind as Refusal, Request, SharedApp, field, planning, releases},
    Of,
    deed::{Board, Lead, Move, ReviewDeed},
    find,
    past::past,
    subject,
};
use futures::FutureExt;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tidegate_domain::{
    access::Action,
    canonical,
    name::Name,
    planning::Party,
    review::{
        Begun, Objective, Report, Review, ReviewError, ReviewEvent, VOTES_EACH, participants,
    },
};
use tidegate_protocol::api::{ReviewRequest, ReviewView};
use tidegate_store::Tx;

impl App {
    /// Begins the review of a release: everybody whom the record names takes part.
    ///
    /// # Errors
    /// When it was begun, or there is no such release or person.
    pub async fn begin_review(
        self: &SharedApp,
        request: Request,
        (product, version): (&str, &str),
        wanted: &ReviewRequest,
    ) -> Result<ReviewView, Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        let invited = wanted.participants.iter();
        let invited: Result<Vec<Name>, Error> =
            invited.map(|name| field("participants", name)).collect();
        let input = (request, of, invited?, wanted.votes_each);
        let shown = input.0.clone();
        self.store
            .write(input, |tx, (request, of, invited, votes_each)| {
                begin(tx, (request, of), (invited, *votes_each)).boxed()
            })
            .await?;
        self.bus.announce();
        self.review(&shown, (product, version)).await
    }

    /// Does something to a review.
    ///
    /// # Errors
    /// When they may not, it is not the time for it, or it makes no sense.
    pub async fn do_review(
        self: &SharedApp,
        request: Request,
        (product, version): (&str, &str),
        deed: ReviewDeed,
    ) -> Result<ReviewView, Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        let shown = request.clone();
        self.store
            .write((request, of, deed), |tx, (request, of, deed)| {
                carry_out(tx, (request, of), deed).boxed()
            })
            .await?;
        self.bus.announce();
        self.review(&shown, (product, version)).await
    }
}

async fn begin(
    tx: &mut Tx,
    (request, of): (&Request, &Of),
    (invited, votes_each): (&[Name], Option<u8>),
) -> Result<(), Error> {
    let (product, version) = of;
    request
        .permit_product(tx, Action::LeadReview, product)
        .await?;
    let release = releases::find(tx, product, version).await?;
    if let Some(known) = tx.review((product, version)).await? {
        let detail = format!(
            "the review of {product} {version} was begun by {}",
            known.facilitator
        );
        return Err(
            Error::refused(Refusal::Conflict, "review-exists", detail).hint(format!(
                "look at it: `tidegate review show {product} {version}`"
            )),
        );
    }
    let past = past(tx, release).await?;
    let mut taking_part = BTreeSet::new();
    for person in participants(&past).into_keys() {
        // Those who are gone, and programs, write nothing.
        if tx.person_named(&person).await?.is_some() {
            taking_part.insert(person);
        }
    }
    let plan = tx.newest_plan((product, version)).await?;
    let planned = plan.and_then(|it| it.plan.review).map(|it| it.with);
    for person in planned.iter().flatten() {
        // Who is gone since then writes nothing.
        if tx.person_named(person).await?.is_some() {
            taking_part.insert(person.clone());
        }
    }
    for person in invited {
        planning::check_party(tx, &Party::Person(person.clone())).await?;
        taking_part.insert(person.clone());
    }
    let begun = Begun {
        by: request.actor.name.clone(),
        at: tx.now(),
        participants: taking_part,
        votes_each: votes_each.unwrap_or(VOTES_EACH),
    };
    let review = Review::begin(product.clone(), version.clone(), begun);
    let review = review.map_err(|why| refuse(&why))?;
    tx.record_review(&review).await?;
    let detail = json!({ "participants": review.participants, "votes_each": review.votes_each });
    request
        .journal(tx, "review.begun", &subject(of), &detail)
        .await?;
    Ok(())
}

async fn carry_out(
    tx: &mut Tx,
    (request, of): (&Request, &Of),
    deed: &ReviewDeed,
) -> Result<(), Error> {
    let (product, _) = of;
    request.permit_product(tx, deed.action(), product).await?;
    let review = find(tx, of).await?;
    if let ReviewDeed::Lead(Lead::Invite(person)) = deed {
        planning::check_party(tx, &Party::Person(person.clone())).await?;
    }
    let planned = objectives(tx, of).await?;
    let by = (&request.actor.name, tx.now());
    let done = match deed {
        ReviewDeed::Move(to) => {
            let event = event(tx, of, (to, by.0)).await?;
            moved(&review, &event, (&planned, by.1))
        }
        ReviewDeed::Board(deed) => on_board(&review, deed, by),
        ReviewDeed::Lead(deed) => lead(&review, deed, (&planned, by)),
    };
    let (next, (action, detail)) = done.map_err(|why| refuse(&why))?;
    tx.record_review(&next).await?;
    let action = format!("review.{action}");
    request.journal(tx, &action, &subject(of), &detail).await?;
    Ok(())
}

/// The report as it is now.
pub(super) async fn compiled(tx: &mut Tx, (product, version): &Of) -> Result<Report, Error> {
    let release = releases::find(tx, product, version).await?;
    let past = past(tx, release).await?;
    Ok(Report::of(&past, tx.now()))
}

/// What the release was to achieve, by its newest plan.
pub(super) async fn objectives(
    tx: &mut Tx,
    (product, version): &Of,
) -> Result<Vec<Objective>, Error> {
    let plan = tx.newest_plan((product, version)).await?;
    Ok(plan.map(|it| it.plan.objectives).unwrap_or_default())
}

/// The word and the particulars for the journal, without what is written silently.
type Told = (&'static str, Value);
/// What comes of something that somebody does.
type Done = Result<(Review, Told), ReviewError>;

/// What moves the review on; what is in front of people when it is closed is kept.
async fn event(tx: &mut Tx, of: &Of, (to, by): (&Move, &Name)) -> Result<ReviewEvent, Error> {
    let by = by.clone();
    Ok(match to {
        Move::Reveal => ReviewEvent::Revealed,
        Move::OpenVotes => ReviewEvent::VotingOpened,
        Move::Discuss => ReviewEvent::Discussed,
        Move::Close => {
            let report = compiled(tx, of).await?;
            let report = tx.record_review_report((&of.0, &of.1), &report).await?;
            ReviewEvent::Closed { by, report }
        }
        Move::Reopen(reason) => {
            let reason = reason.clone();
            ReviewEvent::Reopened { by, reason }
        }
    })
}

fn moved(review: &Review, event: &ReviewEvent, (planned, at): (&[Objective], Timestamp)) -> Done {
    let next = review.after(event, planned, at)?;
    let detail = match event {
        ReviewEvent::Closed { report, .. } => {
            json!({ "report": report, "findings": canonical::hash(&next.findings()) })
        }
        ReviewEvent::Reopened { reason, .. } => json!({ "reason": reason }),
        ReviewEvent::Revealed | ReviewEvent::VotingOpened | ReviewEvent::Discussed => json!({}),
    };
    Ok((next, (event.word(), detail)))
}

/// What those who take part do.
fn on_board(review: &Review, deed: &Board, (by, at): (&Name, Timestamp)) -> Done {
    review.check_part(by)?;
    Ok(match deed {
        Board::Write(column, text) => {
            let (next, id) = review.wrote(by, (*column, text.clone()), at)?;
            (next, ("note_written", json!({ "note": id })))
        }
        Board::TakeBack(id) => {
            let next = review.took_back(by, *id)?;
            (next, ("note_taken_back", json!({ "note": id })))
        }
        Board::Group {
            title,
            theme,
            notes,
        } => {
            let (next, id) = review.grouped((title.clone(), theme.clone()), notes)?;
            let detail = json!({ "group": id, "title": title, "theme": theme, "notes": notes });
            (next, ("grouped", detail))
        }
        Board::Regroup(id, change) => {
            let next = review.regrouped(*id, change)?;
            let detail = json!({
                "group": id, "title": change.title, "theme": change.theme, "add": change.add,
                "remove": change.remove,
            });
            (next, ("regrouped", detail))
        }
        Board::Vote(given) => (review.voted(by, given)?, ("voted", json!({}))),
    })
}

/// What those who lead it do beside the board.
fn lead(review: &Review, deed: &Lead, (planned, by): (&[Objective], (&Name, Timestamp))) -> Done {
    Ok(match deed {
        Lead::Judge(name, verdict, note) => {
            let next = review.judged((planned, name), (*verdict, note.clone()), by)?;
            let detail = json!({ "objective": name, "verdict": verdict, "note": note });
            (next, ("objective_judged", detail))
        }
        Lead::Conclude(text, seen) => {
            let next = review.concluded(text.clone(), *seen)?;
            let detail = json!({ "edition": next.edition, "text": text });
            (next, ("concluded", detail))
        }
        Lead::Invite(person) => (
            review.with(person)?,
            ("invited", json!({ "person": person })),
        ),
        Lead::Excuse(person) => (
            review.without(person)?,
            ("excused", json!({ "person": person })),
        ),
    })
}

pub(super) fn refuse(why: &ReviewError) -> Error {
    let (kind, code) = match why {
        ReviewError::Stage(_) | ReviewError::Time { .. } => (Refusal::Conflict, "review-stage"),
        ReviewError::Stranger(_) => (Refusal::Conflict, "no-participant"),
        ReviewError::Changed { .. } => (Refusal::Conflict, "conclusion-changed"),
        ReviewError::Wrote(_) => (Refusal::Conflict, "participant-wrote"),
        ReviewError::Voted(_) => (Refusal::Conflict, "group-got-votes"),
        ReviewError::Unjudged(_) => (Refusal::NotReady, "objectives-open"),
        ReviewError::NoNote(_)
        | ReviewError::UnknownNote(_)
        | ReviewError::UnknownGroup(_)
        | ReviewError::NoPart(_)
        | ReviewError::UnknownObjective(_) => (Refusal::NotFound, "no-such-part"),
        ReviewError::Empty
        | ReviewError::TooMany { .. }
        | ReviewError::NoTitle
        | ReviewError::Votes { .. }
        | ReviewError::VotesEach { .. }
        | ReviewError::Silent(_) => return Error::invalid("review", why),
    };
    Error::refused(kind, code, why.to_string())
}
