//! All reviews, what is due, and what comes up again and again.

use super::{
    super::{App, Error, Request, SharedApp, request::Sight, rollback::standing_of},
    shown::MOST,
    since, views,
};
use futures::FutureExt;
use tidegate_domain::{
    catalog::{Kind, Product, path},
    planning::Task,
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
async fn due(tx: &mut Tx, sight: &mut Sight) -> Result<Vec<DueReviewView>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let environments = tx.environments().await?;
    let mut due = Vec::new();
    for product in products.iter().filter(|it| sight.shows(&it.name)) {
        let live = path::of(product, &environments).unwrap_or_default().pop();
        let Some(live) = live else { continue };
        let standing = standing_of(tx, (&product.name, &live), NEWEST).await?;
        let Some(deployment) = standing.last() else {
            continue;
        };
        let of = (&product.name, &deployment.release);
        let Some(live_since) = deployment.status.ended_at() else {
            continue;
        };
        if tx.review(of).await?.is_none() {
            due.push(DueReviewView {
                product: product.name.to_string(),
                version: deployment.release.to_string(),
                live_since,
            });
        }
    }
    due.sort_by_key(|it| it.live_since);
    Ok(due)
}
