//! Runbooks as they are shown.

use super::{
    super::{App, Error, Request, field, plans::Wanted, procedures::Naming, query, rehearse},
    Of, conduct, errand, find, missing, save,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    access::Action,
    id::Edition,
    procedure::MadeWith,
    runbook::{Errand, Kind, Outlook, Run, Runbook, RunbookEdition, Span, Step, Timeline, Way},
};
use tidegate_protocol::api::{
    ContactView, DeploymentRequest, RiskView, RunbookEditionView, RunbookView, StepView,
    TimelineView,
};
use tidegate_store::Tx;

/// Which edition is asked for, and when it would begin.
#[derive(Debug, Clone, Default)]
pub struct Which {
    /// The newest unless set.
    pub edition: Option<u64>,
    /// When it would begin, in RFC 3339; when the release is to be live by its plan unless set, else now.
    pub begins: Option<String>,
}

impl App {
    /// A runbook, its newest edition or another, as it would go.
    ///
    /// # Errors
    /// When there is none.
    pub async fn runbook(
        &self,
        request: &Request,
        of: Of<'_>,
        which: &Which,
    ) -> Result<RunbookView, Error> {
        let begins: Option<Timestamp> = which
            .begins
            .as_deref()
            .map(|text| field("begins", text))
            .transpose()?;
        let input = (request.clone(), errand(of)?, (which.edition, begins));
        self.store
            .read(input, |tx, (request, of, which)| {
                view(tx, request, of, *which).boxed()
            })
            .await
    }

    /// At most `limit` editions of a runbook below number `before`, the newest first, each with what it changed.
    ///
    /// # Errors
    /// When there is none.
    pub async fn runbook_editions(
        &self,
        request: &Request,
        of: Of<'_>,
        (before, limit): (Option<u64>, u64),
    ) -> Result<Vec<RunbookEditionView>, Error> {
        let before = Edition(before.unwrap_or(u64::MAX >> 1));
        let input = (request.clone(), errand(of)?, before, limit);
        self.store
            .read(input, |tx, (request, of, before, limit)| {
                async move {
                    let place = (&of.product, &of.environment);
                    request.permit_place(tx, Action::Read, place).await?;
                    find(tx, of).await?;
                    // One more, to tell what the last of them changed.
                    let found = tx.runbooks_before(of, (*before, limit + 1)).await?;
                    let shown = usize::try_from(*limit).unwrap_or(usize::MAX);
                    let view = |(place, it)| edition(it, found.get(place + 1));
                    Ok(found.iter().enumerate().take(shown).map(view).collect())
                }
                .boxed()
            })
            .await
    }
}

fn edition(edition: &RunbookEdition, before: Option<&RunbookEdition>) -> RunbookEditionView {
    RunbookEditionView {
        edition: edition.edition.0,
        hash: edition.runbook.hash().to_string(),
        by: edition.by.to_string(),
        at: edition.at,
        changes: save::changes(before, (&edition.runbook, &edition.procedures)),
    }
}

async fn view(
    tx: &mut Tx,
    request: &Request,
    of: &Errand,
    (edition, begins): (Option<u64>, Option<Timestamp>),
) -> Result<RunbookView, Error> {
    let place = (&of.product, &of.environment);
    request.permit_place(tx, Action::Read, place).await?;
    let found = match edition {
        None => find(tx, of).await?,
        Some(number) => {
            let below = Edition(number.saturating_add(1));
            let found = tx.runbooks_before(of, (below, 1)).await?.pop();
            let found = found.filter(|it| it.edition.0 == number);
            found.ok_or_else(|| missing(of))?
        }
    };
    let begins = match begins {
        Some(begins) => begins,
        None => target(tx, of).await?.unwrap_or_else(|| tx.now()),
    };
    let runbook = &found.runbook;
    let back = Errand {
        way: Way::Back,
        ..of.clone()
    };
    let backout = super::newest(tx, &back).await?.map(|it| it.runbook);
    let run = Run::new(begins);
    let named = runbook.steps.iter().filter_map(|it| it.procedure.as_ref());
    let naming = Naming::of(tx, request, named).await?;
    let scene = Scene {
        runbook,
        run: &run,
        procedures: (&naming, &found.procedures),
        backout: backout.as_ref().filter(|_| of.way == Way::Forward),
        closes: query::closes_at(tx, place, begins).await?,
        now: begins,
        is_run: false,
    };
    let timeline = timeline(&scene, |_| Vec::new())?;
    let spans = Timeline::of(runbook, &run, begins).map_err(|why| broken(&why))?;
    Ok(RunbookView {
        product: of.product.to_string(),
        version: of.version.to_string(),
        environment: of.environment.to_string(),
        way: of.way.word().to_owned(),
        sentence: sentence(runbook, &spans),
        edition: found.edition.0,
        by: found.by.to_string(),
        at: found.at,
        hash: runbook.hash().to_string(),
        findings: runbook.findings().iter().map(ToString::to_string).collect(),
        strays: strays(tx, request, (of, runbook)).await,
        timeline,
        title: runbook.title.clone(),
        contacts: runbook.contacts.iter().map(contact).collect(),
        risks: runbook.risks.iter().map(risk).collect(),
        deviations: runbook.deviations.text.clone(),
        decides: runbook.deviations.decides.as_ref().map(ToString::to_string),
        text: save::text(runbook)?,
        markdown: runbook.markdown(Some(&spans)),
    })
}

