//! Applying files: read, compare with what is declared, show or keep the difference.

mod diff;
mod parse;
mod references;
mod remove;
mod rights;

use super::{App, Error, Request, controls, latecomers, procedures, proposals, talk};
use futures::FutureExt;
pub(super) use parse::nearest;
use parse::{Declared, Located};
pub(super) use references::party_fault;
use serde::{Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::ProposedChange,
    calendar::{Freeze, Window},
    catalog::{
        Component, Document, Environment, KeySet, Kind, NamedStrategy, Organisation, Policy,
        Product, Programme, Ring, Role, Target, Team,
    },
    communication::{Audience, Channel, MessageTemplate, Stakeholder, StatusPage},
    control::{ChangeTemplate, Control},
    handover::HandoverTemplate,
    name::Name,
    planning::{ReleasePlan, ReleaseTemplate},
    procedure::Origin,
    runbook::Runbook,
    scope::Tracker,
    supplier::Supplier,
    train::TrainPlan,
};
use tidegate_protocol::api::{ApplyRequest, ApplyResponse, CatalogChange, Difference, SourceFile};
use tidegate_store::{TargetKey, Tx};

/// Whether files can be read. For `fuzz/`.
#[cfg(fuzzing)]
pub(crate) fn reads(files: &[SourceFile]) -> bool {
    parse::files(files).is_ok()
}

impl App {
    /// Applies files, or says what applying them would change.
    ///
    /// # Errors
    /// The first fault of the files, with file, line, column and a remedy; nothing is changed then.
    pub async fn apply(
        &self,
        request: Request,
        wanted: &ApplyRequest,
    ) -> Result<ApplyResponse, Error> {
        let declared = parse::files(&wanted.files)?;
        let input = (request, declared, wanted.dry_run);
        if wanted.dry_run {
            return self
                .store
                .read(input, |tx, input| apply(tx, input).boxed())
                .await;
        }
        let (response, told) = self
            .store
            .write(input, |tx, input| keep(tx, input).boxed())
            .await?;
        for target in &told {
            self.bus.wake_target(target);
        }
        self.bus.wake_engine();
        Ok(response)
    }
}

/// The one control that a file declares.
///
/// # Errors
/// A fault of the file, or that it declares something else.
pub(super) fn one_control(text: &str) -> Result<Control, Error> {
    let file = SourceFile {
        path: "control.yaml".to_owned(),
        text: text.to_owned(),
        beside: BTreeMap::new(),
    };
    let mut declared = parse::files(&[file])?.into_iter();
    match (declared.next().map(|it| it.declared), declared.next()) {
        (Some(Declared::Document(Document::Control(control))), None) => Ok(*control),
        _ => Err(Error::invalid(
            "file",
            "it has to declare one Control and nothing else",
        )),
    }
}

/// A release plan, as a person writes it.
///
/// # Errors
/// A fault of the text, by line and column.
pub(super) fn release_plan(text: &str) -> Result<ReleasePlan, Error> {
    parse::whole("plan.yaml", text)
}

/// The plan of a train, as a person writes it.
///
/// # Errors
/// A fault of the text, by line and column.
pub(super) fn train_plan(text: &str) -> Result<TrainPlan, Error> {
    parse::whole("train.yaml", text)
}

/// A runbook, as a person writes it.
///
/// # Errors
/// A fault of the text, by line and column.
pub(super) fn runbook(text: &str) -> Result<Runbook, Error> {
    parse::whole("runbook.yaml", text)
}

/// The sheet of a handover, as a person writes it.
///
/// # Errors
/// A fault of the text, by line and column.
pub(super) fn sheet<S: DeserializeOwned>(text: &str) -> Result<S, Error> {
    parse::whole("handover.yaml", text)
}

/// What differs between two documents, leaf by leaf.
pub(super) fn differences<D: Serialize>(before: Option<&D>, after: &D) -> Vec<Difference> {
    let json = |it: &D| serde_json::to_value(it).unwrap_or_default();
    diff::between(before.map(json).as_ref(), &json(after))
}

/// Who applies what; and whether it is only to be shown.
type Wanted = (Request, Vec<Located>, bool);

/// Applies files; what was missing for a target to run what stands where it is may be there now.
async fn keep(tx: &mut Tx, wanted: &Wanted) -> Result<(ApplyResponse, Vec<TargetKey>), Error> {
    let response = apply(tx, wanted).await?;
    let environments: BTreeSet<&Name> = wanted.1.iter().filter_map(environment).collect();
    let mut told = Vec::new();
    for environment in environments {
        told.extend(latecomers::settle_all(tx, (environment, None)).await?);
    }
    Ok((response, told))
}

