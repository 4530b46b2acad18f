//! The next step of a train, taken as `domain` decides it, in one transaction with what it begins.

use super::{
    super::{App, Error, Request, entry, group_runs},
    facts, keep, note, subject, told,
};
use serde_json::json;
use tidegate_domain::{
    name::Name,
    train::{Leaving, Train, TrainAct, TrainDecision, TrainEvent, decide},
};
use tidegate_store::Tx;

/// What comes next in a train, and its record; none where it has ended.
pub(crate) async fn decided(tx: &mut Tx, app: &App, train: &Train) -> Result<TrainDecision, Error> {
    let facts = facts::of(tx, app, train).await?;
    Ok(decide(train, &facts, tx.now()))
}

/// Takes a train one step further; answers whether something happened.
///
/// # Errors
/// When what it would begin is refused.
pub(crate) async fn step(tx: &mut Tx, app: &App, name: &Name) -> Result<bool, Error> {
    let Some(before) = tx.train(name).await? else {
        return Ok(false);
    };
    let facts = facts::of(tx, app, &before).await?;
    let now = tx.now();
    let Some(act) = decide(&before, &facts, now).act else {
        return Ok(false);
    };
    let illegal =
        |why: &dyn std::fmt::Display| Error::Broken(format!("a decision is illegal: {why}"));
    let mut train = before.clone();
    match act {
        TrainAct::Happens(event) => {
            train.apply(&event, now).map_err(|why| illegal(&why))?;
            note(tx, name, &event).await?;
        }
        TrainAct::Drops(product, word) => {
            let bill = facts.bill(&train);
            let detail = json!({ "product": product, "reason": word.reason });
            let known = (&bill, &facts.places);
            train = train
                .dropped(&product, known, word)
                .map_err(|why| illegal(&why))?;
            let entry = entry(tx, "tidegate", ("train.dropped", &subject(name)), &detail);
            tx.record_entry(&entry).await?;
        }
        TrainAct::Leaves(leaving) => leave(tx, app, &mut train, &leaving).await?,
    }
    keep(tx, Some(&before), (&train, None)).await?;
    Ok(true)
}

/// Begins the group run that carries a train, in the name of whoever closed boarding.
async fn leave(tx: &mut Tx, app: &App, train: &mut Train, leaving: &Leaving) -> Result<(), Error> {
    let by = train.goes_for.as_ref().unwrap_or(&train.created_by);
    let who = (by, subject(&train.name));
    let request = Request::on_behalf(tx, &app.gate, who).await?;
    let environment = &leaving.environment;
    let mut asked = Vec::with_capacity(leaving.members.len());
    for passenger in &leaving.members {
        let of = (&passenger.product, &passenger.release, environment);
        asked.push((facts::wanted(of)?, passenger.after.clone()));
    }
    let run = Box::pin(group_runs::begin(tx, &request, &asked)).await?;
    tx.record_train_run(run, &train.name).await?;
    let event = TrainEvent::Left {
        environment: environment.clone(),
        run,
    };
    train
        .apply(&event, tx.now())
        .map_err(|why| Error::Broken(format!("a decision is illegal: {why}")))?;
    let (action, mut detail) = told(&event);
    detail["edition"] = json!(leaving.edition);
    detail["bill"] = json!(leaving.bill);
    let entry = entry(tx, "tidegate", (&action, &subject(&train.name)), &detail);
    Ok(tx.record_entry(&entry).await?)
}

/// Holds a train whose departure was refused, so that a person deals with it.
pub(crate) async fn give_up(tx: &mut Tx, name: &Name, reason: &str) -> Result<(), Error> {
    let Some(mut train) = tx.train(name).await? else {
        return Ok(());
    };
    let event = TrainEvent::Held {
        reason: reason.to_owned(),
        by: None,
    };
    // Whoever changed it in the meantime has dealt with it.
    if train.apply(&event, tx.now()).is_err() {
        return Ok(());
    }
    note(tx, name, &event).await?;
    Ok(tx.record_train(&train).await?)
}
