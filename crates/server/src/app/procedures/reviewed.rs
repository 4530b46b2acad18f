//! Somebody's word that a procedure is still right.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, optional, readers},
    Current, find,
    keep::permit_write,
    retired,
    shown::today,
    subject,
};
use futures::FutureExt;
use jiff::civil::Date;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    name::Name,
    planning::Party,
    procedure::{Procedure, Review},
};
use tidegate_protocol::api::ProcedureReviewRequest;
use tidegate_store::Tx;

impl App {
    /// Notes that a procedure is still right as it is, and when somebody looks again.
    ///
    /// # Errors
    /// When there is none, another version is in force than was looked at, or nobody would look again though the procedure asks for it.
    pub async fn review_procedure(
        &self,
        request: Request,
        name: &str,
        wanted: &ProcedureReviewRequest,
    ) -> Result<(), Error> {
        let name: Name = field("procedure", name)?;
        let next: Option<Date> = optional("next", wanted.next.as_deref())?;
        let said = (wanted.version, next);
        self.store
            .write((request, name, said), |tx, (request, name, said)| {
                review(tx, request, (name, *said)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

async fn review(
    tx: &mut Tx,
    request: &Request,
    (name, (version, next)): (&Name, (u32, Option<Date>)),
) -> Result<(), Error> {
    let found = find(tx, request, name).await?;
    permit_review(tx, request, &found.procedure).await?;
    if found.is_retired() {
        return Err(retired(name));
    }
    if found.version.number != version {
        let number = found.version.number;
        return Err(readers::changed_since("procedure-changed").hint(format!(
            "version {number} is in force: `tidegate procedure show {name}`"
        )));
    }
    let today = today(tx);
    if next.is_some_and(|next| next <= today) {
        let why = format!("the next review is after today, which is {today}");
        return Err(Error::invalid("next", why));
    }
    let review = Review {
        by: request.actor.name.clone(),
        at: tx.now(),
        version,
        next,
        asked: found.procedure.review_by,
    };
    let mut after = Current {
        state: found.state.clone(),
        ..found.clone()
    };
    after.state.review = Some(review);
    let due = after.due();
    if due.is_none() && found.procedure.review_by.is_some() {
        let detail = "say when somebody looks again: the procedure asks for reviews";
        return Err(
            Error::refused(Refusal::BadRequest, "no-next-review", detail)
                .hint("`--next 2027-01-31`, or `review_every_months` in the procedure"),
        );
    }
    tx.record_procedure_state(name, &after.state).await?;
    let due = due.map(|it| it.to_string());
    let detail = json!({ "version": version, "next": due });
    request
        .journal(tx, "procedure.reviewed", &subject(name), &detail)
        .await?;
    Ok(())
}

/// Whoever may write it may say that it is right, and so may the person who owns it.
async fn permit_review(tx: &mut Tx, request: &Request, procedure: &Procedure) -> Result<(), Error> {
    let is_own = procedure.owner == Party::Person(request.actor.name.clone());
    match is_own {
        true => request
            .permit_at_large(tx, Action::ReadShared)
            .await
            .map(drop),
        false => permit_write(tx, request, procedure).await,
    }
}
