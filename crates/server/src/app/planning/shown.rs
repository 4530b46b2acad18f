//! Release plans and tasks as they are shown.

use super::{
    super::{App, Error, Request, apply, field, procedures::Naming},
    load, newest, prepared,
    task::{named_by, task_view},
    upkeep,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::Action,
    catalog::Kind,
    id::Edition,
    name::Name,
    planning::{Booked, Involved, PlanEdition, ReleasePlan, ReleaseTemplate, Schedule, Task},
    procedure::MadeWith,
    version::Version,
};
use tidegate_protocol::api::{
    BookingView, Difference, InvolvedView, MilestoneView, PhaseView, PlanEditionView,
    ReleasePlanView, TaskView,
};
use tidegate_store::Tx;

/// The most bookings that are looked through for clashes.
const BOOKINGS_MAX: u64 = 10_000;

impl App {
    /// The plan of a release, the newest edition or another.
    ///
    /// # Errors
    /// When there is none.
    pub async fn release_plan(
        &self,
        request: &Request,
        (product, version): (&str, &str),
        edition: Option<u64>,
    ) -> Result<ReleasePlanView, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        let input = (request.clone(), of, edition.map(Edition));
        self.store
            .read(input, |tx, (request, of, edition)| {
                async move {
                    let of = (&of.0, &of.1);
                    request.permit_product(tx, Action::Read, of.0).await?;
                    let found = match edition {
                        None => newest(tx, of).await?,
                        Some(number) => {
                            let found = tx.plan_edition(of, *number).await?;
                            found.ok_or_else(|| {
                                let name = format!("{} {} edition {number}", of.0, of.1);
                                Error::not_found("edition-not-found", "release plan", name)
                            })?
                        }
                    };
                    view(tx, request, &found).await
                }
                .boxed()
            })
            .await
    }

    /// The templates that are good for a product: name and title of each.
    ///
    /// # Errors
    /// When there is no such product.
    pub async fn release_templates(
        &self,
        request: &Request,
        product: &str,
    ) -> Result<Vec<(String, String)>, Error> {
        let product: Name = field("product", product)?;
        self.store
            .read((request.clone(), product), |tx, (request, product)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    let all: Vec<ReleaseTemplate> = tx.documents(Kind::ReleaseTemplate).await?;
                    let good = all.into_iter().filter(|it| it.is_good_for(product));
                    Ok(good.map(|it| (it.name.to_string(), it.title)).collect())
                }
                .boxed()
            })
            .await
    }

    /// At most `limit` editions of a release's plan below number `before`, the newest first, each with what it changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn plan_editions(
        &self,
        request: &Request,
        (product, version): (&str, &str),
        (before, limit): (Option<u64>, u64),
    ) -> Result<Vec<PlanEditionView>, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        let before = Edition(before.unwrap_or(u64::MAX >> 1));
        let input = (request.clone(), of, before, limit);
        self.store
            .read(input, |tx, (request, of, before, limit)| {
                async move {
                    request.permit_product(tx, Action::Read, &of.0).await?;
                    let of = (&of.0, &of.1);
                    // One more, to tell what the last of them changed.
                    let found = tx.plan_editions_before(of, *before, limit + 1).await?;
                    let shown = usize::try_from(*limit).unwrap_or(usize::MAX);
                    let view = |(place, it)| edition_view(it, found.get(place + 1));
                    Ok(found.iter().enumerate().take(shown).map(view).collect())
                }
                .boxed()
            })
            .await
    }
}

fn edition_view(edition: &PlanEdition, before: Option<&PlanEdition>) -> PlanEditionView {
    let mut differences = apply::differences(before.map(|it| &it.plan), &edition.plan);
    if let Some(before) = before {
        differences.extend(versions(&before.procedures, &edition.procedures));
    }
    PlanEditionView {
        edition: edition.edition.0,
        by: edition.by.to_string(),
        at: edition.at,
        differences,
    }
}