/// Where a declared target is.
const fn environment(located: &Located) -> Option<&Name> {
    match &located.declared {
        Declared::Document(Document::Target(target)) => Some(&target.environment),
        Declared::Document(_) | Declared::Component { .. } => None,
    }
}

async fn apply(tx: &mut Tx, (request, declared, dry_run): &Wanted) -> Result<ApplyResponse, Error> {
    let documents = merge(tx, declared).await?;
    references::check(tx, &documents).await?;
    let mut changes = Vec::new();
    for (document, at) in &documents {
        let compared = compare(tx, request, document).await;
        let mut change = compared.map_err(|refusal| refusal.of(&at.place()))?;
        let changed = change.action != "unchanged";
        let asked = rights::check(tx, request, document, changed).await;
        asked.map_err(|refusal| refusal.of(&at.place()))?;
        if changed && !dry_run {
            record(tx, request, document, &mut change).await?;
        }
        changes.push(change);
    }
    Ok(ApplyResponse {
        applied: !dry_run,
        changes,
    })
}

/// Keeps a document; one that binds whoever applies it waits for a second person instead, where there is one.
async fn record(
    tx: &mut Tx,
    request: &Request,
    document: &Document,
    change: &mut CatalogChange,
) -> Result<(), Error> {
    if let Some(binding) = binding(tx, document).await?
        && let Some(id) = proposals::propose(tx, request, binding).await?
    {
        change.proposal = Some(id.0);
        return Ok(());
    }
    if let Document::Procedure(procedure) = document {
        procedures::keep(tx, request, procedure, Origin::File).await?;
    } else {
        keep_document(tx, document).await?;
    }
    let subject = format!("{}/{}", change.kind.to_lowercase(), change.name);
    Ok(request
        .journal(tx, "catalog.changed", &subject, change)
        .await?)
}

/// Keeps a document, and numbers the version of a control. By an organisation, mails of news may begin.
pub(super) async fn keep_document(tx: &mut Tx, document: &Document) -> Result<(), Error> {
    if let Document::Organisation(organisation) = document {
        talk::begin_news_by(tx, organisation).await?;
    }
    tx.record_document(document).await?;
    if let Document::Control(control) = document {
        controls::note_version(tx, control).await?;
    }
    Ok(())
}

/// What binds whoever applies it.
async fn binding(tx: &mut Tx, document: &Document) -> Result<Option<ProposedChange>, Error> {
    Ok(match document {
        Document::Policy(policy) => Some(ProposedChange::Policy {
            policy: policy.clone(),
        }),
        Document::Role(role) => Some(ProposedChange::Role { role: role.clone() }),
        Document::Control(control) => Some(ProposedChange::Control {
            control: control.clone(),
        }),
        Document::ChangeTemplate(template) => Some(ProposedChange::ChangeTemplate {
            template: template.clone(),
        }),
        Document::KeySet(key_set) => Some(ProposedChange::KeySet {
            key_set: key_set.clone(),
        }),
        Document::Environment(environment) => {
            let binds = rights::changes_who_approves(tx, environment).await?;
            binds.then(|| ProposedChange::Environment {
                environment: Box::new(environment.clone()),
            })
        }
        Document::Organisation(_)
        | Document::Team(_)
        | Document::Procedure(_)
        | Document::Programme(_)
        | Document::Product(_)
        | Document::Target(_)
        | Document::Ring(_)
        | Document::Strategy(_)
        | Document::ReleaseTemplate(_)
        | Document::HandoverTemplate(_)
        | Document::Tracker(_)
        | Document::Stakeholder(_)
        | Document::Channel(_)
        | Document::Audience(_)
        | Document::MessageTemplate(_)
        | Document::StatusPage(_)
        | Document::Supplier(_)
        | Document::Window(_)
        | Document::Freeze(_) => None,
    })
}

