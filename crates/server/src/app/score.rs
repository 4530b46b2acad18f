//! How large and how risky it is to deploy a release, and whether such scores ranked what failed.
//!
//! [`record`] reads what is on record of a product in an environment, as it was at any moment: the same for a deployment that is
//! thought of and for those of the past. Nothing is kept of a score, because it follows from the record.

mod past;
mod record;

use super::{
    App, Error, Kind as Refusal, Request, SharedApp, field, optional, plans, releases, scope::aside,
};
use futures::FutureExt;
use jiff::Timestamp;
use record::{Asked, Record};
use tidegate_domain::{
    access::Action,
    catalog::{Kind, Product, path},
    name::Name,
    plan::Plan,
    score::{Auc, Backtest, Outcome, Score, Term, Weights},
    version::Version,
};
use tidegate_protocol::api::{
    AucView, DeploymentRequest, DeploymentScoreView, ScopeView, ScoreBacktestView, ScoreTermView,
};
use tidegate_store::Tx;

/// What is asked of a score.
#[derive(Debug, Clone, Default)]
pub struct ScoreOf {
    /// Where it would go; the last environment of the path unless set.
    pub environment: Option<String>,
    /// When it would begin, in RFC 3339; now unless set.
    pub at: Option<String>,
    /// Whether weights that are learnt from the past are used.
    pub learnt: bool,
}

#[derive(Debug, Clone)]
struct Wanted {
    product: Name,
    version: Version,
    environment: Name,
    at: Option<Timestamp>,
    learnt: bool,
    /// How many changes it brings, and how many break something; none where no history is known.
    changes: Option<(u64, u64)>,
    environments: Vec<String>,
}

impl App {
    /// How large and how risky it is to deploy a release somewhere, at a moment.
    ///
    /// # Errors
    /// When there is no such release or environment, or nothing to learn from though that is asked for.
    pub async fn score(
        self: &SharedApp,
        request: &Request,
        of: (&str, &str),
        asked: &ScoreOf,
    ) -> Result<DeploymentScoreView, Error> {
        let scope = self
            .scope(request, of, (asked.environment.as_deref(), 0))
            .await?;
        let at = asked.at.as_deref();
        let wanted = Wanted {
            product: field("product", of.0)?,
            version: field("version", of.1)?,
            environment: environment(&scope)?,
            at: optional("at", at)?,
            learnt: asked.learnt,
            changes: changes(&scope),
            environments: scope.environments,
        };
        let input = (request.clone(), wanted.clone());
        let (mut score, at, past) = self
            .store
            .read(input, |tx, (request, wanted)| {
                score(tx, request, wanted).boxed()
            })
            .await?;
        if wanted.learnt {
            let weights = aside(move || learnt(past)).await?;
            score = score.weighed(&weights.ok_or_else(|| nothing_to_learn(&wanted))?);
        }
        Ok(view(&wanted, &score, at))
    }

    /// Whether the scores of deployments to live, as they were when these were asked for, ranked those that failed above the
    /// others: of one product, or of all that whoever asks may see.
    ///
    /// # Errors
    /// When there is no such product.
    pub async fn score_backtest(
        self: &SharedApp,
        request: &Request,
        product: Option<&str>,
    ) -> Result<ScoreBacktestView, Error> {
        let product: Option<Name> = optional("product", product)?;
        let past = self
            .store
            .read((request.clone(), product), |tx, (request, product)| {
                outcomes(tx, request, product.as_ref()).boxed()
            })
            .await?;
        aside(move || judged(&Backtest::of(&past))).await
    }
}

fn learnt(past: Vec<Outcome>) -> Option<Weights> {
    let taught = past.into_iter().map(|it| (it.score.risk_terms, it.failed));
    Weights::learn(&taught.collect::<Vec<_>>())
}

fn nothing_to_learn(wanted: &Wanted) -> Error {
    let (product, environment) = (&wanted.product, &wanted.environment);
    let detail = format!(
        "nothing can be learnt for {product} in {environment}: both failures and successes are needed"
    );
    Error::refused(Refusal::NotReady, "nothing-to-learn", detail)
        .hint("leave `learnt` out: the written formula needs no past")
}

fn environment(scope: &ScopeView) -> Result<Name, Error> {
    let missing = || {
        let detail = format!("product {} has no promotion path", scope.product);
        Error::refused(Refusal::NotReady, "no-path", detail)
            .hint("give it one: `path: [staging, live]`")
    };
    field(
        "environment",
        scope.environment.as_ref().ok_or_else(missing)?,
    )
}

/// What git says; nothing where no component's history is known.
fn changes(scope: &ScopeView) -> Option<(u64, u64)> {
    let is_known = scope.changes > 0 || scope.unread.is_empty();
    is_known.then_some((scope.changes, scope.breaking))
}