/// The procedures that both name, in another version now.
pub(super) fn versions(before: &MadeWith, now: &MadeWith) -> Vec<Difference> {
    let both = now.0.iter().filter_map(|(name, is)| {
        let was = before.version(name).filter(|was| was != is)?;
        Some(Difference {
            path: format!("procedures.{name}"),
            before: Some(format!("version {was}")),
            after: Some(format!("version {is}")),
        })
    });
    both.collect()
}

/// A release's newest plan with what its tasks come to, if it has one, and all of its tasks.
pub(in crate::app) type Around = (Option<(PlanEdition, Schedule)>, Vec<Task>);

/// What is around a task of a release.
pub(in crate::app) async fn around(tx: &mut Tx, of: (&Name, &Version)) -> Result<Around, Error> {
    let tasks = tx.tasks_of(of).await?;
    let Some(edition) = tx.newest_plan(of).await? else {
        return Ok((None, tasks));
    };
    let schedule = upkeep::schedule(&edition.plan, &tasks, tx.now())?;
    Ok((Some((edition, schedule)), tasks))
}

/// An edition with what it comes to.
pub(super) async fn view(
    tx: &mut Tx,
    request: &Request,
    edition: &PlanEdition,
) -> Result<ReleasePlanView, Error> {
    let plan = &edition.plan;
    let of = (&edition.product, &edition.version);
    let tasks = tx.tasks_of(of).await?;
    let schedule = upkeep::schedule(plan, &tasks, tx.now())?;
    let bookings = bookings(tx, request, edition).await?;
    let mut views: Vec<TaskView> = Vec::with_capacity(tasks.len());
    let planned = plan.tasks.iter().filter_map(|planned| {
        let same = |it: &&Task| it.name.as_ref() == Some(&planned.name);
        tasks.iter().find(same)
    });
    let beside = tasks
        .iter()
        .filter(|it| it.name.is_none() && it.is_for_release());
    let named = plan.tasks.iter().filter_map(|it| it.procedure.as_ref());
    let naming = Naming::of(tx, request, named).await?;
    for task in planned.chain(beside) {
        views.push(TaskView {
            procedure: named_by(task, edition, &naming),
            ..task_view(task, Some((plan, &schedule)), &tasks, tx.now())
        });
    }
    let critical = schedule.critical_path();
    let unreached = prepared::unreached(tx, edition).await?;
    Ok(ReleasePlanView {
        product: edition.product.to_string(),
        version: edition.version.to_string(),
        sentence: sentence(&views, &schedule, tx.now()),
        edition: edition.edition.0,
        by: edition.by.to_string(),
        at: edition.at,
        template: edition.begun.as_ref().map(|it| it.template.to_string()),
        purpose: plan.purpose.clone(),
        target: schedule.target,
        ends: schedule.ends,
        time_zone: plan.time_zone.name().to_owned(),
        involved: involved(&plan.involved),
        phases: plan.phases.iter().map(phase).collect(),
        milestones: milestones(plan, &schedule),
        tasks: views,
        critical_path: critical.iter().map(|it| it.name.to_string()).collect(),
        bookings,
        prepared: prepared::view(tx, request, edition).await?,
        unreached: unreached.iter().map(ToString::to_string).collect(),
        overloads: load::overloads(tx, request, (edition, &tasks)).await?,
        text: text(plan)?,
    })
}

/// A plan as people write it.
pub(super) fn text(plan: &ReleasePlan) -> Result<String, Error> {
    serde_saphyr::to_string(plan).map_err(|why| Error::Broken(format!("a plan in YAML: {why}")))
}

fn phase(phase: &tidegate_domain::planning::Phase) -> PhaseView {
    PhaseView {
        name: phase.name.to_string(),
        title: phase.title().to_owned(),
    }
}

