//! Generating a runbook from the plan that a deployment would have, and generating it anew when that has become another.

use super::{
    super::{App, Error, Kind, Request, optional, plans::Wanted, rehearse, releases},
    Of, arguments, errand, find, newest,
    save::{self, Put},
    subject, told,
};
use futures::{FutureExt, future::BoxFuture};
use serde_json::json;
use tidegate_domain::{
    access::Action,
    calendar::Zone,
    id::Edition,
    planning::Party,
    procedure::MadeWith,
    runbook::{
        Errand, Heading, Lost, Runbook, RunbookEdition, Way, backout_plan, deployment_plan, renew,
    },
};
use tidegate_protocol::api::{DeploymentRequest, RunbookRequest, RunbookSavedView};
use tidegate_store::Tx;

/// What is asked for: how it would be deployed, and whose local time.
#[derive(Debug)]
struct Asked {
    of: Errand,
    wanted: Wanted,
    zone: Option<Zone>,
    dry_run: bool,
}

/// What comes of it, before anything is kept.
type Make = for<'a> fn(&'a mut Tx, &'a Request, &'a Asked) -> BoxFuture<'a, Result<Put, Error>>;

impl App {
    /// Generates a runbook and keeps it as its first edition.
    ///
    /// # Errors
    /// When there is one already, or the release cannot be planned for.
    pub async fn begin_runbook(
        &self,
        request: Request,
        of: Of<'_>,
        wanted: &RunbookRequest,
    ) -> Result<RunbookSavedView, Error> {
        let make: Make = |tx, request, asked| begin(tx, request, asked).boxed();
        self.generate(request, Asked::read(of, wanted)?, make).await
    }

    /// Generates a runbook anew and puts it together with what people wrote.
    ///
    /// # Errors
    /// When there is none, or the release cannot be planned for.
    pub async fn renew_runbook(
        &self,
        request: Request,
        of: Of<'_>,
        wanted: &RunbookRequest,
    ) -> Result<RunbookSavedView, Error> {
        let make: Make = |tx, request, asked| renewed(tx, request, asked).boxed();
        self.generate(request, Asked::read(of, wanted)?, make).await
    }

