//! All reviews, what is due, and what comes up again and again.

use super::{
    super::{
        App, Error, Request, SharedApp,
        handovers::{Whose, is_asked},
        request::Sight,
        rollback::standing_of,
    },
    Of,
    shown::MOST,
    since, views,
};
use futures::FutureExt;
use jiff::Timestamp;
use tidegate_domain::{
    catalog::{Kind, Product, path},
    planning::{Party, PlanEdition, Task},
    review::{Review, Verdict, themes},
};
use tidegate_protocol::api::{DueReviewView, ReviewRowView, ReviewsView};
use tidegate_store::Tx;

/// So many that succeeded are looked at for what stands now.
const NEWEST: u64 = 50;

impl App {
    /// All reviews that whoever asks may see, the releases that are live and were not looked back at, what is to be better next
    /// time, and what comes up again and again.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reviews(self: &SharedApp, request: &Request) -> Result<ReviewsView, Error> {
        self.store
            .read(request.clone(), |tx, request| all(tx, request).boxed())
            .await
    }
}

async fn all(tx: &mut Tx, request: &Request) -> Result<ReviewsView, Error> {
    let mut sight = request.sight(tx).await?;
    let found = tx.reviews(MOST).await?;
    let actions = tx.actions(MOST).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let cut = found.len() >= most || actions.len() >= most;
    let reviews: Vec<Review> = found
        .into_iter()
        .filter(|it| sight.shows(&it.product))
        .collect();
    let actions: Vec<Task> = actions
        .into_iter()
        .filter(|it| sight.shows(&it.product))
        .collect();
    let mut open: Vec<&Task> = actions.iter().filter(|it| it.state.is_pending()).collect();
    open.sort_by_key(|task| (task.due, task.id));
    Ok(ReviewsView {
        due: due(tx, &mut sight).await?,
        reviews: reviews.iter().map(|it| row(it, &actions)).collect(),
        actions: since::actions(tx, open).await?,
        themes: themes(&reviews, &actions)
            .iter()
            .map(views::theme)
            .collect(),
        cut,
    })
}

fn row(review: &Review, actions: &[Task]) -> ReviewRowView {
    let of = |task: &&Task| task.product == review.product && task.version == review.version;
    let is_met = |it: &&tidegate_domain::review::Judged| it.verdict == Verdict::Met;
    let open = actions.iter().filter(of).filter(|it| it.state.is_pending());
    ReviewRowView {
        product: review.product.to_string(),
        version: review.version.to_string(),
        stage: review.stage.word().to_owned(),
        facilitator: review.facilitator.to_string(),
        begun: review.begun,
        objectives_met: review.objectives.iter().filter(is_met).count() as u64,
        objectives: review.objectives.len() as u64,
        open_actions: open.count() as u64,
    }
}

/// What is live now and was not looked back at.
/// The reviews that the plans of live releases want somebody to lead, and that nobody began.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn waiting_for(
    tx: &mut Tx,
    request: &Request,
    whose: Whose<'_>,
) -> Result<Vec<DueReviewView>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut due = due(tx, &mut sight).await?;
    due.retain(|it| {
        let lead: Option<Party> = it.lead.as_ref().and_then(|lead| lead.parse().ok());
        lead.is_some_and(|lead| is_asked(&lead, (request, whose)))
    });
    Ok(due)
}

/// Live releases that nobody looked back at, as far as they are seen, the most urgent first.
async fn due(tx: &mut Tx, sight: &mut Sight) -> Result<Vec<DueReviewView>, Error> {
    let live = live(tx).await?.into_iter();
    let mut due: Vec<DueReviewView> = live
        .filter(|it| sight.shows(&it.of.0))
        .map(|it| DueReviewView {
            product: it.of.0.to_string(),
            version: it.of.1.to_string(),
            live_since: it.since,
            lead: it.planned.as_ref().map(|(lead, _)| lead.to_string()),
            due: it.planned.map(|(_, due)| due),
        })
        .collect();
    due.sort_by_key(|it| (it.due.unwrap_or(Timestamp::MAX), it.live_since));
    Ok(due)
}

/// A live release that nobody looked back at.
struct Live {
    of: Of,
    since: Timestamp,
    /// Who leads its review by its plan, and when that is due.
    planned: Option<(Party, Timestamp)>,
}

/// The reviews that plans want somebody to lead and nobody began: of which release, who, and by when.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn to_lead(tx: &mut Tx) -> Result<Vec<(Of, Party, Timestamp)>, Error> {
    let live = live(tx).await?.into_iter();
    let planned = live.filter_map(|it| {
        let (lead, due) = it.planned?;
        Some((it.of, lead, due))
    });
    Ok(planned.collect())
}

async fn live(tx: &mut Tx) -> Result<Vec<Live>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let environments = tx.environments().await?;
    let mut all = Vec::new();
    for product in products {
        let live = path::of(&product, &environments).unwrap_or_default().pop();
        let Some(live) = live else { continue };
        let standing = standing_of(tx, (&product.name, &live), NEWEST).await?;
        let Some(deployment) = standing.last() else {
            continue;
        };
        let of = (&product.name, &deployment.release);
        let Some(since) = deployment.status.ended_at() else {
            continue;
        };
        if tx.review(of).await?.is_some() {
            continue;
        }
        let edition = tx.newest_plan(of).await?;
        all.push(Live {
            since,
            planned: edition.and_then(|it| planned(&it)),
            of: (of.0.clone(), of.1.clone()),
        });
    }
    Ok(all)
}

/// Who leads the review by a plan, and when it is due.
fn planned(edition: &PlanEdition) -> Option<(Party, Timestamp)> {
    let review = edition.plan.review.as_ref()?;
    let due = edition.plan.place(review.due, || "the review".to_owned());
    Some((review.lead.clone(), due.ok()?.timestamp()))
}
