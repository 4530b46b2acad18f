//! Beginning and saving release plans.

use super::{
    super::{App, Error, Kind, Request, apply, field, optional, procedures, releases},
    both::{Between, contradicts, put_together},
    named, shown, upkeep,
};
use futures::FutureExt;
use jiff::civil::DateTime;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    calendar::Zone,
    canonical,
    catalog::Kind as CatalogKind,
    id::Edition,
    name::Name,
    planning::{Begun, PlanEdition, ReleasePlan, ReleaseTemplate},
    procedure::MadeWith,
    version::Version,
};
use tidegate_protocol::api::{PlanBeginRequest, PlanSaveRequest, PlanSavedView, ReleasePlanView};
use tidegate_store::Tx;

/// A release.
type Of = (Name, Version);

impl App {
    /// Begins the plan of a release, from a template if one is named.
    ///
    /// # Errors
    /// When it has one already, or nothing can begin from that template.
    pub async fn begin_plan(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &PlanBeginRequest,
    ) -> Result<ReleasePlanView, Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        let template: Option<Name> = optional("template", wanted.template.as_deref())?;
        let target: Option<DateTime> = optional("target", wanted.target.as_deref())?;
        let zone: Option<Zone> = optional("time_zone", wanted.time_zone.as_deref())?;
        let (asking, made) = (request.clone(), of.clone());
        let input = (request, of, template, (target, zone.unwrap_or_default()));
        let view = self
            .store
            .write(input, |tx, (request, of, template, target)| {
                begin(tx, request, of, (template.as_ref(), target)).boxed()
            })
            .await?;
        self.bus.announce();
        if view.prepared.iter().all(|it| it.ready) {
            return Ok(view);
        }
        self.make_ready(&asking, (&made.0, &made.1)).await?;
        self.release_plan(&asking, (product, version), None).await
    }

    /// Saves the plan of a release, together with what others saved since its base; or says what saving would change.
    ///
    /// # Errors
    /// When the text is no plan, names somebody who does not exist, or contradicts what others saved.
    pub async fn save_plan(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &PlanSaveRequest,
    ) -> Result<PlanSavedView, Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        let mine = apply::release_plan(&wanted.text)?;
        let (asking, saved) = (request.clone(), of.clone());
        let input = (request, of, mine, Edition(wanted.base));
        if wanted.dry_run {
            let put = self.store.read(input, |tx, (request, of, mine, base)| {
                async move { Ok::<_, Error>(put(tx, request, of, (mine, *base)).await?.view) }
                    .boxed()
            });
            return put.await;
        }
        let view = self
            .store
            .write(input, |tx, (request, of, mine, base)| {
                async move {
                    let put = put(tx, request, of, (mine, *base)).await?;
                    put.keep(tx, request, of).await
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        self.make_ready(&asking, (&saved.0, &saved.1)).await?;
        Ok(view)
    }
}

async fn begin(
    tx: &mut Tx,
    request: &Request,
    of: &Of,
    (template, (target, zone)): (Option<&Name>, &(Option<DateTime>, Zone)),
) -> Result<ReleasePlanView, Error> {
    let (product, version) = of;
    request
        .permit_product(tx, Action::PlanRelease, product)
        .await?;
    releases::find(tx, product, version).await?;
    if let Some(known) = tx.newest_plan((product, version)).await? {
        let detail = format!(
            "release {version} of {product} has a plan already, by {}",
            known.by
        );
        return Err(
            Error::refused(Kind::Conflict, "plan-exists", detail).hint(format!(
                "change that one: `tidegate release plan edit {product} {version}`"
            )),
        );
    }
    let (plan, begun) = match template {
        None => {
            let plan = ReleasePlan {
                target: *target,
                time_zone: zone.clone(),
                ..ReleasePlan::default()
            };
            plan.check().map_err(|why| Error::invalid("target", why))?;
            (plan, None)
        }
        Some(name) => from_template(tx, (product, name), (*target, zone)).await?,
    };
    named::check(tx, request, (product, &plan)).await?;
    let edition = keep(tx, request, of, (Edition(1), plan, begun)).await?;
    let detail = json!({ "edition": 1, "template": edition.begun });
    request
        .journal(tx, "release.plan_begun", &subject(of), &detail)
        .await?;
    shown::view(tx, request, &edition).await
}

async fn from_template(
    tx: &mut Tx,
    (product, name): (&Name, &Name),
    (target, zone): (Option<DateTime>, &Zone),
) -> Result<(ReleasePlan, Option<Begun>), Error> {
    let known: Vec<ReleaseTemplate> = tx.documents(CatalogKind::ReleaseTemplate).await?;
    let usable = |it: &&ReleaseTemplate| it.is_good_for(product);
    let Some(template) = known.iter().filter(usable).find(|it| it.name == *name) else {
        let names: Vec<&str> = known
            .iter()
            .filter(usable)
            .map(|it| it.name.as_str())
            .collect();
        let hint = match names.is_empty() {
            true => "declare one (`kind: ReleaseTemplate`) by `tidegate apply`".to_owned(),
            false => format!("good for {product} are: {}", names.join(", ")),
        };
        return Err(Error::not_found("template-not-found", "release template", name).hint(hint));
    };
    let begun = template.begin(target, zone.clone(), &known);
    let plan = begun.map_err(|why| {
        let detail = format!("template {name}: {why}");
        Error::refused(Kind::BadRequest, "template-unfit", detail)
            .hint("say when the release is to be live by `--target`, or mend the template")
    })?;
    let hash = canonical::hash(template);
    let template = name.clone();
    Ok((plan, Some(Begun { template, hash })))
}

/// What saving comes to, before anything is kept.
struct Put {
    plan: ReleasePlan,
    begun: Option<Begun>,
    view: PlanSavedView,
}

/// Puts together what others saved since `base` and what is asked for.
async fn put(
    tx: &mut Tx,
    request: &Request,
    of: &Of,
    (mine, base): (&ReleasePlan, Edition),
) -> Result<Put, Error> {
    let (product, version) = of;
    request
        .permit_product(tx, Action::PlanRelease, product)
        .await?;
    releases::find(tx, product, version).await?;
    let newest = tx.newest_plan((product, version)).await?;
    let number = newest.as_ref().map_or(Edition(0), |it| it.edition);
    let based_on = match (&newest, base) {
        (Some(_), Edition(0)) | (None, _) => None,
        (Some(_), base) => tx.plan_edition((product, version), base).await?,
    };
    if based_on.is_none() && base != Edition(0) {
        return Err(no_edition(of, base));
    }
    let between = newest.as_ref().filter(|_| number != base);
    let between = between.map(|newest| Between {
        base: based_on.as_ref().map(|it| &it.plan),
        theirs: &newest.plan,
    });
    let (plan, conflicts) = put_together(between.as_ref(), mine)?;
    plan.check().map_err(|why| refuse(&why))?;
    check_kept(tx, of, (newest.as_ref().map(|it| &it.plan), &plan)).await?;
    named::check(tx, request, (product, &plan)).await?;
    let before = newest.as_ref().map(|it| &it.plan);
    let mut differences = apply::differences(before, &plan);
    if let Some(newest) = &newest {
        let now = made_with(tx, &plan).await?;
        differences.extend(shown::versions(&newest.procedures, &now));
    }
    let newly_late = upkeep::newly_late(tx, of, before, &plan).await?;
    Ok(Put {
        view: PlanSavedView {
            saved: false,
            edition: number.0,
            merged: number != base,
            differences,
            conflicts,
            newly_late,
            text: shown::text(&plan)?,
        },
        begun: newest.and_then(|it| it.begun),
        plan,
    })
}

impl Put {
    async fn keep(
        mut self,
        tx: &mut Tx,
        request: &Request,
        of: &Of,
    ) -> Result<PlanSavedView, Error> {
        if !self.view.conflicts.is_empty() {
            let (product, version) = of;
            let show = format!("tidegate release plan show {product} {version}");
            let both = (self.view.edition, self.view.conflicts.as_slice());
            return Err(contradicts(&show, both));
        }
        if self.view.differences.is_empty() {
            return Ok(self.view);
        }
        let edition = Edition(self.view.edition + 1);
        keep(tx, request, of, (edition, self.plan, self.begun)).await?;
        let detail = json!({ "edition": edition, "differences": self.view.differences });
        request
            .journal(tx, "release.planned", &subject(of), &detail)
            .await?;
        (self.view.saved, self.view.edition) = (true, edition.0);
        Ok(self.view)
    }
}

async fn keep(
    tx: &mut Tx,
    request: &Request,
    (product, version): &Of,
    (edition, plan, begun): (Edition, ReleasePlan, Option<Begun>),
) -> Result<PlanEdition, Error> {
    let edition = PlanEdition {
        product: product.clone(),
        version: version.clone(),
        edition,
        procedures: made_with(tx, &plan).await?,
        plan,
        begun,
        by: request.actor.name.clone(),
        at: tx.now(),
    };
    tx.record_plan_edition(&edition).await?;
    upkeep::follow(tx, request, &edition).await?;
    Ok(edition)
}

fn no_edition((product, version): &Of, edition: Edition) -> Error {
    let detail = format!("the plan of release {version} of {product} has no edition {edition}");
    Error::refused(Kind::BadRequest, "edition-not-found", detail).hint(format!(
        "`tidegate release plan history {product} {version}` shows those there are"
    ))
}

/// What holds up a sealed release holds it up until a waiver sets it aside.
async fn check_kept(
    tx: &mut Tx,
    (product, version): &Of,
    (before, after): (Option<&ReleasePlan>, &ReleasePlan),
) -> Result<(), Error> {
    let mut before = before.into_iter().flat_map(|it| &it.controls);
    let Some(gone) = before.find(|name| !after.controls.contains(name)) else {
        return Ok(());
    };
    if releases::find(tx, product, version).await?.sealed.is_none() {
        return Ok(());
    }
    let detail =
        format!("release {version} of {product} is sealed, and its plan holds it up by {gone}");
    Err(Error::refused(Kind::Conflict, "control-kept", detail).hint(format!(
        "leave it in the plan, and ask for an exception: `tidegate waiver ask {gone} {product} --release {version} --reason WHY`"
    )))
}

fn refuse(why: &tidegate_domain::planning::PlanError) -> Error {
    Error::refused(Kind::BadRequest, "plan-unfit", why.to_string())
}

/// The procedures that its tasks name, in the versions in force.
async fn made_with(tx: &mut Tx, plan: &ReleasePlan) -> Result<MadeWith, Error> {
    let named = plan.tasks.iter().filter_map(|it| it.procedure.as_ref());
    Ok(procedures::made_with(tx, named).await?)
}

/// What the journal calls a release.
pub(super) fn subject((product, version): &Of) -> String {
    format!("release/{product}/{version}")
}