    async fn generate(
        &self,
        request: Request,
        asked: Asked,
        make: Make,
    ) -> Result<RunbookSavedView, Error> {
        let dry_run = asked.dry_run;
        let input = (request, asked, make);
        if dry_run {
            let seen = self.store.read(input, |tx, (request, asked, make)| {
                async move { make(tx, request, asked).await.map(|put| put.view) }.boxed()
            });
            return seen.await;
        }
        let view = self
            .store
            .write(input, |tx, (request, asked, make)| {
                async move {
                    let put = make(tx, request, asked).await?;
                    put.keep_if_whole(tx, request).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

impl Asked {
    fn read(of: Of<'_>, wanted: &RunbookRequest) -> Result<Self, Error> {
        let of_deployment = DeploymentRequest {
            product: of.0.to_owned(),
            release: of.1.to_owned(),
            environment: of.2.to_owned(),
            strategy: wanted.strategy.clone(),
            batch: wanted.batch.clone(),
            bake: wanted.bake.clone(),
            leave_behind: wanted.leave_behind,
            ..DeploymentRequest::default()
        };
        Ok(Self {
            of: errand(of)?,
            wanted: Wanted::read(&of_deployment)?,
            zone: optional("time_zone", wanted.time_zone.as_deref())?,
            dry_run: wanted.dry_run,
        })
    }
}

async fn begin(tx: &mut Tx, request: &Request, asked: &Asked) -> Result<Put, Error> {
    let of = &asked.of;
    let place = (&of.product, &of.environment);
    request.permit_place(tx, Action::PlanRelease, place).await?;
    if let Some(known) = newest(tx, of).await? {
        let (title, release) = (of.way.title(), told(of));
        let detail = format!(
            "there is a {title} of {release} already, edition {} by {}",
            known.edition, known.by
        );
        return Err(
            Error::refused(Kind::Conflict, "runbook-exists", detail).hint(format!(
                "change that one: `tidegate runbook edit {0}`, or generate it anew: `tidegate runbook renew {0}`",
                arguments(of)
            )),
        );
    }
    let generated = generated(tx, request, asked).await?;
    let plan = tx.newest_plan((&of.product, &of.version)).await?;
    let outline = plan.and_then(|it| it.plan.outline(&of.environment, of.way).cloned());
    let outline = outline.unwrap_or_default();
    let begun = outline.around(&generated);
    if !begun.lost.is_empty() {
        return Err(no_place(of, &begun.lost));
    }
    begun
        .runbook
        .check()
        .map_err(|why| save::unfit(why.to_string()))?;
    let decides = outline.deviations.decides.iter();
    save::check_steps(tx, (&outline.steps, decides)).await?;
    let fresh = Fresh {
        procedures: save::made_with(tx, &begun.runbook).await?,
        lost: Vec::new(),
        conflicts: begun.conflicts.iter().map(save::conflict).collect(),
        runbook: begun.runbook,
        generated,
    };
    fresh.put(of, None)
}

/// What the release's plan wants people to do has no place around what the engine does.
fn no_place(of: &Errand, lost: &[Lost]) -> Error {
    let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
    let detail = format!(
        "what the release's plan says of the {} of {} does not fit how it would be deployed: {}",
        of.way.title(),
        told(of),
        lost.join("; ")
    );
    Error::refused(Kind::Conflict, "outline-unfit", detail).hint(format!(
        "change it there, under `runbooks`: `tidegate release plan edit {} {}`",
        of.product, of.version
    ))
}

async fn renewed(tx: &mut Tx, request: &Request, asked: &Asked) -> Result<Put, Error> {
    let of = &asked.of;
    let place = (&of.product, &of.environment);
    request.permit_place(tx, Action::PlanRelease, place).await?;
    let newest = find(tx, of).await?;
    let mut generated = generated(tx, request, asked).await?;
    if asked.zone.is_none() {
        generated.time_zone = newest.generated.time_zone.clone();
    }
    let renewed = renew(&newest.generated, &generated, &newest.runbook);
    let fresh = Fresh {
        procedures: save::made_with(tx, &renewed.runbook).await?,
        lost: renewed.lost.iter().map(ToString::to_string).collect(),
        conflicts: renewed.conflicts.iter().map(save::conflict).collect(),
        runbook: renewed.runbook,
        generated,
    };
    fresh.put(of, Some(newest))
}

/// A runbook as it was generated now, with what people wrote.
struct Fresh {
    runbook: Runbook,
    generated: Runbook,
    procedures: MadeWith,
    lost: Vec<String>,
    conflicts: Vec<tidegate_protocol::api::PlanConflictView>,
}

impl Fresh {
    fn put(self, of: &Errand, newest: Option<RunbookEdition>) -> Result<Put, Error> {
        let action = match newest {
            Some(_) => "release.runbook_renewed",
            None => "release.runbook_begun",
        };
        Ok(Put {
            view: RunbookSavedView {
                saved: false,
                edition: newest.as_ref().map_or(0, |it| it.edition.0),
                merged: false,
                changes: save::changes(newest.as_ref(), (&self.runbook, &self.procedures)),
                conflicts: self.conflicts,
                lost: self.lost,
                text: save::text(&self.runbook)?,
            },
            is_generated_anew: newest.is_some_and(|it| it.generated != self.generated),
            of: of.clone(),
            runbook: self.runbook,
            generated: self.generated,
            procedures: self.procedures,
            action,
        })
    }
}

/// The runbook of what a deployment would be now.
async fn generated(tx: &mut Tx, request: &Request, asked: &Asked) -> Result<Runbook, Error> {
    let of = &asked.of;
    let stage = rehearse::staged(tx, request, &asked.wanted).await?;
    let product = releases::find_product(tx, &of.product).await?;
    let title = match product.title.trim() {
        "" => product.name.as_str(),
        title => title,
    };
    let planned = tx.newest_plan((&of.product, &of.version)).await?;
    let zone = planned.map(|it| it.plan.time_zone).unwrap_or_default();
    let heading = Heading {
        title: format!("{title} {} to {}", of.version, of.environment),
        owner: Party::Team(product.team.clone()),
        time_zone: asked.zone.clone().unwrap_or(zone),
    };
    let (plan, profile) = (&stage.deployment.plan, &stage.profile);
    Ok(match of.way {
        Way::Forward => deployment_plan(plan, profile, &heading),
        Way::Back => backout_plan(plan, profile, &heading),
    })
}

impl Put {
    /// Keeps it as the next edition, unless something is to be settled first.
    async fn keep_if_whole(
        mut self,
        tx: &mut Tx,
        request: &Request,
    ) -> Result<RunbookSavedView, Error> {
        let is_whole = self.view.conflicts.is_empty() && self.view.lost.is_empty();
        let is_other = !self.view.changes.is_empty() || self.is_generated_anew;
        if is_whole && is_other {
            self.keep(tx, request).await?;
        }
        Ok(self.view)
    }

    /// Keeps it as the next edition.
    pub(super) async fn keep(&mut self, tx: &mut Tx, request: &Request) -> Result<(), Error> {
        let edition = RunbookEdition {
            of: self.of.clone(),
            edition: Edition(self.view.edition + 1),
            runbook: self.runbook.clone(),
            generated: self.generated.clone(),
            procedures: self.procedures.clone(),
            by: request.actor.name.clone(),
            at: tx.now(),
        };
        tx.record_runbook(&edition).await?;
        (self.view.saved, self.view.edition) = (true, edition.edition.0);
        let detail = json!({
            "environment": self.of.environment, "way": self.of.way, "edition": edition.edition,
            "hash": edition.runbook.hash(), "changes": self.view.changes,
        });
        let subject = subject(&self.of);
        request.journal(tx, self.action, &subject, &detail).await?;
        Ok(())
    }
}
