//! Planning a train, and changing its plan.

use super::{
    super::{
        App, Error, Kind, Request, SharedApp, apply, field,
        planning::{self, Between, contradicts, put_together},
        releases,
    },
    check_deploys, facts, find, keep, newest, shown,
    steer::refused,
    subject,
};
use futures::FutureExt;
use serde_json::json;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::Action,
    catalog::path,
    id::Edition,
    name::Name,
    train::{Lateness, Outlook, Train, TrainError, TrainPlan},
};
use tidegate_protocol::api::{PlanEditionView, PlanSaveRequest, PlanSavedView};
use tidegate_store::Tx;

impl App {
    /// Saves the plan of a train, together with what others saved since its base; or says what saving would change. A train that
    /// was not planned before is begun.
    ///
    /// # Errors
    /// When the text is no plan, names what does not exist, or contradicts what others saved; or the train is under way.
    pub async fn save_train_plan(
        self: &SharedApp,
        request: Request,
        name: &str,
        wanted: &PlanSaveRequest,
    ) -> Result<PlanSavedView, Error> {
        let name: Name = field("train", name)?;
        let mine = apply::train_plan(&wanted.text)?;
        let input = (self.clone(), request, name, (mine, Edition(wanted.base)));
        if wanted.dry_run {
            let put = self.store.read(input, |tx, (app, request, name, asked)| {
                async move { Ok::<_, Error>(put(tx, app, request, (name, asked)).await?.view) }
                    .boxed()
            });
            return put.await;
        }
        let view = self
            .store
            .write(input, |tx, (app, request, name, asked)| {
                async move {
                    let put = put(tx, app, request, (name, asked)).await?;
                    put.keep(tx, request).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        self.bus.wake_engine();
        Ok(view)
    }

    /// At most `limit` savings of a train's plan below number `before`, the newest first, each with what it changed.
    ///
    /// # Errors
    /// When there is no such train.
    pub async fn train_plan_editions(
        &self,
        request: &Request,
        name: &str,
        (before, limit): (Option<u64>, u64),
    ) -> Result<Vec<PlanEditionView>, Error> {
        let name: Name = field("train", name)?;
        let before = Edition(before.unwrap_or(u64::MAX >> 1));
        let input = (request.clone(), name, before, limit);
        self.store
            .read(input, |tx, (request, name, before, limit)| {
                async move {
                    find(tx, request, (Action::Read, name)).await?;
                    // One more, to tell what the last of them changed.
                    let found = tx.train_plans_before(name, *before, limit + 1).await?;
                    let shown = usize::try_from(*limit).unwrap_or(usize::MAX);
                    let view = |(place, it)| shown::edition(it, found.get(place + 1));
                    Ok(found.iter().enumerate().take(shown).map(view).collect())
                }
                .boxed()
            })
            .await
    }
}

/// What saving comes to, before anything is kept.
struct Put {
    before: Option<Train>,
    after: Train,
    view: PlanSavedView,
}

async fn put(
    tx: &mut Tx,
    app: &App,
    request: &Request,
    (name, (mine, base)): (&Name, &(TrainPlan, Edition)),
) -> Result<Put, Error> {
    // Whoever may not see what it is about is told of no train either.
    check(tx, request, mine).await?;
    let before = match tx.train(name).await? {
        Some(_) => Some(find(tx, request, (Action::PlanRelease, name)).await?),
        None => None,
    };
    let newest = newest(tx, name).await?;
    let number = newest.as_ref().map_or(Edition(0), |it| it.edition);
    let based_on = match base {
        Edition(0) => None,
        base => {
            let below = Edition(base.0.saturating_add(1));
            let found = tx.train_plans_before(name, below, 1).await?;
            let found = found.into_iter().find(|it| it.edition == *base);
            Some(found.ok_or_else(|| no_edition(name, *base))?)
        }
    };
    let between = newest.as_ref().filter(|_| number != *base);
    let between = between.map(|newest| Between {
        base: based_on.as_ref().map(|it| &it.plan),
        theirs: &newest.plan,
    });
    let (plan, conflicts) = put_together(between.as_ref(), mine)?;
    if plan != *mine {
        check(tx, request, &plan).await?;
    }
    let after = match &before {
        Some(train) => {
            let by = &request.actor.name;
            let after = train.replanned(plan, by);
            let after = after.map_err(|why| refused(train, why))?;
            // From now on it goes in their name.
            if train.bill().is_some() && after != *train {
                check_deploys(tx, request, &after.plan).await?;
            }
            after
        }
        None => {
            let by = (request.actor.name.clone(), tx.now());
            Train::new(name.clone(), plan, by).map_err(|why| refuse(why.into()))?
        }
    };
    Ok(Put {
        view: PlanSavedView {
            saved: false,
            edition: number.0,
            merged: number != *base,
            differences: apply::differences(before.as_ref().map(|it| &it.plan), &after.plan),
            conflicts,
            newly_late: newly_late(tx, app, (before.as_ref(), &after)).await?,
            text: shown::text(&after.plan)?,
        },
        before,
        after,
    })
}

impl Put {
    async fn keep(mut self, tx: &mut Tx, request: &Request) -> Result<PlanSavedView, Error> {
        let name = &self.after.name;
        if !self.view.conflicts.is_empty() {
            return Err(contradicts(
                &format!("tidegate train show {name}"),
                (self.view.edition, &self.view.conflicts),
            ));
        }
        if self.view.differences.is_empty() {
            return Ok(self.view);
        }
        let by = Some(&request.actor.name);
        keep(tx, self.before.as_ref(), (&self.after, by)).await?;
        (self.view.saved, self.view.edition) = (true, self.view.edition + 1);
        let detail = json!({ "edition": self.view.edition, "differences": self.view.differences });
        request
            .journal(tx, "train.planned", &subject(name), &detail)
            .await?;
        Ok(self.view)
    }
}

/// Whom and what a plan names has to exist, and whoever plans has to be allowed to plan for all of it.
async fn check(tx: &mut Tx, request: &Request, plan: &TrainPlan) -> Result<(), Error> {
    plan.check().map_err(|why| refuse(why.into()))?;
    planning::check_party(tx, &plan.owner).await?;
    let environments = tx.environments().await?;
    for departure in &plan.departures {
        if !environments.contains_key(&departure.environment) {
            let kind = "environment-not-found";
            let missing = Error::not_found(kind, "environment", &departure.environment);
            return Err(missing.hint("`tidegate status` shows those there are"));
        }
    }
    for member in &plan.members {
        let product = &member.product;
        request
            .permit_product(tx, Action::PlanRelease, product)
            .await?;
        let declared = releases::find_product(tx, product).await?;
        let path = path::of(&declared, &environments).unwrap_or_default();
        let mut left = path.iter();
        for departure in &plan.departures {
            let environment = &departure.environment;
            if !left.any(|it| it == environment) {
                return Err(off_path(product, environment, &path));
            }
        }
    }
    Ok(())
}

fn off_path(product: &Name, environment: &Name, path: &[Name]) -> Error {
    let path: Vec<_> = path.iter().map(Name::as_str).collect();
    let detail = format!(
        "{product} does not come to {environment} at that place of its promotion path, which is {}",
        path.join(" → ")
    );
    Error::refused(Kind::BadRequest, "departure-off-path", detail)
        .hint("let the departures follow the promotion path of every member, or leave some out")
}

/// The members that would be late by what is planned now and are not by what was planned before.
async fn newly_late(
    tx: &mut Tx,
    app: &App,
    (before, after): (Option<&Train>, &Train),
) -> Result<Vec<String>, Error> {
    let facts = facts::of(tx, app, after).await?;
    let now = tx.now();
    let late = |train: &Train| -> BTreeSet<String> {
        let outlook = Outlook::of(train, &facts, now).ok().flatten();
        let readiness = outlook.map(|it| it.readiness);
        let members = readiness.iter().flat_map(|it| &it.members);
        let members = members.filter(|it| it.lateness != Lateness::InTime);
        members.map(|it| format!("member {}", it.product)).collect()
    };
    let known = before.map(late).unwrap_or_default();
    Ok(late(after).difference(&known).cloned().collect())
}

fn no_edition(name: &Name, edition: Edition) -> Error {
    let detail = format!("the plan of train {name} has no edition {edition}");
    Error::refused(Kind::BadRequest, "edition-not-found", detail).hint(format!(
        "`tidegate train history {name}` shows those there are"
    ))
}

/// What `domain` refuses, with the same words.
pub(super) fn refuse(why: TrainError) -> Error {
    let source = std::error::Error::source(&why);
    let detail = match source {
        Some(source) => format!("{why}: {source}"),
        None => why.to_string(),
    };
    let (kind, code) = match &why {
        TrainError::Plan(_) | TrainError::Order(_) => (Kind::BadRequest, "train-unfit"),
        TrainError::NotMember(_) => (Kind::BadRequest, "train-member"),
        TrainError::NoReason => (Kind::BadRequest, "reason-missing"),
        TrainError::NotMade(_) | TrainError::Draft { .. } | TrainError::OtherRelease { .. } => {
            (Kind::NotReady, "train-incomplete")
        }
        TrainError::Needed { .. } => (Kind::Conflict, "train-member-needed"),
        TrainError::Same { .. } => (Kind::Conflict, "train-same"),
        TrainError::Illegal(_)
        | TrainError::Fixed
        | TrainError::Behind(_)
        | TrainError::TooLate(_) => (Kind::Conflict, "train-state"),
    };
    let refused = Error::refused(kind, code, detail);
    if let TrainError::Order(order) = why {
        return refused.hint(order.remedy());
    }
    refused
}
