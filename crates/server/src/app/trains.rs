//! Trains: planned, closed, changed and held by people, and carried by group runs.
//!
//! [`save`] keeps plans, [`steer`] what people do, [`facts`] collects what is known of members and places, [`step`] takes a
//! train as far as `domain` says, and [`shown`] says how it stands. Whoever may not see a member sees no train.

mod facts;
mod journey;
mod save;
mod shown;
mod steer;

pub(crate) use facts::run;
pub(super) use facts::running;
pub(crate) use journey::{decided, give_up, step};
pub(super) use shown::{Observed, observed};
pub use steer::TrainDeed;
pub(super) use steer::hold_all;

use super::{Error, Request, entry};
use serde_json::Value;
use tidegate_domain::{
    access::{Action, Resource},
    id::Edition,
    name::Name,
    train::{Train, TrainEvent, TrainPlan, TrainPlanEdition},
};
use tidegate_store::Tx;

/// A train, about every member of which whoever asks may do that, and whose products of the past they may see as well.
pub(super) async fn find(
    tx: &mut Tx,
    request: &Request,
    (action, name): (Action, &Name),
) -> Result<Train, Error> {
    let missing = || {
        Error::not_found("train-not-found", "train", name)
            .hint("`tidegate train list` shows those there are")
    };
    let train = tx.train(name).await?.ok_or_else(missing)?;
    for product in train.products() {
        let action = train.plan.member(product).map_or(Action::Read, |_| action);
        let resource = Resource::product(product.clone());
        request.permit(tx, (action, &resource), missing).await?;
    }
    Ok(train)
}

/// The newest saving of a train's plan.
async fn newest(tx: &mut Tx, name: &Name) -> Result<Option<TrainPlanEdition>, Error> {
    let all = tx
        .train_plans_before(name, Edition(u64::MAX >> 1), 1)
        .await?;
    Ok(all.into_iter().next())
}

/// Keeps a train as it is now, and its plan as another edition where that changed.
async fn keep(
    tx: &mut Tx,
    before: Option<&Train>,
    (after, by): (&Train, Option<&Name>),
) -> Result<(), Error> {
    tx.record_train(after).await?;
    if before.is_some_and(|it| it.plan == after.plan) {
        return Ok(());
    }
    let last = newest(tx, &after.name).await?.map_or(0, |it| it.edition.0);
    let edition = TrainPlanEdition {
        train: after.name.clone(),
        edition: Edition(last + 1),
        plan: after.plan.clone(),
        by: by.cloned(),
        at: tx.now(),
    };
    Ok(tx.record_train_plan(&edition).await?)
}

/// Whoever a train goes for has to be allowed to deploy all of it.
async fn check_deploys(tx: &mut Tx, request: &Request, plan: &TrainPlan) -> Result<(), Error> {
    for member in &plan.members {
        for departure in &plan.departures {
            let place = (&member.product, &departure.environment);
            request.permit_place(tx, Action::Deploy, place).await?;
        }
    }
    Ok(())
}

/// What the journal calls a train.
fn subject(name: &Name) -> String {
    format!("train/{name}")
}

/// The journal's entry about an event that nobody asked for.
async fn note(tx: &mut Tx, name: &Name, event: &TrainEvent) -> Result<(), Error> {
    let (action, detail) = told(event);
    let entry = entry(tx, "tidegate", (&action, &subject(name)), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// What the journal says of an event: its action and the rest.
fn told(event: &TrainEvent) -> (String, Value) {
    let mut detail = serde_json::to_value(event).unwrap_or_default();
    if let Some(fields) = detail.as_object_mut() {
        fields.remove("event");
    }
    (format!("train.{}", event.word()), detail)
}