fn involved(involved: &Involved) -> Vec<InvolvedView> {
    let parts = [
        ("responsible", &involved.responsible),
        ("consulted", &involved.consulted),
        ("informed", &involved.informed),
    ];
    let accountable = involved.accountable.iter().map(|it| ("accountable", it));
    let others = parts
        .into_iter()
        .flat_map(|(part, all)| all.iter().map(move |it| (part, it.to_string())));
    let accountable = accountable.map(|(part, it)| (part, it.to_string()));
    let view = |(part, party): (&str, String)| InvolvedView {
        party,
        part: part.to_owned(),
    };
    accountable.chain(others).map(view).collect()
}

fn milestones(plan: &ReleasePlan, schedule: &Schedule) -> Vec<MilestoneView> {
    let both = plan.milestones.iter().zip(&schedule.milestones);
    let view = |(planned, reached): (
        &tidegate_domain::planning::Milestone,
        &tidegate_domain::planning::schedule::Reached,
    )| {
        MilestoneView {
            name: planned.name.to_string(),
            title: planned.title().to_owned(),
            due: reached.due,
            ends: reached.ends,
            reached: reached.is_reached,
            late: reached.is_late(),
        }
    };
    both.map(view).collect()
}

/// What a release books, with who else wants it. A product that is not seen is not named.
async fn bookings(
    tx: &mut Tx,
    request: &Request,
    edition: &PlanEdition,
) -> Result<Vec<BookingView>, Error> {
    let own = Booked::of(&edition.plan, (&edition.product, &edition.version));
    let own = own.map_err(|why| Error::Broken(why.to_string()))?;
    let ends = own
        .iter()
        .map(|it| it.from)
        .min()
        .zip(own.iter().map(|it| it.until).max());
    let others = match ends {
        Some(ends) => tx.bookings_between(ends, BOOKINGS_MAX).await?,
        None => Vec::new(),
    };
    let mut sight = request.sight(tx).await?;
    let mut views = Vec::new();
    for booked in &own {
        let clashes = others.iter().filter_map(|other| booked.clash(other));
        let clashes = clashes.map(|clash| {
            let whose = match sight.shows(&clash.other.product) {
                true => format!("{} {}", clash.other.product, clash.other.version),
                false => "a release of another team".to_owned(),
            };
            format!(
                "{whose} wants it from {} to {}",
                minute(clash.span.0),
                minute(clash.span.1)
            )
        });
        views.push(BookingView {
            environment: booked.environment.to_string(),
            from: booked.from,
            until: booked.until,
            shared: booked.shared,
            reason: booked.reason.clone(),
            clashes: clashes.collect(),
        });
    }
    Ok(views)
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// How a plan stands, as a person would say it.
fn sentence(tasks: &[TaskView], schedule: &Schedule, now: Timestamp) -> String {
    let live: Vec<&TaskView> = tasks.iter().filter(|it| it.state != "dropped").collect();
    let done = live
        .iter()
        .filter(|it| !matches!(it.state.as_str(), "open" | "started"))
        .count();
    let late = schedule.late().count();
    let how = match (live.len(), live.len() - done) {
        (0, _) => return "Nothing is planned yet.".to_owned(),
        (_, 0) => "All is done".to_owned(),
        (all, _) => format!("{done} of {all} tasks are done"),
    };
    let overdue = live.iter().filter(|it| it.overdue).count();
    let target = schedule.target.map_or_else(String::new, |target| {
        let days = target.duration_since(now).as_hours().div_euclid(24);
        match (days, target < now) {
            (_, true) => ", and the target is past".to_owned(),
            (0, _) => ", less than a day before the target".to_owned(),
            (1, _) => ", 1 day before the target".to_owned(),
            (days, _) => format!(", {days} days before the target"),
        }
    });
    let room = match (late, overdue) {
        (0, _) => "",
        (_, 0) => ", and as things are it will be late",
        (_, _) => ", and some are overdue",
    };
    format!("{how}{target}{room}.")
}
