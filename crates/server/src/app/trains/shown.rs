//! Trains as they are shown.

mod bills;
mod findings;
mod members;

use super::{
    super::{App, Error, Page, Request, SharedApp, apply, field, request::Sight},
    facts, find, newest,
};
use bills::{amendment, bills};
use futures::FutureExt;
use jiff::Timestamp;
use members::members;
use tidegate_domain::{
    access::Action,
    hurdle::Hurdle,
    id::GroupRunId,
    name::Name,
    planning::Slack,
    train::{
        Departure, Outlook, Train, TrainFacts, TrainPlan, TrainPlanEdition, TrainStatus, decide,
    },
};
use tidegate_protocol::api::{
    DepartureView, PlanEditionView, TrainSummary, TrainTaskView, TrainView,
};
use tidegate_store::Tx;

/// The most trains that are listed.
const TRAINS_MAX: u64 = 500;

impl App {
    /// The trains of which whoever asks may see everything that is or was a member, those first that have not ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn trains(&self, request: &Request) -> Result<Vec<TrainSummary>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let mut sight = request.sight(tx).await?;
                    let mut page = Page::new(TRAINS_MAX);
                    for skip in (0..).map(|it| it * TRAINS_MAX) {
                        let found = tx.trains(skip, TRAINS_MAX).await?;
                        if page.take(found, |it| it.products().iter().all(|it| sight.shows(it))) {
                            break;
                        }
                    }
                    page.rows.iter().map(summary).collect()
                }
                .boxed()
            })
            .await
    }

    /// A train with everything that is known of it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn train_view(
        self: &SharedApp,
        request: &Request,
        name: &str,
    ) -> Result<TrainView, Error> {
        let name: Name = field("train", name)?;
        let input = (self.clone(), request.clone(), name);
        self.store
            .read(input, |tx, (app, request, name)| {
                async move {
                    let mut observed = observed(tx, app, (request, name)).await?;
                    observed.view(tx).await
                }
                .boxed()
            })
            .await
    }

    /// The train that a group run carries or carried, if one that whoever asks may see.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn train_of(
        &self,
        request: &Request,
        run: GroupRunId,
    ) -> Result<Option<String>, Error> {
        self.store
            .read((request.clone(), run), |tx, (request, run)| {
                async move {
                    let Some(name) = tx.train_of_run(*run).await? else {
                        return Ok(None);
                    };
                    match find(tx, request, (Action::Read, &name)).await {
                        Ok(train) => Ok(Some(train.name.to_string())),
                        Err(Error::Refused { .. }) => Ok(None),
                        Err(other) => Err(other),
                    }
                }
                .boxed()
            })
            .await
    }
}

/// A train with what is known of it, and what of that whoever asks may see.
pub(in crate::app) struct Observed {
    pub(in crate::app) train: Train,
    facts: TrainFacts,
    sight: Sight,
}

/// A train as whoever asks may see it.
///
/// # Errors
/// When there is none.
pub(in crate::app) async fn observed(
    tx: &mut Tx,
    app: &App,
    (request, name): (&Request, &Name),
) -> Result<Observed, Error> {
    let train = find(tx, request, (Action::Read, name)).await?;
    Ok(Observed {
        sight: request.sight(tx).await?,
        facts: facts::of(tx, app, &train).await?,
        train,
    })
}

impl Observed {
    /// The environments that it has not reached, and what stands between it and the next of them.
    pub(in crate::app) fn hurdles(&mut self, now: Timestamp) -> (Vec<Name>, Vec<Hurdle>) {
        let (train, facts) = (&self.train, &self.facts);
        let departures = train.plan.departures.iter();
        let departures = departures.map(|it| it.environment.clone());
        let path: Vec<Name> = match (train.status.is_terminal(), next(train)) {
            (false, Some(next)) => departures
                .skip_while(|it| *it != next.environment)
                .collect(),
            (true, _) | (false, None) => Vec::new(),
        };
        let Some(environment) = path.first() else {
            return (path, Vec::new());
        };
        let outlook = Outlook::of(train, facts, now).ok().flatten();
        let members = outlook.map(|it| it.readiness.members).unwrap_or_default();
        let mut hurdles = Vec::new();
        for wait in decide(train, facts, now).waiting_on {
            let told = findings::waits(train, std::slice::from_ref(&wait), &mut self.sight);
            let hurdle = Hurdle::of_train(&wait, (&train.name, environment), &members);
            hurdles.extend(told.into_iter().map(|it| Hurdle {
                what: it.sentence,
                remedy: it.remedy,
                ..hurdle.clone()
            }));
        }
        (path, hurdles)
    }

