//! What the plan of a release has ready before it needs it: made as soon as it can be, and shown with what is missing.

use super::super::{App, Error, Request, communication, releases, reviews, runbooks};
use futures::FutureExt;
use std::collections::BTreeSet;
use tidegate_domain::{
    catalog::Kind,
    communication::Audience,
    control::Mode,
    name::Name,
    planning::{Concerned, PlanEdition, PlannedMessage, PlannedReview},
    runbook::{Errand, Way},
    version::Version,
};
use tidegate_protocol::api::{MessageRequest, PreparedView, RunbookRequest, WritingRequest};
use tidegate_store::Tx;

/// Something that is not made yet, and could be.
enum Missing {
    Message(Name),
    Runbook(Errand),
}

impl App {
    /// Makes what the plan of a release wants ready, as far as it can be made now. What is refused stays missing: the plan shows
    /// it with the command that makes it, and that says why it cannot.
    pub(in crate::app) async fn make_ready(
        &self,
        request: &Request,
        of: (&Name, &Version),
    ) -> Result<(), Error> {
        let owned = (of.0.clone(), of.1.clone());
        let missing = self
            .store
            .read(owned, |tx, (product, version)| {
                missing(tx, (product, version)).boxed()
            })
            .await?;
        for it in missing {
            let made = match &it {
                Missing::Message(name) => self.write_planned(request, of, name).await,
                Missing::Runbook(errand) => self.generate_planned(request, errand).await,
            };
            match made {
                Ok(()) => {}
                Err(Error::Refused { detail, .. }) => {
                    tracing::info!(product = %of.0, version = %of.1, why = %detail, "plan.not_made_ready");
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn write_planned(
        &self,
        request: &Request,
        (product, version): (&Name, &Version),
        name: &Name,
    ) -> Result<(), Error> {
        let wanted = MessageRequest {
            product: product.to_string(),
            version: Some(version.to_string()),
            template: None,
            planned: Some(name.to_string()),
            writing: WritingRequest::default(),
        };
        self.begin_message(request.clone(), &wanted).await.map(drop)
    }

    async fn generate_planned(&self, request: &Request, errand: &Errand) -> Result<(), Error> {
        let of = (
            errand.product.as_str(),
            errand.version.as_str(),
            errand.environment.as_str(),
            errand.way.word(),
        );
        let wanted = RunbookRequest::default();
        let made = Box::pin(self.begin_runbook(request.clone(), of, &wanted));
        made.await.map(drop)
    }
}

/// What the newest plan of a release wants ready and is not. Runbooks are of what is deployed: they come once it is sealed.
async fn missing(tx: &mut Tx, of: (&Name, &Version)) -> Result<Vec<Missing>, Error> {
    let Some(edition) = tx.newest_plan(of).await? else {
        return Ok(Vec::new());
    };
    let plan = &edition.plan;
    let mut missing = Vec::new();
    if !plan.messages.is_empty() {
        let written = communication::written(tx, of).await?;
        let unwritten = plan.messages.iter().map(|it| &it.name);
        let unwritten = unwritten.filter(|name| !written.contains_key(*name));
        missing.extend(unwritten.cloned().map(Missing::Message));
    }
    if releases::find(tx, of.0, of.1).await?.sealed.is_some() {
        for errand in errands(&edition) {
            if runbooks::newest(tx, &errand).await?.is_none() {
                missing.push(Missing::Runbook(errand));
            }
        }
    }
    Ok(missing)
}

/// The runbooks that a plan wants.
fn errands(edition: &PlanEdition) -> impl Iterator<Item = Errand> {
    let all = edition.plan.runbooks.iter();
    all.flat_map(move |runbooks| {
        let ways = runbooks.outlines().map(|(way, _)| way);
        ways.map(move |way| Errand {
            product: edition.product.clone(),
            version: edition.version.clone(),
            environment: runbooks.environment.clone(),
            way,
        })
    })
}

/// All that a plan has ready, and what is missing of it.
pub(super) async fn view(
    tx: &mut Tx,
    request: &Request,
    edition: &PlanEdition,
) -> Result<Vec<PreparedView>, Error> {
    let mut views = Vec::new();
    let controls = request.gate.controls(tx).await?;
    for name in &edition.plan.controls {
        let mut known = controls.iter();
        let control = known.find(|(control, _)| control.name == *name);
        views.push(control_view(
            name,
            control.map(|(control, _)| control.mode()),
        ));
    }
    for errand in errands(edition) {
        views.push(runbook_view(tx, &errand).await?);
    }
    views.extend(message_views(tx, edition).await?);
    if let Some(review) = &edition.plan.review {
        views.push(review_view(tx, (edition, review)).await?);
    }
    Ok(views)
}

fn control_view(name: &Name, mode: Option<Mode>) -> PreparedView {
    let state = match mode {
        Some(Mode::Enforce) => "enforced",
        Some(Mode::Observe | Mode::Off) => "enforced for this release",
        None => "not declared any more",
    };
    PreparedView {
        kind: "control".to_owned(),
        name: name.to_string(),
        state: state.to_owned(),
        ready: mode.is_some(),
        page: mode.is_some().then(|| format!("/controls/{name}")),
        remedy: None,
    }
}

async fn runbook_view(tx: &mut Tx, errand: &Errand) -> Result<PreparedView, Error> {
    let (product, version, environment) = (&errand.product, &errand.version, &errand.environment);
    let newest = runbooks::newest(tx, errand).await?;
    let sealed = releases::find(tx, product, version).await?.sealed.is_some();
    let (state, remedy) = match (&newest, sealed) {
        (Some(newest), _) => (format!("edition {} by {}", newest.edition, newest.by), None),
        (None, false) => ("generated once the release is sealed".to_owned(), None),
        (None, true) => {
            let back = match errand.way {
                Way::Forward => "",
                Way::Back => " --back",
            };
            let begin =
                format!("tidegate runbook begin {product} {version} --to {environment}{back}");
            ("not generated".to_owned(), Some(begin))
        }
    };
    Ok(PreparedView {
        kind: errand.way.title().to_owned(),
        name: environment.to_string(),
        state,
        ready: newest.is_some(),
        page: newest.map(|_| {
            let way = errand.way.word();
            format!("/products/{product}/releases/{version}/runbooks/{environment}/{way}")
        }),
        remedy,
    })
}

async fn message_views(tx: &mut Tx, edition: &PlanEdition) -> Result<Vec<PreparedView>, Error> {
    if edition.plan.messages.is_empty() {
        return Ok(Vec::new());
    }
    let (product, version) = (&edition.product, &edition.version);
    let written = communication::written(tx, (product, version)).await?;
    let view = |planned: &PlannedMessage| {
        let (name, message) = (&planned.name, written.get(&planned.name));
        let is_there = message.is_some_and(|it| !communication::is_cancelled(it));
        PreparedView {
            kind: "message".to_owned(),
            name: name.to_string(),
            state: message.map_or_else(
                || "not written".to_owned(),
                |it| format!("message {}: {}", it.id, it.status),
            ),
            ready: is_there,
            page: message.map(|it| format!("/messages/{}", it.id)),
            remedy: (!is_there)
                .then(|| format!("tidegate message write {product} {version} --planned {name}")),
        }
    };
    Ok(edition.plan.messages.iter().map(view).collect())
}

async fn review_view(
    tx: &mut Tx,
    (edition, review): (&PlanEdition, &PlannedReview),
) -> Result<PreparedView, Error> {
    let (product, version) = (&edition.product, &edition.version);
    let found = tx.review((product, version)).await?;
    let due = edition.plan.place(review.due, || "the review".to_owned());
    let due = due.map_or_else(
        |why| why.to_string(),
        |due| format!("due {}", due.strftime("%Y-%m-%d %H:%M")),
    );
    let stage = match &found {
        Some(found) => reviews::stage(Some(found)).to_owned(),
        None => "begun once the release is live".to_owned(),
    };
    Ok(PreparedView {
        kind: "review".to_owned(),
        name: review.lead.to_string(),
        state: format!("{due}, {stage}"),
        ready: true,
        page: Some(format!("/products/{product}/releases/{version}/review")),
        remedy: None,
    })
}

/// The stakeholders who are to be informed, and whom no message about the release would reach.
pub(super) async fn unreached(tx: &mut Tx, edition: &PlanEdition) -> Result<Vec<Name>, Error> {
    let informed = edition.plan.involved.informed.iter();
    let mut left: BTreeSet<Name> = informed
        .filter_map(|it| match it {
            Concerned::Stakeholder(name) => Some(name.clone()),
            Concerned::Party(_) | Concerned::Supplier(_) => None,
        })
        .collect();
    if left.is_empty() {
        return Ok(Vec::new());
    }
    let of = (&edition.product, &edition.version);
    for message in communication::all_about(tx, of).await? {
        if communication::is_cancelled(&message) {
            continue;
        }
        for name in &message.writing.audiences {
            let audience: Option<Audience> = tx.document(Kind::Audience, name.as_str()).await?;
            let reached = audience.into_iter().flat_map(|it| it.stakeholders);
            reached.for_each(|name| {
                left.remove(&name);
            });
        }
    }
    Ok(left.into_iter().collect())
}