/// When the release is to be live, by its plan.
async fn target(tx: &mut Tx, of: &Errand) -> Result<Option<Timestamp>, Error> {
    let planned = tx.newest_plan((&of.product, &of.version)).await?;
    let target = planned.and_then(|it| it.plan.target().ok().flatten());
    Ok(target.map(|it| it.timestamp()))
}

/// The steps of the engine that are not what the usual strategy gives now; nothing where no deployment can be planned.
async fn strays(tx: &mut Tx, request: &Request, (of, runbook): (&Errand, &Runbook)) -> Vec<String> {
    let wanted = DeploymentRequest {
        product: of.product.to_string(),
        release: of.version.to_string(),
        environment: of.environment.to_string(),
        ..DeploymentRequest::default()
    };
    let Ok(wanted) = Wanted::read(&wanted) else {
        return Vec::new();
    };
    match rehearse::drafted(tx, request, &wanted).await {
        Ok((deployment, _)) => conduct::strays(&deployment, runbook),
        Err(_) => Vec::new(),
    }
}

/// A runbook at a moment.
pub(super) struct Scene<'a> {
    pub(super) runbook: &'a Runbook,
    pub(super) run: &'a Run,
    /// What is known of the procedures that it names, and the versions that it was made with.
    pub(super) procedures: (&'a Naming, &'a MadeWith),
    pub(super) backout: Option<&'a Runbook>,
    pub(super) closes: Option<Timestamp>,
    pub(super) now: Timestamp,
    /// Whether people are waited for: a plan warns of nobody's lateness.
    pub(super) is_run: bool,
}

/// Its steps one after the other, with what somebody may say of each.
///
/// # Errors
/// When the runbook cannot be run, which was looked at when it was saved.
pub(super) fn timeline(
    scene: &Scene<'_>,
    offers: impl Fn(&Step) -> Vec<&'static str>,
) -> Result<TimelineView, Error> {
    let Scene {
        runbook, run, now, ..
    } = scene;
    let laid = Timeline::of(runbook, run, *now).map_err(|why| broken(&why))?;
    let outlook = Outlook {
        runbook,
        run,
        backout: scene.backout,
        closes: scene.closes,
    };
    let warns = scene.is_run || runbook.way == Way::Forward;
    let warnings = match warns {
        true => outlook.warnings(*now).map_err(|why| broken(&why))?,
        false => Vec::new(),
    };
    let zone = &runbook.time_zone;
    let mut steps: Vec<(&Step, &Span)> = runbook.steps.iter().zip(&laid.steps).collect();
    steps.sort_by_key(|(_, span)| span.begins);
    Ok(TimelineView {
        begins: laid.begins,
        ends: laid.ends,
        planned_end: laid.planned_end,
        no_return: laid.no_return,
        warnings: warnings.iter().map(|it| it.sentence(zone)).collect(),
        steps: steps
            .into_iter()
            .map(|(step, span)| step_view((step, span), scene, offers(step)))
            .collect(),
    })
}

fn step_view(
    (step, span): (&Step, &Span),
    scene: &Scene<'_>,
    offers: Vec<&'static str>,
) -> StepView {
    let status = scene.run.status(&step.name);
    let (naming, made_with) = scene.procedures;
    let procedure = step.procedure.as_ref();
    let with = procedure.and_then(|it| made_with.version(it));
    let manual = match &step.kind {
        Kind::Manual(manual) => Some(manual),
        Kind::Automatic(_) | Kind::Decision(_) | Kind::Message(_) => None,
    };
    StepView {
        name: step.name.to_string(),
        title: step.title().to_owned(),
        kind: step.kind.word().to_owned(),
        meaning: step.meaning(),
        document: step.document.clone(),
        procedure: naming.view(procedure, with),
        owner: step.owner.as_ref().map(ToString::to_string),
        takes: step.takes.to_string(),
        place: step.place(),
        question: manual.and_then(|it| it.question.clone()),
        evidence: manual.is_some_and(|it| it.evidence),
        begins: span.begins,
        ends: span.ends,
        due: span.due,
        state: status.word().to_owned(),
        told: status.told(),
        offers: offers.into_iter().map(str::to_owned).collect(),
    }
}

fn broken(why: &tidegate_domain::runbook::RunbookError) -> Error {
    Error::Broken(format!("a runbook that was saved cannot be run: {why}"))
}

fn sentence(runbook: &Runbook, laid: &Timeline) -> String {
    let of_people = runbook.steps.iter().filter(|it| it.phase().is_none());
    let (all, people) = (runbook.steps.len(), of_people.count());
    let minutes = |from: Timestamp, to: Timestamp| match to.duration_since(from).as_mins() {
        0 => "less than a minute".to_owned(),
        1 => "1 minute".to_owned(),
        many => format!("{many} minutes"),
    };
    let length = minutes(laid.begins, laid.ends);
    let no_return = laid.no_return.map(|at| {
        let after = minutes(laid.begins, at);
        format!("; after {after} nothing goes back by itself any more")
    });
    let people = match people {
        0 => "none of them for people".to_owned(),
        1 => "1 of them for people".to_owned(),
        many => format!("{many} of them for people"),
    };
    format!(
        "{all} steps, {people}, {length}{}.",
        no_return.unwrap_or_default()
    )
}

fn contact(contact: &tidegate_domain::runbook::Contact) -> ContactView {
    ContactView {
        name: contact.name.clone(),
        about: contact.about.clone(),
        reached: contact.reached.clone(),
    }
}

fn risk(risk: &tidegate_domain::runbook::Risk) -> RiskView {
    RiskView {
        what: risk.what.clone(),
        likelihood: risk.likelihood.to_string(),
        impact: risk.impact.to_string(),
        answer: risk.answer.clone(),
    }
}
