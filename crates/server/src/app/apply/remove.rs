//! Removing what is declared, as far as nothing else can name it.

use super::{
    super::{App, Error, Kind as Refusal, Request, field, procedures, proposals, suppliers},
    diff,
    rights::check_scope,
};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, ProposedChange},
    calendar::{Freeze, Scope, Window},
    catalog::{Kind, Product},
    id::ProposalId,
    name::Name,
    planning::ReleaseTemplate,
    procedure::Procedure,
};
use tidegate_protocol::api::{ApplyResponse, CatalogChange, RemoveRequest};
use tidegate_store::Tx;

impl App {
    /// Removes something declared, or says what would go.
    ///
    /// # Errors
    /// When there is no such thing, or its kind stays once it is declared.
    pub async fn remove(
        &self,
        request: Request,
        wanted: &RemoveRequest,
    ) -> Result<ApplyResponse, Error> {
        let (kind, name) = (kind(&wanted.kind)?, field::<Name>("name", &wanted.name)?);
        let input = (request, kind, name, wanted.dry_run);
        if wanted.dry_run {
            return self
                .store
                .read(input, |tx, input| remove(tx, input).boxed())
                .await;
        }
        let response = self
            .store
            .write(input, |tx, input| remove(tx, input).boxed())
            .await?;
        self.bus.wake_engine();
        Ok(response)
    }
}

fn kind(word: &str) -> Result<Kind, Error> {
    let mut all = Kind::ALL.into_iter();
    let kind = all.find(|kind| kind.as_str().eq_ignore_ascii_case(word));
    let kind = kind.ok_or_else(|| Error::invalid("kind", format!("`{word}` is not a kind")))?;
    if kind.is_removable() {
        return Ok(kind);
    }
    let detail = format!("what is declared as {kind} stays: other things may name it");
    Err(Error::refused(Refusal::BadRequest, "not-removable", detail)
        .hint("a Window, a Freeze, a Role, a Policy, a Procedure, a Control, a ChangeTemplate, a KeySet, a ReleaseTemplate, a HandoverTemplate, a Tracker, a Stakeholder, a Channel, an Audience, a MessageTemplate, a StatusPage or a Supplier can be removed"))
}

async fn remove(
    tx: &mut Tx,
    (request, kind, name, dry_run): &(Request, Kind, Name, bool),
) -> Result<ApplyResponse, Error> {
    let noun = kind.as_str().to_lowercase();
    let known: Option<serde_json::Value> = tx.document(*kind, name.as_str()).await?;
    let known = known.ok_or_else(|| Error::not_found("document-not-found", &noun, name))?;
    rights(tx, request, (*kind, name), known.clone()).await?;
    if *kind == Kind::ReleaseTemplate {
        refuse_included(tx, name).await?;
    }
    if *kind == Kind::Procedure {
        procedures::refuse_named(tx, request, name).await?;
    }
    if *kind == Kind::HandoverTemplate {
        refuse_named(tx, name).await?;
    }
    if *kind == Kind::Supplier {
        suppliers::removal::check(tx, request, name).await?;
    }
    let mut change = CatalogChange {
        kind: kind.to_string(),
        name: name.to_string(),
        action: "remove".to_owned(),
        differences: diff::between(Some(&known), &serde_json::Value::Null),
        proposal: None,
    };
    if !dry_run {
        change.proposal = propose(tx, request, *kind, name).await?.map(|id| id.0);
    }
    if !dry_run && change.proposal.is_none() {
        if *kind == Kind::Procedure {
            procedures::note_retired(tx, request, name, known).await?;
        }
        tx.record_document_removed(*kind, name.as_str()).await?;
        let subject = format!("{noun}/{name}");
        request
            .journal(tx, "catalog.removed", &subject, &change)
            .await?;
    }
    Ok(ApplyResponse {
        applied: !dry_run,
        changes: vec![change],
    })
}

/// Others would have nothing to begin with.
async fn refuse_included(tx: &mut Tx, name: &Name) -> Result<(), Error> {
    let all: Vec<ReleaseTemplate> = tx.documents(Kind::ReleaseTemplate).await?;
    let Some(other) = all.iter().find(|it| it.includes.contains(name)) else {
        return Ok(());
    };
    let detail = format!("template `{}` includes `{name}`", other.name);
    Err(
        Error::refused(Refusal::Conflict, "template-included", detail)
            .hint("take it out of there first, by `tidegate apply`"),
    )
}

