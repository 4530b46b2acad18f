//! What is told of builds and tests: kept once, whoever tells it how often, and bounded.

use super::super::{App, Error, Kind, Request, field, releases};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use tidegate_domain::{
    access::Action,
    evidence_file::TOLD,
    lifecycle::{
        CloudEvent, Fact, Told,
        cdevent::{self, Heard},
        happened,
    },
    name::Name,
};
use tidegate_protocol::api::{FactHeardView, FactView, FactsHeardView};
use tidegate_store::{FactWait, Tx};

/// The most facts of a product that wait for artifacts which nobody pushed.
const WAITING_MAX: u64 = 5_000;
/// So long they wait.
const WAITING_FOR: SignedDuration = SignedDuration::from_hours(90 * 24);
/// The most facts of one run.
const OF_RUN_MAX: u64 = 2_000;
/// The most facts of all runs about one artifact.
pub(super) const OF_ARTIFACT_MAX: u64 = 20_000;

/// What one event is: its name, and what was heard.
type Read = (String, Heard);

impl App {
    /// Keeps what events say of builds and tests of a product: all of them, or none.
    ///
    /// # Errors
    /// When one says something that cannot be kept, or there is no room for it.
    pub async fn hear_events(
        &self,
        request: Request,
        product: &str,
        events: &[CloudEvent],
    ) -> Result<FactsHeardView, Error> {
        let read = |event: &CloudEvent| {
            let heard = cdevent::read(event).map_err(|why| invalid(event.id.as_str(), &why))?;
            Ok((event.id.to_string(), heard))
        };
        let read: Result<Vec<Read>, Error> = events.iter().map(read).collect();
        self.keep(request, product, read?).await
    }

    /// Keeps what was read.
    pub(super) async fn keep(
        &self,
        request: Request,
        product: &str,
        read: Vec<Read>,
    ) -> Result<FactsHeardView, Error> {
        let product: Name = field("product", product)?;
        let view = self
            .store
            .write((request, product, read), |tx, (request, product, read)| {
                keep(tx, request, product, read).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }

    /// At most `limit` facts of a product, those first that came last.
    ///
    /// # Errors
    /// When there is no such product.
    pub async fn facts(
        &self,
        request: &Request,
        product: &str,
        limit: u64,
    ) -> Result<Vec<FactView>, Error> {
        let product: Name = field("product", product)?;
        self.store
            .read((request.clone(), product), move |tx, (request, product)| {
                async move {
                    request.permit_product(tx, Action::Read, product).await?;
                    releases::find_product(tx, product).await?;
                    let facts = tx.newest_facts(product, limit).await?;
                    Ok(facts.iter().map(view).collect())
                }
                .boxed()
            })
            .await
    }
}

fn view(fact: &Fact) -> FactView {
    FactView {
        source: fact.key.source.to_string(),
        id: fact.key.id.to_string(),
        run: fact.run.id.to_string(),
        says: fact.what.words(),
        digests: fact.digests.iter().map(ToString::to_string).collect(),
        link: fact.link.as_ref().map(ToString::to_string),
        by: fact.by.to_string(),
        happened_at: fact.happened,
        received_at: fact.received,
    }
}

fn invalid(id: &str, why: &dyn std::error::Error) -> Error {
    let detail = format!("event `{id}`: {why}");
    Error::refused(Kind::BadRequest, "invalid-event", detail)
        .hint("nothing of the request was kept; docs/lifecycle.md says what is understood")
}

async fn keep(
    tx: &mut Tx,
    request: &Request,
    product: &Name,
    read: &[Read],
) -> Result<FactsHeardView, Error> {
    request
        .permit_product(tx, Action::AddEvidence, product)
        .await?;
    releases::find_product(tx, product).await?;
    let overdue = tx.now() - WAITING_FOR;
    tx.settle_waiting_facts(product, overdue).await?;
    tx.forget_waiting_facts(product, overdue).await?;
    let mut events = Vec::with_capacity(read.len());
    for (id, heard) in read {
        let (outcome, says) = match heard {
            Heard::Other(why) => ("ignored", why.clone()),
            Heard::Fact(told) => keep_one(tx, request, product, (id, told.as_ref())).await?,
        };
        events.push(FactHeardView {
            id: id.clone(),
            outcome: outcome.to_owned(),
            says,
        });
    }
    Ok(FactsHeardView { events })
}

async fn keep_one(
    tx: &mut Tx,
    request: &Request,
    product: &Name,
    (id, told): (&str, &Told),
) -> Result<(&'static str, String), Error> {
    if tx.has_fact(product, &told.key).await? {
        return Ok((
            "known",
            "it was told before, and is kept as it was".to_owned(),
        ));
    }
    let now = tx.now();
    let happened = happened(told.happened, now).map_err(|why| invalid(id, &why))?;
    let wait = wait(tx, product, told).await?;
    make_room(tx, product, (told, wait)).await?;
    let fact = told
        .clone()
        .kept(request.actor.name.clone(), (happened, now));
    tx.record_fact(product, &fact, wait).await?;
    let subject = format!("product/{product}");
    request.journal(tx, TOLD, &subject, &fact).await?;
    let says = match wait {
        FactWait::Nothing => fact.what.words(),
        FactWait::Artifact if fact.digests.is_empty() => format!(
            "{}; it names no artifact: a release shows it once another event of the same run does",
            fact.what.words()
        ),
        FactWait::Artifact => format!(
            "{}; its artifact was not pushed yet: it is kept for 90 days",
            fact.what.words()
        ),
    };
    Ok(("kept", says))
}

/// Whether the registry has an artifact that the fact names, or that another fact of its run does.
async fn wait(tx: &mut Tx, product: &Name, told: &Told) -> Result<FactWait, Error> {
    let named = tx.artifacts_of_run(product, &told.run).await?;
    let all: BTreeSet<_> = told.digests.iter().copied().chain(named).collect();
    for digest in all {
        if tx.shows_artifact(product, digest).await? {
            return Ok(FactWait::Nothing);
        }
    }
    Ok(FactWait::Artifact)
}

/// Refuses what there is no room for.
async fn make_room(
    tx: &mut Tx,
    product: &Name,
    (told, wait): (&Told, FactWait),
) -> Result<(), Error> {
    if tx.facts_of_run(product, &told.run).await? >= OF_RUN_MAX {
        let detail = format!("run `{}` has {OF_RUN_MAX} facts already", told.run.id);
        return Err(full(
            &detail,
            "tell what the whole suite came to, or post its JUnit file",
        ));
    }
    for digest in &told.digests {
        if tx.count_facts_about(product, *digest).await? >= OF_ARTIFACT_MAX {
            let detail = format!("{digest} has {OF_ARTIFACT_MAX} facts already");
            return Err(full(
                &detail,
                "build a new artifact, or attach a report to this one",
            ));
        }
    }
    if wait == FactWait::Nothing || tx.waiting_facts(product).await? < WAITING_MAX {
        return Ok(());
    }
    // Some of those may have been pushed meanwhile.
    tx.settle_waiting_facts(product, Timestamp::MAX).await?;
    if tx.waiting_facts(product).await? < WAITING_MAX {
        return Ok(());
    }
    let detail = format!("{WAITING_MAX} facts of {product} wait for artifacts that nobody pushed");
    Err(full(
        &detail,
        "push the artifact first; what waits for 90 days is forgotten",
    ))
}

fn full(detail: &str, remedy: &str) -> Error {
    Error::refused(Kind::Conflict, "facts-full", detail).hint(remedy)
}