/// One document per declared thing, in the order they are applied: components declared apart are put into their
/// products, and a product declared without components keeps those it has.
async fn merge<'a>(
    tx: &mut Tx,
    declared: &'a [Located],
) -> Result<Vec<(Document, &'a Located)>, Error> {
    let mut documents: Vec<(Document, &Located)> = Vec::new();
    for kind in Kind::ALL {
        for located in declared
            .iter()
            .filter(|located| located.declared.kind() == kind)
        {
            match &located.declared {
                Declared::Document(Document::Product(product)) => {
                    let mut product = product.clone();
                    if product.components.is_empty() {
                        let known = tx.product(&product.name).await?;
                        product.components =
                            known.map(|known| known.components).unwrap_or_default();
                    }
                    documents.push((Document::Product(product), located));
                }
                Declared::Document(document) => documents.push((document.clone(), located)),
                Declared::Component { product, component } => {
                    put_component(tx, &mut documents, located, (product, component)).await?;
                }
            }
        }
    }
    for (document, _) in &mut documents {
        if let Document::Product(product) = document {
            product.components.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }
    Ok(documents)
}

async fn put_component<'a>(
    tx: &mut Tx,
    documents: &mut Vec<(Document, &'a Located)>,
    located: &'a Located,
    (product, component): (&Name, &Component),
) -> Result<(), Error> {
    let at = documents
        .iter()
        .position(|(d, _)| matches!(d, Document::Product(p) if p.name == *product));
    let at = match at {
        Some(at) => at,
        None => {
            let known = tx.product(product).await?;
            let known = known
                .ok_or_else(|| located.error(format!("product `{product}` is not declared")))?;
            documents.push((Document::Product(Box::new(known)), located));
            documents.len() - 1
        }
    };
    if let Some((Document::Product(product), _)) = documents.get_mut(at) {
        product
            .components
            .retain(|known| known.name != component.name);
        product.components.push(component.clone());
    }
    Ok(())
}

async fn compare(
    tx: &mut Tx,
    request: &Request,
    document: &Document,
) -> Result<CatalogChange, Error> {
    let key = document.key();
    let (known, new) = match document {
        Document::Organisation(d) => pair::<Organisation>(tx, document, d).await?,
        Document::Team(d) => pair::<Team>(tx, document, d).await?,
        Document::Role(d) => pair::<Role>(tx, document, d).await?,
        Document::Policy(d) => pair::<Policy>(tx, document, d).await?,
        Document::Procedure(d) => procedures::compare(tx, &request.actor.name, d).await?,
        Document::Control(d) => pair::<Control>(tx, document, d).await?,
        Document::ChangeTemplate(d) => pair::<ChangeTemplate>(tx, document, d).await?,
        Document::KeySet(d) => pair::<KeySet>(tx, document, d).await?,
        Document::ReleaseTemplate(d) => pair::<ReleaseTemplate>(tx, document, d).await?,
        Document::HandoverTemplate(d) => pair::<HandoverTemplate>(tx, document, d).await?,
        Document::Tracker(d) => pair::<Tracker>(tx, document, d).await?,
        Document::Stakeholder(d) => pair::<Stakeholder>(tx, document, d).await?,
        Document::Channel(d) => pair::<Channel>(tx, document, d).await?,
        Document::Audience(d) => pair::<Audience>(tx, document, d).await?,
        Document::MessageTemplate(d) => pair::<MessageTemplate>(tx, document, d).await?,
        Document::StatusPage(d) => pair::<StatusPage>(tx, document, d).await?,
        Document::Supplier(d) => pair::<Supplier>(tx, document, d).await?,
        Document::Programme(d) => pair::<Programme>(tx, document, d).await?,
        Document::Product(d) => pair::<Product>(tx, document, d).await?,
        Document::Environment(d) => pair::<Environment>(tx, document, d).await?,
        Document::Target(d) => pair::<Target>(tx, document, d).await?,
        Document::Ring(d) => pair::<Ring>(tx, document, d).await?,
        Document::Strategy(d) => pair::<NamedStrategy>(tx, document, d).await?,
        Document::Window(d) => pair::<Window>(tx, document, d).await?,
        Document::Freeze(d) => pair::<Freeze>(tx, document, d).await?,
    };
    let differences = diff::between(known.as_ref(), &new);
    let action = match known {
        None => "create",
        Some(_) if differences.is_empty() => "unchanged",
        Some(_) => "change",
    };
    Ok(CatalogChange {
        kind: document.kind().to_string(),
        name: key,
        action: action.to_owned(),
        differences,
        proposal: None,
    })
}

type Json = serde_json::Value;

/// What is declared now and what is wanted, both as JSON.
async fn pair<D>(
    tx: &mut Tx,
    document: &Document,
    wanted: &D,
) -> Result<(Option<Json>, Json), Error>
where
    D: Serialize + DeserializeOwned + Sync,
{
    let known: Option<D> = tx.document(document.kind(), &document.key()).await?;
    let json = |d: &D| serde_json::to_value(d).unwrap_or_default();
    Ok((known.as_ref().map(json), json(wanted)))
}
