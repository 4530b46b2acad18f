//! Issues as they are listed and shown.

use super::{
    super::{App, Error, Request, hands::Hands, releases, talk},
    OF_RELEASE_MAX,
};
use crate::app::{field, tasks::WorkOf};
use futures::FutureExt;
use tidegate_domain::{
    access::{Action, Resource},
    id::IssueId,
    issue::{Issue, IssueState},
    name::Name,
    planning::Party,
    talk::Subject,
    version::Version,
};
use tidegate_protocol::api::{HappenedView, IssueView, IssuesView};
use tidegate_store::Tx;

/// The most issues that are listed, of all that are open.
const LISTED_MAX: u64 = 1_000;

impl App {
    /// The issues that are open, as far as they are seen, the worst first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn issues(&self, request: &Request) -> Result<IssuesView, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    let mut sight = request.sight(tx).await?;
                    let mut issues = tx.issues(true, LISTED_MAX).await?;
                    issues.retain(|it| sight.shows(&it.product));
                    Ok(listed(&issues))
                }
                .boxed()
            })
            .await
    }

    /// The issues of a release: those that are open, the worst first, then those that are over.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn issues_of(
        &self,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<IssuesView, Error> {
        let of: (Name, Version) = (field("product", product)?, field("version", version)?);
        self.store
            .read(
                (request.clone(), of),
                |tx, (request, (product, version))| {
                    async move {
                        request.permit_product(tx, Action::Read, product).await?;
                        releases::find(tx, product, version).await?;
                        let mut issues = tx.issues_of((product, version), OF_RELEASE_MAX).await?;
                        issues.sort_by_key(|it| {
                            let worst = std::cmp::Reverse((it.state.is_open(), it.severity));
                            (worst, it.id)
                        });
                        Ok(listed(&issues))
                    }
                    .boxed()
                },
            )
            .await
    }

    /// One issue, with what was said about it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn issue(&self, request: &Request, id: IssueId) -> Result<IssueView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let issue = found(tx, request, (Action::Read, *id)).await?;
                    with_comments(tx, &issue).await
                }
                .boxed()
            })
            .await
    }
}

/// An issue about which whoever asks may do that.
pub(in crate::app) async fn found(
    tx: &mut Tx,
    request: &Request,
    (action, id): (Action, IssueId),
) -> Result<Issue, Error> {
    let missing = || {
        Error::not_found("issue-not-found", "issue", id)
            .hint("`tidegate issue list` shows those that are open")
    };
    let issue = tx.issue(id).await?.ok_or_else(missing)?;
    let resource = Resource::product(issue.product.clone());
    request.permit(tx, (action, &resource), missing).await?;
    Ok(issue)
}

/// The open issues that are somebody's to see to.
pub(in crate::app) async fn waiting_for(
    tx: &mut Tx,
    request: &Request,
    of: &WorkOf,
) -> Result<Vec<IssueView>, Error> {
    let mut sight = request.sight(tx).await?;
    let hands = Hands::of(tx, request).await?;
    let mut issues = tx.issues(true, LISTED_MAX).await?;
    issues.retain(|it| {
        let is_asked = match of {
            WorkOf::Mine => match it.state.at_it() {
                Some(person) => hands.are_for(person),
                None => hands.hold(&it.owner, None),
            },
            WorkOf::Team(team) => it.owner == Party::Team(team.clone()),
            WorkOf::All => true,
        };
        is_asked && sight.shows(&it.product)
    });
    Ok(issues.iter().map(view).collect())
}

/// An issue as it is shown, without what was said about it.
pub(in crate::app) fn view(issue: &Issue) -> IssueView {
    let happened = |it: &tidegate_domain::issue::Happened| HappenedView {
        by: it.by.to_string(),
        at: it.at,
        told: it.what.told(),
    };
    IssueView {
        id: issue.id.0,
        product: issue.product.to_string(),
        version: issue.version.to_string(),
        deployment: issue.deployment.map(|it| it.0),
        title: issue.title.to_string(),
        description: issue.description.to_string(),
        severity: issue.severity.to_string(),
        owner: issue.owner.to_string(),
        by: issue.by.to_string(),
        at: issue.at,
        state: issue.state.word().to_owned(),
        told: issue.state.to_string(),
        open: issue.state.is_open(),
        past: issue.past.iter().map(happened).collect(),
        comments: Vec::new(),
    }
}

/// An issue with what was said about it.
pub(super) async fn with_comments(tx: &mut Tx, issue: &Issue) -> Result<IssueView, Error> {
    Ok(IssueView {
        comments: talk::comments(tx, &Subject::Issue(issue.id)).await?,
        ..view(issue)
    })
}

fn listed(issues: &[Issue]) -> IssuesView {
    let open = issues.iter().filter(|it| it.state.is_open());
    let (mut count, mut started) = (0, 0);
    for issue in open {
        count += 1;
        started += usize::from(matches!(issue.state, IssueState::Started { .. }));
    }
    let over = issues.len() - count;
    let open = match (count, started) {
        (0, _) => "No issue is open".to_owned(),
        (1, 0) => "1 issue is open, and nobody is at it".to_owned(),
        (1, _) => "1 issue is open, and somebody is at it".to_owned(),
        (many, 0) => format!("{many} issues are open, and nobody is at them"),
        (many, at_it) => format!("{many} issues are open; somebody is at {at_it} of them"),
    };
    let over = match over {
        0 => String::new(),
        1 => "; 1 is over".to_owned(),
        many => format!("; {many} are over"),
    };
    IssuesView {
        sentence: format!("{open}{over}."),
        issues: issues.iter().map(view).collect(),
    }
}
