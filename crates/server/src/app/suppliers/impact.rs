//! What a change of a supplier means for our products, environments and plans, as far as the asker sees them.

use super::{
    super::{App, Error, Request, request::Sight},
    counting::Counting,
    declared, notices, plans,
};
use crate::app::trains;
use futures::FutureExt;
use jiff::Timestamp;
use std::{collections::BTreeMap, sync::Arc};
use tidegate_domain::{
    access::Action,
    catalog::{Environment, Kind},
    id::{NoticeId, ObservationId},
    name::Name,
    supplier::{
        Cause, Deployed, Graph, Impact, Notice, Observation, Response, Supplier,
        impact::{Path, Plan, concerns},
        response::{About, Circumstances, suggested},
    },
    train::Place,
};
use tidegate_protocol::api::{AffectedView, ConcernView, ImpactView, SuggestedView};
use tidegate_store::Tx;

/// A change, as it is on record.
enum Change {
    Announced(Box<Notice>),
    Observed(Deployed),
}

impl App {
    /// What a notice or an observed deployment means for us.
    ///
    /// # Errors
    /// When there is none.
    pub async fn supplier_impact(
        self: &Arc<Self>,
        request: &Request,
        about: About,
    ) -> Result<ImpactView, Error> {
        let input = (self.clone(), request.clone(), about);
        self.store
            .read(input, |tx, (app, request, about)| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    Box::pin(impact(tx, app, (request, *about))).await
                }
                .boxed()
            })
            .await
    }
}

async fn change(tx: &mut Tx, about: About) -> Result<Change, Error> {
    Ok(match about {
        About::Notice(id) => Change::Announced(Box::new(notices::find(tx, id).await?)),
        About::Observation(id) => Change::Observed(observation(tx, id).await?.deployed),
    })
}

/// An observed deployment by its number.
pub(super) async fn observation(tx: &mut Tx, id: ObservationId) -> Result<Observation, Error> {
    let found = tx.observation(id).await?;
    found.ok_or_else(|| {
        Error::not_found("observation-not-found", "observation", id)
            .hint("`tidegate supplier show SUPPLIER` lists those there are")
    })
}

async fn impact(
    tx: &mut Tx,
    app: &App,
    (request, about): (&Request, About),
) -> Result<ImpactView, Error> {
    let change = change(tx, about).await?;
    let name = match &change {
        Change::Announced(notice) => &notice.supplier,
        Change::Observed(deployed) => &deployed.supplier,
    };
    let supplier = declared(tx, name).await?;
    let cause = match &change {
        Change::Announced(notice) => Cause::announced(&supplier, &notice.current().announcement),
        Change::Observed(deployed) => Cause::observed(deployed),
    };
    let suppliers: Vec<Supplier> = tx.documents(Kind::Supplier).await?;
    let environments = tx.environments().await?;
    let places = places(tx, app, (&supplier, &cause)).await?;
    let graphs: Vec<Graph<'_>> = places
        .iter()
        .map(|(environment, place)| Graph::of(environment, place, &suppliers))
        .collect();
    let impact = Impact::of(&graphs, &cause);
    let plans = plans::plans(tx, &environments).await?;
    let responses = tx.responses_to(about).await?;
    let mut sight = request.sight(tx).await?;
    let now = tx.now();
    let given = Given {
        cause: &cause,
        counting: Counting::of(tx, &responses, now).await?,
        environments: &environments,
        responses: &responses,
        suppliers: &suppliers,
        now,
    };
    let mut view = ImpactView {
        about: about.to_string(),
        ..given.view(&impact, &mut sight)
    };
    let seen = |it: &Plan, sight: &mut Sight| plans::members(it).iter().all(|it| sight.shows(it));
    for concern in concerns(&plans, &impact, &cause) {
        if seen(concern.plan, &mut sight) {
            view.plans.push(ConcernView {
                plan: concern.plan.to_string(),
                harm: concern.harm.to_string(),
                at_that_time: concern.is_at_that_time,
            });
        }
    }
    Ok(view)
}

/// What is known around a change.
struct Given<'a> {
    cause: &'a Cause<'a>,
    environments: &'a BTreeMap<Name, Environment>,
    counting: Counting,
    responses: &'a [Response],
    now: Timestamp,
    suppliers: &'a [Supplier],
}

