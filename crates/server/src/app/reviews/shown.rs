//! A review as somebody sees it.

use super::{
    super::{App, Error, Request, SharedApp, field, releases},
    Of,
    deeds::{compiled, objectives},
    past::past,
    since, views,
};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    planning::Task,
    review::{Report, Review, Stage, participants, themes},
};
use tidegate_protocol::api::ReviewView;
use tidegate_store::Tx;

/// The most reviews and actions that are looked through for what comes up again.
pub(super) const MOST: u64 = 2_000;

impl App {
    /// The review of a release, begun or not: what happened, and what people make of it.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn review(
        self: &SharedApp,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<ReviewView, Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        self.store
            .read((request.clone(), of), |tx, (request, of)| {
                async move {
                    request.permit_product(tx, Action::Read, &of.0).await?;
                    view(tx, request, of).await
                }
                .boxed()
            })
            .await
    }
}

/// A review as whoever asks sees it.
async fn view(tx: &mut Tx, request: &Request, of: &Of) -> Result<ReviewView, Error> {
    let (product, version) = (&of.0, &of.1);
    let release = releases::find(tx, product, version).await?;
    let past = past(tx, release).await?;
    let review = tx.review((product, version)).await?;
    let report = match &review {
        Some(review) => kept(tx, of, review).await?,
        None => None,
    };
    let report = match report {
        Some(report) => report,
        None => Report::of(&past, tx.now()),
    };
    let report = without_unseen(tx, request, report).await?;
    // Of what is over only what was found counts.
    let planned = match &review {
        Some(review) if review.stage.is_closed() => Vec::new(),
        Some(_) | None => objectives(tx, of).await?,
    };
    let mut tasks = tx.tasks_of((product, version)).await?;
    tasks.retain(|task| !task.is_for_release());
    let again = match &review {
        Some(review) if review.groups.iter().any(|it| it.theme.is_some()) => {
            heard(tx, request, review).await?
        }
        Some(_) | None => Vec::new(),
    };
    let seen = review.as_ref().map(|it| it.seen_by(&request.actor.name));
    Ok(ReviewView {
        product: product.to_string(),
        version: version.to_string(),
        stage: stage(review.as_ref()).to_owned(),
        next: next(review.as_ref(), of),
        report: views::report(&report),
        objectives: views::objectives(&planned, review.as_ref()),
        participants: views::participants(&participants(&past), review.as_ref()),
        retrospective: seen.map(|it| views::retrospective(&it, &request.actor.name, &again)),
        actions: since::actions(tx, &tasks).await?,
    })
}

/// The report without the trains that whoever asks may not see: those with a member that they may not see.
async fn without_unseen(
    tx: &mut Tx,
    request: &Request,
    mut report: Report,
) -> Result<Report, Error> {
    let mut sight = request.sight(tx).await?;
    let mut seen = Vec::with_capacity(report.trains.len());
    for ride in report.trains {
        let train = tx.train(&ride.train).await?;
        if train.is_none_or(|it| it.products().into_iter().all(|it| sight.shows(it))) {
            seen.push(ride);
        }
    }
    report.trains = seen;
    Ok(report)
}

/// The report that was in front of people when they closed it.
async fn kept(tx: &mut Tx, of: &Of, review: &Review) -> Result<Option<Report>, Error> {
    let Stage::Closed { report, .. } = review.stage else {
        return Ok(None);
    };
    match tx.review_report((&of.0, &of.1), report).await? {
        Some(report) => Ok(Some(report)),
        None => Ok(Some(compiled(tx, of).await?)),
    }
}

/// What comes up in this review and came up before it, in those that whoever asks may see.
async fn heard(
    tx: &mut Tx,
    request: &Request,
    review: &Review,
) -> Result<Vec<(tidegate_domain::name::Name, String)>, Error> {
    let mut sight = request.sight(tx).await?;
    let mut earlier = tx.reviews(MOST).await?;
    earlier.retain(|it| it.begun <= review.begun && sight.shows(&it.product));
    let mut actions: Vec<Task> = tx.actions(MOST).await?;
    actions.retain(|task| sight.shows(&task.product));
    let themes = themes(&earlier, &actions);
    let own = |name: &_| {
        review
            .groups
            .iter()
            .any(|it| it.theme.as_ref() == Some(name))
    };
    let named = themes.into_iter().filter(|it| own(&it.name));
    Ok(named
        .map(|it| (it.name.clone(), views::again(&it)))
        .collect())
}

pub(in crate::app) fn stage(review: Option<&Review>) -> &'static str {
    review.map_or("none", |it| it.stage.word())
}

fn next(review: Option<&Review>, (product, version): &Of) -> String {
    match review {
        Some(review) => review.stage.hint().to_owned(),
        None => format!("begin it: `tidegate review begin {product} {version}`"),
    }
}