    /// As it is shown.
    pub(in crate::app) async fn view(&mut self, tx: &mut Tx) -> Result<TrainView, Error> {
        let Self {
            train,
            facts,
            sight,
        } = self;
        let (train, facts, now) = (&*train, &*facts, tx.now());
        let outlook = match (train.status.is_terminal(), &facts.run) {
            (false, None) => Outlook::of(train, facts, now).ok().flatten(),
            (true, _) | (false, Some(_)) => None,
        };
        let edition = newest(tx, &train.name).await?.map_or(0, |it| it.edition.0);
        let plan = &train.plan;
        let readiness = outlook.as_ref().map(|it| &it.readiness);
        let integration = outlook.as_ref().zip(train.way());
        let critical = readiness.map(|it| it.critical_path.as_slice());
        let waits = decide(train, facts, now).waiting_on;
        Ok(TrainView {
            name: train.name.to_string(),
            title: plan.title.clone(),
            purpose: plan.purpose.clone(),
            owner: plan.owner.to_string(),
            status: train.status.word().to_owned(),
            sentence: sentence(train, outlook.as_ref()),
            held: train.status.hold().is_some(),
            departures: departures(train)?,
            members: members(train, (facts, outlook.as_ref())),
            waiting_on: findings::waits(train, &waits, sight),
            integration: integration.map(|(it, way)| findings::integrated(it, way.to, sight)),
            critical_path: critical.unwrap_or_default().iter().map(task).collect(),
            room_minutes: readiness.and_then(|it| it.room).map(|room| room.as_mins()),
            bills: bills(train, facts),
            amendments: train.amendments.iter().rev().map(amendment).collect(),
            group_run: group_run(&train.status),
            goes_for: train.goes_for.as_ref().map(ToString::to_string),
            edition,
            text: text(plan)?,
            created_by: train.created_by.to_string(),
            created_at: train.created_at,
        })
    }
}

/// A plan as people write it.
pub(super) fn text(plan: &TrainPlan) -> Result<String, Error> {
    serde_saphyr::to_string(plan).map_err(|why| Error::Broken(format!("a plan in YAML: {why}")))
}

/// A saving of a plan, with what it changed.
pub(super) fn edition(
    edition: &TrainPlanEdition,
    before: Option<&TrainPlanEdition>,
) -> PlanEditionView {
    let by = edition.by.as_ref().map_or("tidegate", Name::as_str);
    PlanEditionView {
        edition: edition.edition.0,
        by: by.to_owned(),
        at: edition.at,
        differences: apply::differences(before.map(|it| &it.plan), &edition.plan),
    }
}

fn summary(train: &Train) -> Result<TrainSummary, Error> {
    let next = next(train);
    let moment = next.map(|it| moment(&train.plan, it)).transpose()?;
    let members = train.plan.members.iter();
    Ok(TrainSummary {
        name: train.name.to_string(),
        title: train.plan.title.clone(),
        status: train.status.word().to_owned(),
        held: train.status.hold().is_some(),
        sentence: format!("{}.", how(train)),
        members: members.map(|it| it.product.to_string()).collect(),
        next: next.map(|it| it.environment.to_string()),
        departure: moment,
    })
}

/// The departure that it waits for.
fn next(train: &Train) -> Option<&Departure> {
    let is_ahead = !train.status.is_terminal();
    let next = train.plan.next_departure(train.status.reached());
    next.filter(|_| is_ahead)
}

