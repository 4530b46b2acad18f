//! Saving what people make of a runbook, together with what others saved meanwhile.

use super::{
    super::{
        App, Error, Kind, Request, apply,
        planning::{self, Between, put_together},
        procedures,
    },
    Of, arguments, errand, missing, newest, told,
};
use futures::FutureExt;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::Action,
    id::Edition,
    name::listed,
    planning::Party,
    procedure::MadeWith,
    runbook::{Errand, Kind as StepKind, Runbook, RunbookEdition, Step, differences},
};
use tidegate_protocol::api::{PlanSaveRequest, RunbookSavedView};
use tidegate_store::Tx;

pub(super) use planning::conflict;

impl App {
    /// Saves a runbook, together with what others saved since its base; or says what saving would change.
    ///
    /// # Errors
    /// When there is none yet, the text is no runbook that can be run, or it contradicts what others saved.
    pub async fn save_runbook(
        &self,
        request: Request,
        of: Of<'_>,
        wanted: &PlanSaveRequest,
    ) -> Result<RunbookSavedView, Error> {
        let of = errand(of)?;
        let mine = apply::runbook(&wanted.text)?;
        let input = (request, of, (mine, Edition(wanted.base)));
        if wanted.dry_run {
            let put = self.store.read(input, |tx, (request, of, asked)| {
                async move { Ok::<_, Error>(put(tx, request, of, asked).await?.view) }.boxed()
            });
            return put.await;
        }
        let view = self
            .store
            .write(input, |tx, (request, of, asked)| {
                async move {
                    let mut put = put(tx, request, of, asked).await?;
                    if !put.view.conflicts.is_empty() {
                        return Err(contradicts(of, &put.view));
                    }
                    if !put.view.changes.is_empty() {
                        put.keep(tx, request).await?;
                    }
                    Ok(put.view)
                }
                .boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

/// What saving comes to, before anything is kept.
pub(super) struct Put {
    pub(super) of: Errand,
    pub(super) runbook: Runbook,
    pub(super) generated: Runbook,
    /// The procedures that its steps name, in the versions in force.
    pub(super) procedures: MadeWith,
    /// Whether what was generated is another than before, whatever people made of it.
    pub(super) is_generated_anew: bool,
    /// What the journal calls it.
    pub(super) action: &'static str,
    pub(super) view: RunbookSavedView,
}

async fn put(
    tx: &mut Tx,
    request: &Request,
    of: &Errand,
    (mine, base): &(Runbook, Edition),
) -> Result<Put, Error> {
    let place = (&of.product, &of.environment);
    request.permit_place(tx, Action::PlanRelease, place).await?;
    let newest = newest(tx, of).await?.ok_or_else(|| missing(of))?;
    let based_on = based_on(tx, of, *base).await?;
    let between = (newest.edition != *base).then_some(Between {
        base: Some(&based_on.runbook),
        theirs: &newest.runbook,
    });
    let (runbook, conflicts) = put_together(between.as_ref(), mine)?;
    check(tx, of, &runbook).await?;
    let strays = runbook.strays(&newest.generated);
    if !strays.is_empty() {
        let why = format!(
            "what the engine does is not changed here: {} would be another step",
            listed(&strays)
        );
        return Err(unfit(why).hint(
            "put what people do before a step by `before`; when the strategy is another, `tidegate runbook renew` generates it anew",
        ));
    }
    let procedures = made_with(tx, &runbook).await?;
    Ok(Put {
        view: RunbookSavedView {
            saved: false,
            edition: newest.edition.0,
            merged: newest.edition != *base,
            changes: changes(Some(&newest), (&runbook, &procedures)),
            conflicts,
            lost: Vec::new(),
            text: text(&runbook)?,
        },
        of: of.clone(),
        generated: newest.generated,
        procedures,
        is_generated_anew: false,
        action: "release.runbook_saved",
        runbook,
    })
}

/// The edition that a text says it was made from.
async fn based_on(tx: &mut Tx, of: &Errand, base: Edition) -> Result<RunbookEdition, Error> {
    let below = Edition(base.0.saturating_add(1));
    let found = tx.runbooks_before(of, (below, 1)).await?;
    let found = found.into_iter().find(|it| it.edition == base);
    found.ok_or_else(|| {
        let (title, release) = (of.way.title(), told(of));
        let detail = format!("the {title} of {release} has no edition {base}");
        Error::refused(Kind::BadRequest, "edition-not-found", detail).hint(format!(
            "`tidegate runbook history {}` shows those there are",
            arguments(of)
        ))
    })
}

pub(super) fn unfit(why: String) -> Error {
    Error::refused(Kind::BadRequest, "runbook-unfit", why)
}

/// It can be run, leads where it is said to, and whom it names exists.
async fn check(tx: &mut Tx, of: &Errand, runbook: &Runbook) -> Result<(), Error> {
    if runbook.way != of.way {
        let (is, was) = (runbook.way.title(), of.way.title());
        return Err(unfit(format!("it is a {is}, and is saved as the {was}")));
    }
    runbook.check().map_err(|why| unfit(why.to_string()))?;
    let decides = runbook.deviations.decides.iter();
    check_steps(tx, (&runbook.steps, decides)).await
}

/// Whom steps name exists, and none is a message.
pub(in crate::app) async fn check_steps<'a>(
    tx: &mut Tx,
    (steps, decides): (&'a [Step], impl Iterator<Item = &'a Party>),
) -> Result<(), Error> {
    let owners = steps.iter().filter_map(|it| it.owner.as_ref());
    let parties: BTreeSet<Party> = owners.chain(decides).cloned().collect();
    for party in parties {
        planning::check_party(tx, &party).await?;
    }
    let named = steps.iter().filter_map(|it| {
        let named = it.procedure.as_ref()?;
        Some((format!("step `{}`", it.name), named))
    });
    procedures::check_named(tx, named).await?;
    let mut messages = steps.iter();
    let message = messages.find(|step| matches!(step.kind, StepKind::Message(_)));
    if let Some(step) = message {
        let why = format!(
            "step `{}` is a message, and messages go out by their own schedule",
            step.name
        );
        return Err(unfit(why).hint(
            "let the message wait for a milestone or for the deployment, or make it a step that somebody does",
        ));
    }
    Ok(())
}

/// The procedures that its steps name, in the versions in force.
pub(super) async fn made_with(tx: &mut Tx, runbook: &Runbook) -> Result<MadeWith, Error> {
    let named = runbook.steps.iter().filter_map(|it| it.procedure.as_ref());
    Ok(procedures::made_with(tx, named).await?)
}

/// Somebody else changed the same in another way.
fn contradicts(of: &Errand, view: &RunbookSavedView) -> Error {
    planning::contradicts(
        &format!("tidegate runbook show {}", arguments(of)),
        (view.edition, &view.conflicts),
    )
}

/// What differs from an edition, in words.
pub(super) fn changes(
    before: Option<&RunbookEdition>,
    (after, procedures): (&Runbook, &MadeWith),
) -> Vec<String> {
    match before {
        Some(before) => {
            let found = differences(&before.runbook, after);
            let found = found.iter().map(ToString::to_string);
            found
                .chain(procedures.changes(&before.procedures))
                .collect()
        }
        None => vec![format!("the {} was generated", after.way.title())],
    }
}

/// A runbook as people write it.
pub(super) fn text(runbook: &Runbook) -> Result<String, Error> {
    serde_saphyr::to_string(runbook)
        .map_err(|why| Error::Broken(format!("a runbook in YAML: {why}")))
}