/// The score by the written formula, when it is of, and the past, where that is to be learnt from.
async fn score(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<(Score, Timestamp, Vec<Outcome>), Error> {
    let Wanted {
        product,
        version,
        environment,
        ..
    } = wanted;
    request.permit_product(tx, Action::Read, product).await?;
    let release = releases::find(tx, product, version).await?;
    let record = Record::read(tx, (product, environment)).await?;
    let plan = plan(tx, request, wanted).await?;
    let at = wanted.at.unwrap_or_else(|| tx.now());
    let asked = Asked {
        at,
        changes: wanted.changes,
        plan: plan.as_ref(),
        ..Asked::of(&release)
    };
    let score = Score::of(&record.facts(tx, &asked).await?);
    let past = match wanted.learnt {
        true => record.outcomes(tx).await?,
        false => Vec::new(),
    };
    Ok((score, at, past))
}

/// The plan that it would have, where it is sealed and can have one.
async fn plan(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<Option<Plan>, Error> {
    let asked = DeploymentRequest {
        product: wanted.product.to_string(),
        release: wanted.version.to_string(),
        environment: wanted.environment.to_string(),
        ..DeploymentRequest::default()
    };
    let asked = plans::Wanted::read(&asked)?;
    match plans::would(tx, request, &asked).await {
        Ok(plan) => Ok(Some(plan)),
        Err(Error::Refused { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn view(wanted: &Wanted, score: &Score, at: Timestamp) -> DeploymentScoreView {
    let term = |term: &Term| ScoreTermView {
        kind: term.kind.word().to_owned(),
        points: term.points,
        told: term.told.clone(),
        remedy: term.remedy.as_ref().map(|it| it.told.clone()),
        lowers: term.remedy.as_ref().map(|it| it.lowers),
    };
    let Wanted {
        product,
        version,
        environment,
        ..
    } = wanted;
    DeploymentScoreView {
        sentence: format!(
            "{product} {version} to {environment}: {} ({} of 100), of {} risk ({} of 100).",
            score.size_word(),
            score.size,
            score.risk_word(),
            score.risk
        ),
        product: product.to_string(),
        version: version.to_string(),
        environment: environment.to_string(),
        at,
        size: score.size,
        size_word: score.size_word().to_owned(),
        size_terms: score.size_terms.iter().map(term).collect(),
        risk: score.risk,
        risk_word: score.risk_word().to_owned(),
        risk_terms: score.risk_terms.iter().map(term).collect(),
        learnt: wanted.learnt,
        environments: wanted.environments.clone(),
    }
}

/// What became of deployments to live, the oldest first.
async fn outcomes(
    tx: &mut Tx,
    request: &Request,
    product: Option<&Name>,
) -> Result<Vec<Outcome>, Error> {
    if let Some(product) = product {
        request.permit_product(tx, Action::Read, product).await?;
        releases::find_product(tx, product).await?;
    }
    let mut sight = request.sight(tx).await?;
    let environments = tx.environments().await?;
    let mut products: Vec<Product> = tx.documents(Kind::Product).await?;
    products.retain(|it| sight.shows(&it.name) && product.is_none_or(|own| *own == it.name));
    let mut past: Vec<Outcome> = Vec::new();
    for it in &products {
        let live = path::of(it, &environments).unwrap_or_default().pop();
        if let Some(live) = live {
            let record = Record::read(tx, (&it.name, &live)).await?;
            past.extend(record.outcomes(tx).await?);
        }
    }
    past.sort_by_key(|it| it.deployment);
    Ok(past)
}

fn judged(found: &Backtest) -> ScoreBacktestView {
    let auc = |auc: Option<Auc>| {
        auc.map(|it| AucView {
            area: it.area,
            error: it.error,
        })
    };
    let ended = format!(
        "{} of {} deployments to live failed, went back, or were taken back",
        found.failures, found.deployments
    );
    let sentence = match &found.written {
        None => format!("{ended}: too few to judge the score by (five of either kind are needed)."),
        Some(it) => {
            let (low, high) = (it.area - 1.96 * it.error, it.area + 1.96 * it.error);
            let ranks = match (low > 0.5, high < 0.5) {
                (true, _) => "it ranks them above the others",
                (false, true) => "it ranks them below the others, and misleads",
                (false, false) => "that may be chance",
            };
            format!(
                "{ended}. The score has an AUC of {:.2} ± {:.2}: {ranks}.",
                it.area, it.error
            )
        }
    };
    ScoreBacktestView {
        sentence,
        deployments: found.deployments as u64,
        failures: found.failures as u64,
        written: auc(found.written),
        written_newer: auc(found.written_newer),
        learnt: auc(found.learnt),
    }
}