impl Given<'_> {
    /// The products, but for those that the asker does not see.
    fn view(&self, impact: &Impact<'_>, sight: &mut Sight) -> ImpactView {
        let (mut products, mut hidden) = (Vec::new(), 0);
        for affected in impact.products() {
            if !sight.shows(affected.product) {
                hidden += 1;
                continue;
            }
            let here = |it: &&Response| {
                it.product == *affected.product && it.environment == *affected.environment
            };
            let decided = self.responses.iter().filter(here);
            products.push(AffectedView {
                product: affected.product.to_string(),
                environment: affected.environment.to_string(),
                harm: affected.harm.word().to_owned(),
                told: affected.harm.to_string(),
                through: through(impact.path(&affected.worst), (self.suppliers, sight)),
                components: affected.components as u64,
                suggested: self.suggested(affected.harm, affected.environment),
                responses: decided.map(|it| self.counting.view(it)).collect(),
            });
        }
        let is_told = |it: &&Response| {
            let is_it = |one: &AffectedView| {
                one.product == it.product.as_str() && one.environment == it.environment.as_str()
            };
            products.iter().any(is_it)
        };
        let others = self.responses.iter().filter(|it| !is_told(it));
        let others = others.filter(|it| sight.shows(&it.product));
        let responses = others.map(|it| self.counting.view(it)).collect();
        let unknown = impact.unknown.iter().filter(|it| sight.shows(it.1));
        ImpactView {
            about: String::new(),
            products,
            plans: Vec::new(),
            responses,
            unknown: unknown
                .map(|(environment, product, why)| format!("{product} in {environment}: {why}"))
                .collect(),
            hidden,
        }
    }

    fn suggested(
        &self,
        harm: tidegate_domain::supplier::Harm,
        environment: &Name,
    ) -> Vec<SuggestedView> {
        let circumstances = Circumstances {
            begins: self.cause.times.map(|it| it.begins()),
            ends: self.cause.times.map(|it| it.ends()),
            before: self
                .environments
                .get(environment)
                .and_then(|it| it.after.as_ref()),
            audience: None,
            now: self.now,
        };
        let all = suggested(harm, &circumstances).into_iter();
        all.map(|it| SuggestedView {
            what: it.what.to_string(),
            reason: it.reason.to_owned(),
            due: it.due,
        })
        .collect()
    }
}

/// What runs where the cause may concern something.
async fn places(
    tx: &mut Tx,
    app: &App,
    (supplier, cause): (&Supplier, &Cause<'_>),
) -> Result<BTreeMap<Name, Place>, Error> {
    let mut places = BTreeMap::new();
    for component in &supplier.components {
        let used = component.environments.keys();
        for environment in used.filter(|it| cause.concerns(&component.name, it)) {
            if places.contains_key(environment) {
                continue;
            }
            let place = Place {
                runs: trains::running(tx, app, environment).await?,
                ..Place::default()
            };
            places.insert(environment.clone(), place);
        }
    }
    Ok(places)
}

/// What a request says it is about: exactly one of both.
pub(super) fn about(notice: Option<u64>, observation: Option<u64>) -> Result<About, Error> {
    match (notice, observation) {
        (Some(id), None) => Ok(About::Notice(NoticeId(id))),
        (None, Some(id)) => Ok(About::Observation(ObservationId(id))),
        (Some(_), Some(_)) | (None, None) => {
            Err(Error::invalid("notice", "name a notice or an observation"))
        }
    }
}

/// Through whom something is touched, up to the first product that the asker does not see.
fn through(mut path: Path<'_>, (suppliers, sight): (&[Supplier], &mut Sight)) -> String {
    let is_hidden = |owner: &Name, sight: &mut Sight| {
        suppliers.iter().all(|it| it.name != *owner) && !sight.shows(owner)
    };
    let end = path.0.iter().position(|it| is_hidden(it.giver.0, sight));
    let Some(end) = end else {
        return path.to_string();
    };
    let (product, component) = path.0[0].component;
    path.0.truncate(end);
    match end {
        0 => format!("{product}/{component} needs something of a product of another team"),
        _ => format!("{path}, through a product of another team"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::request::tests::by;
    use tidegate_domain::{access::Level, catalog::Need, supplier::impact::Step};
    use tidegate_store::Store;

    #[tokio::test]
    async fn whom_the_asker_does_not_see_is_not_named() {
        let name = |text: &str| text.parse::<Name>().unwrap();
        let names = ["shop", "web", "ledger", "core", "acme", "gateway"].map(name);
        let [shop, web, ledger, core, acme, gateway] = &names;
        let need = |contract: &str| -> Need {
            let text = format!(r#"{{"contract":"{contract}","versions":"^2"}}"#);
            serde_json::from_str(&text).unwrap()
        };
        let needs = [need("ledger-api"), need("payments-api")];
        let step = |component, need, giver| Step {
            component,
            need,
            giver,
        };
        let path = || {
            Path(vec![
                step((shop, web), &needs[0], (ledger, core)),
                step((ledger, core), &needs[1], (acme, gateway)),
            ])
        };
        let supplier = r#"{"name":"acme","owner":"team:shop"}"#;
        let suppliers: [Supplier; 1] = [serde_json::from_str(supplier).unwrap()];
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(directory.path()).await.unwrap();
        for (level, told) in [
            (
                Some(Level::Assist),
                "shop/web needs ledger-api of ledger/core, which needs payments-api of acme/gateway",
            ),
            (
                None,
                "shop/web needs something of a product of another team",
            ),
        ] {
            let sight = store.read(by(level), |tx, request| request.sight(tx).boxed());
            let mut sight = sight.await.unwrap();
            assert_eq!(through(path(), (&suppliers, &mut sight)), told);
        }
    }
}
