//! Whether what is declared names only what exists, now or by the same files.

mod handovers;
mod messages;
mod procedures;
mod suppliers;
mod templates;

use super::{super::Error, parse::Located};
use handovers::Handovers;
use jiff::civil::datetime;
use messages::{Messages, awaited, stakeholder_fault};
pub(in crate::app) use procedures::party_fault;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use templates::Prepared;
use tidegate_domain::{
    calendar::{Scope, Zone},
    catalog::{Component, Document, Environment, Kind, NamedStrategy, Product, Ring, Target, path},
    duration::Millis,
    name::Name,
    plan::{Reversible, When},
    planning::ReleaseTemplate,
};
use tidegate_store::Tx;

/// # Errors
/// The first reference to something that is not declared, at the document that makes it.
pub(super) async fn check(tx: &mut Tx, documents: &[(Document, &Located)]) -> Result<(), Error> {
    let known = Known {
        environments: environments(tx, documents).await?,
        targets: keys(tx, documents, Kind::Target, |d: Target| Document::Target(d)).await?,
        strategies: keys(tx, documents, Kind::Strategy, |d: NamedStrategy| {
            Document::Strategy(Box::new(d))
        })
        .await?,
        products: keys(tx, documents, Kind::Product, |d: Product| {
            Document::Product(Box::new(d))
        })
        .await?,
        templates: templates(tx, documents).await?,
        handovers: handovers::load(tx, documents).await?,
        messages: Messages::load(tx, documents).await?,
        suppliers: suppliers::load(tx, documents).await?,
        prepared: Prepared::load(tx, documents).await?,
    };
    for (document, at) in documents {
        if let Some(fault) = known.fault(document) {
            return Err(at.error(fault));
        }
    }
    procedures::check(tx, documents).await
}

/// What is declared, now or by these files.
struct Known {
    environments: BTreeMap<Name, Environment>,
    targets: BTreeSet<String>,
    strategies: BTreeSet<String>,
    products: BTreeSet<String>,
    templates: Vec<ReleaseTemplate>,
    handovers: Handovers,
    messages: Messages,
    /// Looked up only where these files declare products.
    suppliers: BTreeSet<String>,
    prepared: Prepared,
}

impl Known {
    /// What is wrong with a document.
    fn fault(&self, document: &Document) -> Option<String> {
        match document {
            Document::Organisation(organisation) => self.messages.news_fault(organisation),
            Document::Team(_)
            | Document::Role(_)
            | Document::Policy(_)
            | Document::Procedure(_)
            | Document::Programme(_)
            | Document::Control(_)
            | Document::ChangeTemplate(_)
            | Document::Tracker(_) => None,
            Document::Channel(channel) => self.messages.channel_fault(channel),
            Document::Stakeholder(stakeholder) => stakeholder_fault(stakeholder),
            Document::Audience(audience) => self.messages.audience_fault(audience),
            Document::MessageTemplate(template) => {
                let mut products = template.products.iter();
                let unknown = products.find_map(|name| self.no_product(name));
                let place = || unknown_place(awaited(template), &self.environments);
                let fault = || self.messages.template_fault(template);
                unknown.or_else(place).or_else(fault)
            }
            Document::StatusPage(page) => {
                let mut public = page.environments.iter();
                let unknown = || public.find_map(|it| unknown(&it.environment, &self.environments));
                let fault = || self.messages.page_fault(page);
                self.no_product(&page.product)
                    .or_else(unknown)
                    .or_else(fault)
            }
            Document::Supplier(supplier) => {
                suppliers::fault(supplier, &self.products, &self.environments)
            }
            Document::KeySet(set) => set.products.iter().find_map(|name| self.no_product(name)),
            Document::ReleaseTemplate(template) => self.template_fault(template),
            Document::HandoverTemplate(template) => {
                template.check().err().map(|why| why.to_string())
            }
            Document::Strategy(strategy) => {
                let kind = strategy.strategy().err().map(|why| why.to_string());
                let mut checks = strategy
                    .checks
                    .iter()
                    .filter_map(|check| check.examine().err());
                kind.or_else(|| checks.next().map(|why| why.to_string()))
            }
            Document::Environment(environment) => circle(environment, &self.environments)
                .or_else(|| undeclared(environment.strategy.as_ref(), &self.strategies)),
            Document::Target(target) => unknown(&target.environment, &self.environments),
            Document::Ring(ring) => {
                unknown(&ring.environment, &self.environments).or_else(|| self.missing_target(ring))
            }
            Document::Product(product) => product_fault(product, &self.environments)
                .or_else(|| {
                    let mut named = product.environments.values().map(|e| e.strategy.as_ref());
                    named.find_map(|name| undeclared(name, &self.strategies))
                })
                .or_else(|| suppliers::taken(&product.name, &self.suppliers))
                .or_else(|| handovers::fault(product, &self.handovers)),
            Document::Window(window) => self.outside(&window.scope),
            Document::Freeze(freeze) => self.outside(&freeze.scope),
        }
    }

    fn missing_target(&self, ring: &Ring) -> Option<String> {
        let environment = &ring.environment;
        let declared = |name: &&Name| self.targets.contains(&format!("{environment}/{name}"));
        let name = ring.targets.iter().find(|name| !declared(name))?;
        Some(format!(
            "target `{name}` is not declared in environment `{environment}`"
        ))
    }

