//! What people do to a train.

use super::{
    super::{App, Error, Kind, Request, SharedApp, field, releases, steer::read_reason},
    check_deploys, facts, find, keep,
    save::refuse,
    subject, told,
};
use futures::FutureExt;
use serde_json::{Value, json};
use tidegate_domain::{
    access::Action,
    name::Name,
    train::{Train, TrainError, TrainEvent, TrainStatus, Word},
    version::Version,
};
use tidegate_store::Tx;

/// What people do to a train.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrainDeed {
    /// Boarding is closed: exactly what the members bring now goes, in the name of whoever closes it.
    Close,
    /// A member goes no more.
    Drop {
        /// Which.
        product: String,
        /// Why.
        reason: String,
    },
    /// Another release of a member goes.
    Replace {
        /// Which.
        product: String,
        /// The release.
        release: String,
        /// Why.
        reason: String,
    },
    /// It is to stand still.
    Hold {
        /// Why.
        reason: String,
    },
    /// It goes on.
    Resume,
    /// It goes nowhere any more; what runs stays as it is.
    Cancel {
        /// Why.
        reason: String,
    },
}

impl TrainDeed {
    /// What somebody has to be allowed for every member.
    const fn action(&self) -> Action {
        match self {
            Self::Hold { .. } => Action::SteerDeployment,
            Self::Close
            | Self::Drop { .. }
            | Self::Replace { .. }
            | Self::Resume
            | Self::Cancel { .. } => Action::PlanRelease,
        }
    }

    /// Whether a train goes for whoever does it from then on.
    fn is_answered_for(&self, train: &Train) -> bool {
        match self {
            Self::Close => true,
            Self::Drop { .. } | Self::Replace { .. } | Self::Resume => train.bill().is_some(),
            Self::Hold { .. } | Self::Cancel { .. } => false,
        }
    }
}