fn moment(plan: &TrainPlan, departure: &Departure) -> Result<Timestamp, Error> {
    let placed = plan.moment(departure);
    let placed = placed.map_err(|why| Error::Broken(format!("a saved plan: {why}")))?;
    Ok(placed.timestamp())
}

/// How it stands, in half a sentence.
fn how(train: &Train) -> String {
    let last = train.plan.departures.last();
    match &train.status {
        TrainStatus::Planned { hold: Some(hold) }
        | TrainStatus::Closed {
            hold: Some(hold), ..
        } => {
            let who = hold.by.as_ref().map_or("tidegate", Name::as_str);
            format!("it stands still, because {who} held it: {}", hold.reason)
        }
        TrainStatus::Planned { hold: None } => "boarding is open".to_owned(),
        TrainStatus::Closed {
            reached: Some(reached),
            ..
        } => format!("all of it runs in {reached}"),
        TrainStatus::Closed { reached: None, .. } => "boarding is closed".to_owned(),
        TrainStatus::UnderWay {
            environment,
            hold: Some(hold),
            ..
        } => format!(
            "it is on its way to {environment}, and stands still once it is there: {}",
            hold.reason
        ),
        TrainStatus::UnderWay { environment, .. } => format!("it is on its way to {environment}"),
        TrainStatus::RolledBack {
            environment, cause, ..
        } => format!("it was rolled back from {environment}: {cause}"),
        TrainStatus::Failed {
            environment, cause, ..
        } => format!("it failed on its way to {environment}: {cause}"),
        TrainStatus::Arrived { .. } => match last {
            Some(last) => format!("it arrived in {}", last.environment),
            None => "it arrived".to_owned(),
        },
        TrainStatus::Cancelled { by, reason, .. } => format!("{by} cancelled it: {reason}"),
    }
}

fn sentence(train: &Train, outlook: Option<&Outlook>) -> String {
    let name = &train.name;
    let how = how(train);
    let Some(Outlook { readiness, .. }) = outlook else {
        return format!("{name}: {how}.");
    };
    let all = readiness.members.len();
    let ready = all - readiness.lacking().count();
    format!(
        "{name}: {how}; {ready} of {all} members are ready for {}.",
        readiness.environment
    )
}

const fn group_run(status: &TrainStatus) -> Option<u64> {
    match status {
        TrainStatus::UnderWay { run, .. }
        | TrainStatus::RolledBack { run, .. }
        | TrainStatus::Failed { run, .. }
        | TrainStatus::Arrived { run: Some(run), .. } => Some(run.0),
        TrainStatus::Planned { .. }
        | TrainStatus::Closed { .. }
        | TrainStatus::Arrived { run: None, .. }
        | TrainStatus::Cancelled { .. } => None,
    }
}

fn departures(train: &Train) -> Result<Vec<DepartureView>, Error> {
    let plan = &train.plan;
    let has_arrived = matches!(train.status, TrainStatus::Arrived { .. });
    let next = next(train).map(|it| &it.environment);
    let mut is_behind = next.is_some() || has_arrived;
    let mut views = Vec::with_capacity(plan.departures.len());
    for departure in &plan.departures {
        let is_next = next == Some(&departure.environment);
        is_behind &= !is_next;
        let under_way = matches!(train.status, TrainStatus::UnderWay { .. });
        views.push(DepartureView {
            environment: departure.environment.to_string(),
            at: moment(plan, departure)?,
            tested_in: plan.tested_in(departure).map(ToString::to_string),
            state: match (is_behind, is_next, under_way) {
                (true, _, _) => "reached",
                (false, true, true) => "under_way",
                (false, true, false) => "next",
                (false, false, _) => "ahead",
            }
            .to_owned(),
        });
    }
    Ok(views)
}

fn task((product, slack): &(Name, Slack)) -> TrainTaskView {
    TrainTaskView {
        product: product.to_string(),
        name: slack.name.to_string(),
        ends: slack.ends,
        latest: slack.latest,
    }
}