    /// What comes together has to be a plan, for whichever target.
    fn template_fault(&self, template: &ReleaseTemplate) -> Option<String> {
        let some_day = datetime(2000, 1, 3, 12, 0, 0, 0);
        let begun = template.begin(Some(some_day), Zone::default(), &self.templates);
        let plan = match begun {
            Ok(plan) => plan,
            Err(why) => return Some(why.to_string()),
        };
        let mut products = template.products.iter();
        let unknown = products.find_map(|name| self.no_product(name));
        unknown.or_else(|| self.prepared.fault(&plan))
    }

    fn outside(&self, scope: &Scope) -> Option<String> {
        match scope {
            Scope::Organisation => None,
            Scope::Environment(name) => unknown(name, &self.environments),
            Scope::Product(name) => self.no_product(name),
        }
    }

    fn no_product(&self, name: &Name) -> Option<String> {
        (!self.products.contains(name.as_str()))
            .then(|| format!("product `{name}` is not declared"))
    }
}

async fn environments(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<BTreeMap<Name, Environment>, Error> {
    let mut all = tx.environments().await?;
    for (document, _) in documents {
        if let Document::Environment(environment) = document {
            all.insert(environment.name.clone(), environment.clone());
        }
    }
    Ok(all)
}

async fn templates(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
) -> Result<Vec<ReleaseTemplate>, Error> {
    let mut all: Vec<ReleaseTemplate> = Vec::new();
    for (document, _) in documents {
        if let Document::ReleaseTemplate(template) = document {
            all.push((**template).clone());
        }
    }
    if !all.is_empty() {
        let known: Vec<ReleaseTemplate> = tx.documents(Kind::ReleaseTemplate).await?;
        let is_new = |it: &ReleaseTemplate| all.iter().all(|new| new.name != it.name);
        let known: Vec<ReleaseTemplate> = known.into_iter().filter(is_new).collect();
        all.extend(known);
    }
    Ok(all)
}

/// The keys of everything of a kind that is declared, now or by these files.
async fn keys<D: DeserializeOwned>(
    tx: &mut Tx,
    documents: &[(Document, &Located)],
    kind: Kind,
    document: impl Fn(D) -> Document,
) -> Result<BTreeSet<String>, Error> {
    let known: Vec<D> = tx.documents(kind).await?;
    let known = known.into_iter().map(|d| document(d).key());
    let new = documents.iter().filter(|(d, _)| d.kind() == kind);
    Ok(known.chain(new.map(|(d, _)| d.key())).collect())
}

fn undeclared(strategy: Option<&Name>, strategies: &BTreeSet<String>) -> Option<String> {
    let name = strategy.filter(|name| !strategies.contains(name.as_str()))?;
    Some(format!("strategy `{name}` is not declared"))
}

fn unknown(name: &Name, environments: &BTreeMap<Name, Environment>) -> Option<String> {
    (!environments.contains_key(name)).then(|| format!("environment `{name}` is not declared"))
}

fn unknown_place(
    name: Option<&Name>,
    environments: &BTreeMap<Name, Environment>,
) -> Option<String> {
    name.and_then(|name| unknown(name, environments))
}

fn circle(environment: &Environment, environments: &BTreeMap<Name, Environment>) -> Option<String> {
    let after = environment.after.as_ref()?;
    unknown(after, environments).or_else(|| {
        path::in_order(environments)
            .err()
            .map(|why| why.to_string())
    })
}

/// The longest that a job may take.
const JOB_DEADLINE_MAX: Millis = Millis::from_secs(86_400);

fn job_fault(component: &Component) -> Option<String> {
    let of = |job: &Name| format!("job `{job}` of component `{}`", component.name);
    let mut seen = BTreeSet::new();
    component.jobs.iter().find_map(|job| {
        if !seen.insert(&job.name) {
            return Some(format!("{} is declared twice", of(&job.name)));
        }
        if job.command.first().is_none_or(String::is_empty) {
            return Some(format!("{} has no command", of(&job.name)));
        }
        if job.when == When::Check && job.reversible != Reversible::Yes {
            let why = "runs whenever a check asks it, so it changes nothing: `reversible: yes`";
            return Some(format!("{} {why}", of(&job.name)));
        }
        let fine = job.deadline > Millis(0) && job.deadline <= JOB_DEADLINE_MAX;
        (!fine).then(|| {
            format!(
                "{} has a deadline of {}; it takes more than 0 s and at most a day",
                of(&job.name),
                job.deadline
            )
        })
    })
}

fn product_fault(product: &Product, environments: &BTreeMap<Name, Environment>) -> Option<String> {
    let mut seen = BTreeSet::new();
    let twice = product.components.iter().find(|c| !seen.insert(&c.name));
    if let Some(component) = twice {
        return Some(format!("component `{}` is declared twice", component.name));
    }
    let bare = product.components.iter().find(|c| c.service.is_none());
    if let Some(component) = bare {
        return Some(format!(
            "component `{}` has driver `service` and no settings under `service`",
            component.name
        ));
    }
    if let Some(fault) = product.components.iter().find_map(job_fault) {
        return Some(fault);
    }
    let mut needs = product.components.iter().map(Component::check_needs);
    if let Some(why) = needs.find_map(Result::err) {
        return Some(why.to_string());
    }
    let stranger = product
        .environments
        .keys()
        .find(|name| !environments.contains_key(*name));
    let stranger = stranger.and_then(|name| unknown(name, environments));
    stranger.or_else(|| {
        path::of(product, environments)
            .err()
            .map(|why| why.to_string())
    })
}