/// Products would name what is gone.
async fn refuse_named(tx: &mut Tx, name: &Name) -> Result<(), Error> {
    let all: Vec<Product> = tx.documents(Kind::Product).await?;
    let names = |it: &&Product| it.handovers.values().any(|named| named == name);
    let Some(product) = all.iter().find(names) else {
        return Ok(());
    };
    let detail = format!(
        "product `{}` begins its handovers from `{name}`",
        product.name
    );
    Err(Error::refused(Refusal::Conflict, "template-named", detail)
        .hint("take it out of there first, by `tidegate apply`"))
}

/// Who may declare a thing may remove it.
async fn rights(
    tx: &mut Tx,
    request: &Request,
    (kind, name): (Kind, &Name),
    known: serde_json::Value,
) -> Result<(), Error> {
    let damaged = |why: serde_json::Error| Error::Broken(format!("{kind} {name}: {why}"));
    match kind {
        Kind::Window => {
            let window: Window = serde_json::from_value(known).map_err(damaged)?;
            check_scope(tx, request, &window.scope).await
        }
        Kind::Freeze => {
            let freeze: Freeze = serde_json::from_value(known).map_err(damaged)?;
            check_scope(tx, request, &freeze.scope).await
        }
        Kind::Procedure => {
            let procedure: Procedure = serde_json::from_value(known).map_err(damaged)?;
            procedures::permit_write(tx, request, &procedure).await
        }
        Kind::StatusPage => check_scope(tx, request, &Scope::Product(name.clone())).await,
        Kind::Control | Kind::ChangeTemplate | Kind::KeySet => request
            .permit_at_large(tx, Action::ManageControls)
            .await
            .map(drop),
        Kind::Role | Kind::Policy => request
            .permit_at_large(tx, Action::ManagePolicies)
            .await
            .map(drop),
        Kind::Organisation
        | Kind::Team
        | Kind::Programme
        | Kind::Product
        | Kind::Component
        | Kind::Environment
        | Kind::Target
        | Kind::Ring
        | Kind::Strategy
        | Kind::ReleaseTemplate
        | Kind::HandoverTemplate
        | Kind::Tracker
        | Kind::Stakeholder
        | Kind::Channel
        | Kind::Audience
        | Kind::MessageTemplate
        | Kind::Supplier => request
            .permit_at_large(tx, Action::ApplyCatalog)
            .await
            .map(drop),
    }
}

/// What binds whoever removes it waits for a second person.
async fn propose(
    tx: &mut Tx,
    request: &Request,
    kind: Kind,
    name: &Name,
) -> Result<Option<ProposalId>, Error> {
    let name = name.clone();
    match kind {
        Kind::Policy => {
            proposals::propose(tx, request, ProposedChange::PolicyRemoved { name }).await
        }
        Kind::Role => proposals::propose(tx, request, ProposedChange::RoleRemoved { name }).await,
        Kind::Control => {
            proposals::propose(tx, request, ProposedChange::ControlRemoved { name }).await
        }
        Kind::ChangeTemplate => {
            let change = ProposedChange::ChangeTemplateRemoved { name };
            proposals::propose(tx, request, change).await
        }
        Kind::KeySet => {
            proposals::propose(tx, request, ProposedChange::KeySetRemoved { name }).await
        }
        Kind::Organisation
        | Kind::Team
        | Kind::Procedure
        | Kind::Programme
        | Kind::Product
        | Kind::Component
        | Kind::Environment
        | Kind::Target
        | Kind::Ring
        | Kind::Strategy
        | Kind::ReleaseTemplate
        | Kind::HandoverTemplate
        | Kind::Tracker
        | Kind::Stakeholder
        | Kind::Channel
        | Kind::Audience
        | Kind::MessageTemplate
        | Kind::StatusPage
        | Kind::Supplier
        | Kind::Window
        | Kind::Freeze => Ok(None),
    }
}