impl App {
    /// Does something to a train.
    ///
    /// # Errors
    /// When there is none, or it cannot be done now.
    pub async fn steer_train(
        self: &SharedApp,
        request: Request,
        name: &str,
        deed: TrainDeed,
    ) -> Result<(), Error> {
        let name: Name = field("train", name)?;
        let input = (self.clone(), request, name, deed);
        self.store
            .write(input, |tx, (app, request, name, deed)| {
                steer(tx, app, request, (name, deed)).boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(())
    }
}

async fn steer(
    tx: &mut Tx,
    app: &App,
    request: &Request,
    (name, deed): (&Name, &TrainDeed),
) -> Result<(), Error> {
    let before = find(tx, request, (deed.action(), name)).await?;
    if deed.is_answered_for(&before) {
        check_deploys(tx, request, &before.plan).await?;
    }
    let (after, (action, detail)) = match deed {
        TrainDeed::Close => close(tx, app, (request, &before)).await?,
        TrainDeed::Drop { product, reason } => {
            let product: Name = field("product", product)?;
            let facts = facts::of(tx, app, &before).await?;
            let word = word(tx, request, reason)?;
            let bill = facts.bill(&before);
            let detail = json!({ "product": product, "reason": word.reason });
            let after = before.dropped(&product, (&bill, &facts.places), word);
            let after = after.map_err(|why| refused(&before, why))?;
            (after, ("train.dropped".to_owned(), detail))
        }
        TrainDeed::Replace {
            product,
            release,
            reason,
        } => {
            let of = (field("product", product)?, field("release", release)?);
            replace(tx, (request, &before), (of, reason)).await?
        }
        TrainDeed::Hold { reason } => {
            let reason = said(reason)?;
            let by = Some(request.actor.name.clone());
            happens(tx, &before, &TrainEvent::Held { reason, by })?
        }
        TrainDeed::Resume => {
            let by = request.actor.name.clone();
            happens(tx, &before, &TrainEvent::Resumed { by })?
        }
        TrainDeed::Cancel { reason } => {
            let (by, reason) = (request.actor.name.clone(), said(reason)?);
            happens(tx, &before, &TrainEvent::Cancelled { by, reason })?
        }
    };
    keep(tx, Some(&before), (&after, Some(&request.actor.name))).await?;
    Ok(request
        .journal(tx, &action, &subject(name), &detail)
        .await?)
}

/// Holds every train that would leave by itself, so that a person looks at it first.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn hold_all(
    tx: &mut Tx,
    request: &Request,
    reason: &str,
) -> Result<(), Error> {
    for mut train in tx.open_trains().await? {
        let event = TrainEvent::Held {
            reason: reason.to_owned(),
            by: Some(request.actor.name.clone()),
        };
        // One that is held, under way or needs a person leaves for nowhere by itself.
        if train.apply(&event, tx.now()).is_err() {
            continue;
        }
        tx.record_train(&train).await?;
        let (action, detail) = told(&event);
        request
            .journal(tx, &action, &subject(&train.name), &detail)
            .await?;
    }
    Ok(())
}

/// A train as it is after something, and what the journal says of that.
type Done = (Train, (String, Value));

async fn close(
    tx: &mut Tx,
    app: &App,
    (request, before): (&Request, &Train),
) -> Result<Done, Error> {
    let bill = facts::of(tx, app, before).await?.bill(before);
    let detail = json!({ "bill": bill.hash(), "members": bill.lines().map(|(product, line)| json!({
        "product": product, "release": line.release, "hash": line.hash })).collect::<Vec<_>>() });
    let by = (request.actor.name.clone(), tx.now());
    let after = before
        .closed(bill, by)
        .map_err(|why| refused(before, why))?;
    Ok((after, ("train.closed".to_owned(), detail)))
}

async fn replace(
    tx: &mut Tx,
    (request, before): (&Request, &Train),
    ((product, version), reason): ((Name, Version), &str),
) -> Result<Done, Error> {
    if before.plan.member(&product).is_none() {
        return Err(refuse(TrainError::NotMember(product)));
    }
    let release = releases::find(tx, &product, &version).await?;
    let line = facts::line(tx, &release).await?;
    let word = word(tx, request, reason)?;
    let detail = json!({ "product": product, "release": version, "reason": word.reason });
    let after = before.replaced(&product, line, word);
    let after = after.map_err(|why| refused(before, why))?;
    Ok((after, ("train.replaced".to_owned(), detail)))
}

fn happens(tx: &Tx, before: &Train, event: &TrainEvent) -> Result<Done, Error> {
    let mut after = before.clone();
    let done = after.apply(event, tx.now());
    done.map_err(|why| refused(before, why.into()))?;
    Ok((after, told(event)))
}

/// What cannot be done, with what can be done instead.
pub(super) fn refused(train: &Train, why: TrainError) -> Error {
    let name = &train.name;
    let hint = match &train.status {
        TrainStatus::Planned { hold: None } => {
            format!("while boarding is open the plan is changed: `tidegate train edit {name}`")
        }
        TrainStatus::UnderWay { run, .. } => {
            format!(
                "`tidegate group-run show {run}` says how far it is, and can be taken back or cancelled"
            )
        }
        TrainStatus::Planned { hold: Some(_) } => {
            format!("let it go on first: `tidegate train resume {name}`")
        }
        TrainStatus::Closed { .. }
        | TrainStatus::RolledBack { .. }
        | TrainStatus::Failed { .. }
        | TrainStatus::Arrived { .. }
        | TrainStatus::Cancelled { .. } => {
            format!("`tidegate train show {name}` says how it stands")
        }
    };
    let is_when = matches!(
        why,
        TrainError::Illegal(_) | TrainError::Fixed | TrainError::TooLate(_)
    );
    let refused = refuse(why);
    match is_when {
        true => refused.hint(hint),
        false => refused,
    }
}

fn word(tx: &Tx, request: &Request, reason: &str) -> Result<Word, Error> {
    Ok(Word {
        by: Some(request.actor.name.clone()),
        reason: said(reason)?,
        at: tx.now(),
    })
}

/// A reason, which has to say something.
fn said(reason: &str) -> Result<String, Error> {
    match read_reason(reason)? {
        said if said.is_empty() => Err(Error::refused(
            Kind::BadRequest,
            "reason-missing",
            "say why, for those who read the train",
        )),
        said => Ok(said),
    }
}
