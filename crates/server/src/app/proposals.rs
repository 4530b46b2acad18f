//! Changes that bind their author: proposed, and agreed to by a second person.

use super::{App, Error, Kind, Request, apply, people};
use futures::FutureExt;
use serde_json::Value;
use tidegate_domain::{
    access::{Action, ActorKind, Proposal, ProposedChange, Resource, Settled},
    canonical,
    digest::Digest,
    id::{PersonId, ProposalId},
};
use tidegate_protocol::api::ProposalView;
use tidegate_store::Tx;

/// The most that are listed.
const LIMIT: u64 = 200;

impl App {
    /// Proposals, the newest first; only those that wait, or all.
    ///
    /// # Errors
    /// When the asker may not read them.
    pub async fn proposals(
        &self,
        request: &Request,
        all: bool,
    ) -> Result<Vec<ProposalView>, Error> {
        self.store
            .read((request.clone(), all), |tx, (request, all)| {
                async move {
                    request.permit_at_large(tx, Action::Read).await?;
                    let found = tx.proposals(!all, LIMIT).await?;
                    Ok(found.iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }

    /// The same, with what each would change, and what whoever asks may do about it.
    ///
    /// # Errors
    /// When the asker may not read them.
    pub(crate) async fn proposals_offered(
        &self,
        request: &Request,
        all: bool,
    ) -> Result<Vec<Offered>, Error> {
        self.store
            .read((request.clone(), all), |tx, (request, all)| {
                async move {
                    request.permit_at_large(tx, Action::Read).await?;
                    let human = request.human(tx).await?;
                    let mut offered = Vec::new();
                    for proposal in tx.proposals(!all, LIMIT).await? {
                        offered.push(offer(tx, (request, human), &proposal).await?);
                    }
                    Ok(offered)
                }
                .boxed()
            })
            .await
    }

    /// Agrees to a proposal, or turns it down. What is agreed to holds at once.
    ///
    /// # Errors
    /// When it is one's own, was settled, or what it changes has changed.
    pub async fn settle_proposal(
        &self,
        request: Request,
        id: ProposalId,
        agreed: bool,
    ) -> Result<ProposalView, Error> {
        self.store
            .write((request, id, agreed), |tx, (request, id, agreed)| {
                settle(tx, request, *id, *agreed).boxed()
            })
            .await
    }
}

/// A proposal before whoever may settle it.
#[derive(Debug)]
pub(crate) struct Offered {
    /// It.
    pub(crate) view: ProposalView,
    /// What is declared now; nothing, where it is new.
    pub(crate) now: Option<String>,
    /// What is to be; nothing, where it is to go.
    pub(crate) to_be: Option<String>,
    /// Whether whoever asks may agree to it.
    pub(crate) may_agree: bool,
    /// Whether they may turn it down.
    pub(crate) may_turn_down: bool,
}

async fn offer(
    tx: &mut Tx,
    (request, human): (&Request, PersonId),
    proposal: &Proposal,
) -> Result<Offered, Error> {
    let right = proposal.change.right();
    let waits = proposal.settled.is_none();
    let may = waits && request.permit_at_large(tx, right).await.is_ok();
    let (kind, name) = proposal.change.subject();
    let now: Option<Value> = tx.document(kind, name.as_str()).await?;
    let to_be = proposal.change.document();
    let to_be = to_be.and_then(|it| serde_json::to_value(it).ok());
    Ok(Offered {
        view: view(proposal),
        // What was settled is compared with nothing: what was there then is in the journal.
        now: now.filter(|_| waits).map(written),
        to_be: to_be.map(written),
        may_agree: may && proposal.human != human,
        may_turn_down: may,
    })
}

/// A document as people read it: its fields, and its policy as it was written.
fn written(mut document: Value) -> String {
    let fields = document.as_object_mut();
    let policy = fields.and_then(|fields| fields.remove("policy"));
    let fields = serde_json::to_string_pretty(&document).unwrap_or_default();
    match policy {
        Some(Value::String(policy)) => format!("{fields}\n\n{policy}"),
        Some(_) | None => fields,
    }
}

/// Proposes a change if there is somebody else who could agree to it; answers none where it may be made at once.
pub(super) async fn propose(
    tx: &mut Tx,
    request: &Request,
    change: ProposedChange,
) -> Result<Option<ProposalId>, Error> {
    let human = request.human(tx).await?;
    if !second_exists(tx, request, (human, change.right())).await? {
        return Ok(None);
    }
    let proposal = Proposal {
        id: tx.next_proposal().await?,
        base: base(tx, &change).await?,
        change,
        by: request.actor.name.clone(),
        human,
        at: tx.now(),
        settled: None,
    };
    tx.record_proposal(&proposal).await?;
    note(tx, request, "proposal.made", &proposal).await?;
    Ok(Some(proposal.id))
}

/// Whether another human being may make such a change, too.
async fn second_exists(
    tx: &mut Tx,
    request: &Request,
    (human, right): (PersonId, Action),
) -> Result<bool, Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    Ok(tx.people().await?.into_iter().any(|person| {
        person.kind == ActorKind::Person
            && person.human() != human
            && authorizer
                .ask(&person.actor(), right, &Resource::Organisation)
                .allowed
    }))
}

async fn settle(
    tx: &mut Tx,
    request: &Request,
    id: ProposalId,
    agreed: bool,
) -> Result<ProposalView, Error> {
    request.permit_at_large(tx, Action::Read).await?;
    let missing = || Error::not_found("proposal-not-found", "proposal", id);
    let mut proposal = tx.proposal(id).await?.ok_or_else(missing)?;
    let right = proposal.change.right();
    request.permit_at_large(tx, right).await?;
    if agreed {
        let human = request.human(tx).await?;
        let base = base(tx, &proposal.change).await?;
        let fit = proposal.agreeable(human, base);
        fit.map_err(|why| Error::refused(Kind::Conflict, "proposal-unfit", why.to_string()))?;
        check_proposer(tx, request, &proposal).await?;
        make(tx, request, &proposal).await?;
    } else if let Some(settled) = &proposal.settled {
        let detail = format!("it was settled by {} already", settled.by);
        return Err(Error::refused(Kind::Conflict, "proposal-unfit", detail));
    }
    proposal.settled = Some(Settled {
        agreed,
        by: request.actor.name.clone(),
        at: tx.now(),
    });
    tx.record_proposal(&proposal).await?;
    let action = if agreed {
        "proposal.agreed"
    } else {
        "proposal.turned_down"
    };
    note(tx, request, action, &proposal).await?;
    Ok(view(&proposal))
}

/// What somebody proposed counts only while they may still propose it.
async fn check_proposer(tx: &mut Tx, request: &Request, proposal: &Proposal) -> Result<(), Error> {
    let proposer = people::found(tx, &proposal.by).await?.actor();
    let authorizer = request.gate.authorizer(tx).await?;
    let right = proposal.change.right();
    let asked = authorizer.ask(&proposer, right, &Resource::Organisation);
    if asked.allowed {
        return Ok(());
    }
    let detail = format!("{} may not change that any more", proposal.by);
    Err(Error::refused(Kind::Conflict, "proposal-unfit", detail)
        .hint("turn it down, and propose it yourself"))
}

/// Makes the change, and says so of what changes, as where nobody has to agree.
async fn make(tx: &mut Tx, request: &Request, proposal: &Proposal) -> Result<(), Error> {
    let (kind, name) = proposal.change.subject();
    let action = match proposal.change.document() {
        Some(document) => {
            apply::keep_document(tx, &document).await?;
            "catalog.changed"
        }
        None => {
            tx.record_document_removed(kind, name.as_str()).await?;
            "catalog.removed"
        }
    };
    let subject = format!("{}/{name}", kind.as_str().to_lowercase());
    let detail =
        serde_json::json!({ "kind": kind.as_str(), "name": name, "proposal": proposal.id });
    Ok(request.journal(tx, action, &subject, &detail).await?)
}

/// The hash of what is declared under the name of what changes.
async fn base(tx: &mut Tx, change: &ProposedChange) -> Result<Option<Digest>, Error> {
    let (kind, name) = change.subject();
    let known: Option<Value> = tx.document(kind, name.as_str()).await?;
    Ok(known.map(|known| canonical::hash(&known)))
}

async fn note(
    tx: &mut Tx,
    request: &Request,
    action: &str,
    proposal: &Proposal,
) -> Result<(), Error> {
    let detail =
        serde_json::json!({ "change": proposal.change, "base": proposal.base, "by": proposal.by });
    let subject = format!("proposal/{}", proposal.id);
    Ok(request.journal(tx, action, &subject, &detail).await?)
}

fn view(proposal: &Proposal) -> ProposalView {
    let (kind, name) = proposal.change.subject();
    ProposalView {
        id: proposal.id.0,
        kind: kind.to_string(),
        name: name.to_string(),
        action: match proposal.change.document() {
            Some(_) => "change".to_owned(),
            None => "remove".to_owned(),
        },
        text: match &proposal.change {
            ProposedChange::Policy { policy } => Some(policy.policy.clone()),
            ProposedChange::Control { control } => Some(control.policy.clone()),
            ProposedChange::Role { .. }
            | ProposedChange::Environment { .. }
            | ProposedChange::ChangeTemplate { .. }
            | ProposedChange::ChangeTemplateRemoved { .. }
            | ProposedChange::KeySet { .. }
            | ProposedChange::KeySetRemoved { .. }
            | ProposedChange::PolicyRemoved { .. }
            | ProposedChange::RoleRemoved { .. }
            | ProposedChange::ControlRemoved { .. } => None,
        },
        proposed_by: proposal.by.to_string(),
        proposed_at: proposal.at,
        state: match &proposal.settled {
            None => "waits".to_owned(),
            Some(settled) if settled.agreed => format!("agreed to by {}", settled.by),
            Some(settled) => format!("turned down by {}", settled.by),
        },
    }
}
