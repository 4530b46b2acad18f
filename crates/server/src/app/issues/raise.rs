//! Raising an issue.

use super::{
    super::{App, Error, Kind, Request, field, optional, planning, releases, talk},
    OF_RELEASE_MAX, subject, view,
};
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    control::Severity,
    id::DeploymentId,
    issue::{Issue, IssueState},
    name::Name,
    planning::Party,
    talk::Subject,
    text::{Line, Paragraphs},
    version::Version,
};
use tidegate_protocol::api::{IssueRequest, IssueView};
use tidegate_store::Tx;

struct Wanted {
    release: Option<(Name, Version)>,
    deployment: Option<DeploymentId>,
    title: Line,
    description: Paragraphs,
    severity: Severity,
    owner: Option<Party>,
}

impl App {
    /// Raises an issue against a release, or against a deployment of it.
    ///
    /// # Errors
    /// When a field makes no sense, or there is no such release or deployment.
    pub async fn raise_issue(
        &self,
        request: Request,
        wanted: &IssueRequest,
    ) -> Result<IssueView, Error> {
        let wanted = Wanted::read(wanted)?;
        let view = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                raise(tx, request, wanted).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(view)
    }
}

impl Wanted {
    fn read(wanted: &IssueRequest) -> Result<Self, Error> {
        let product: Option<Name> = optional("product", wanted.product.as_deref())?;
        let version: Option<Version> = optional("version", wanted.version.as_deref())?;
        let deployment = wanted.deployment.map(DeploymentId);
        let release = match (product, version, deployment) {
            (Some(product), Some(version), _) => Some((product, version)),
            (None, None, Some(_)) => None,
            (_, _, _) => {
                let why = "name a product and the version of its release, or a deployment";
                return Err(Error::invalid("product", why));
            }
        };
        let title = Line::of(at_most("title", &wanted.title, 200)?);
        if title.is_empty() {
            return Err(Error::invalid("title", "say in a line what is wrong"));
        }
        Ok(Self {
            release,
            deployment,
            title,
            description: Paragraphs::of(at_most("description", &wanted.description, 4_000)?),
            severity: field("severity", &wanted.severity)?,
            owner: optional("owner", wanted.owner.as_deref())?,
        })
    }
}

/// A text that is kept as it is, not cut.
pub(in crate::app) fn at_most<'a>(
    name: &'static str,
    text: &'a str,
    most: usize,
) -> Result<&'a str, Error> {
    match text.chars().count() <= most {
        true => Ok(text),
        false => Err(Error::invalid(
            name,
            format!("it is longer than {most} characters"),
        )),
    }
}

async fn raise(tx: &mut Tx, request: &Request, wanted: &Wanted) -> Result<IssueView, Error> {
    let (product, version) = release_of(tx, request, wanted).await?;
    request
        .permit_product(tx, Action::RaiseIssue, &product)
        .await?;
    releases::find(tx, &product, &version).await?;
    let known = tx.issues_of((&product, &version), OF_RELEASE_MAX).await?;
    if known.len() as u64 >= OF_RELEASE_MAX {
        let detail = format!("release {version} of {product} has {OF_RELEASE_MAX} issues");
        return Err(Error::refused(Kind::NotReady, "too-many-issues", detail)
            .hint("say what is left in a comment: `tidegate comment add release/…`"));
    }
    let owner = match &wanted.owner {
        Some(owner) => owner.clone(),
        None => Party::Team(releases::find_product(tx, &product).await?.team),
    };
    // A team that owns a product without being declared is as good as any other name.
    if wanted.owner.is_some() {
        planning::check_party(tx, &owner).await?;
    }
    let me = request.actor.name.clone();
    let issue = Issue {
        id: tx.next_issue().await?,
        product,
        version,
        deployment: wanted.deployment,
        title: wanted.title.clone(),
        description: wanted.description.clone(),
        severity: wanted.severity,
        raised_as: wanted.severity,
        owner,
        by: me.clone(),
        at: tx.now(),
        state: IssueState::Open,
        past: Vec::new(),
    };
    tx.record_issue(&issue).await?;
    let detail = json!({ "title": issue.title, "severity": issue.severity, "owner": issue.owner,
        "release": format!("{} {}", issue.product, issue.version), "deployment": issue.deployment });
    request
        .journal(tx, "issue.raised", &subject(issue.id), &detail)
        .await?;
    let about = Subject::Issue(issue.id);
    tx.follow((&about, &me), true, false).await?;
    // Who follows a release follows what is wrong with it.
    let release = Subject::Release(issue.product.clone(), issue.version.clone());
    for person in tx.followers(&release).await? {
        tx.follow((&about, &person), true, false).await?;
    }
    let line = format!(
        "raised issue {}, {}: {}",
        issue.id, issue.severity, issue.title
    );
    let told = talk::Told {
        subject: &about,
        line: &line,
        given: &talk::people_of(tx, request, &issue.owner).await?,
        text: issue.description.as_str(),
    };
    talk::tell(tx, request, &told).await?;
    Ok(view(&issue))
}

async fn release_of(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<(Name, Version), Error> {
    let Some(id) = wanted.deployment else {
        let missing = || Error::invalid("product", "name a product");
        return wanted.release.clone().ok_or_else(missing);
    };
    let missing = || Error::not_found("deployment-not-found", "deployment", id);
    let deployment = tx.deployment(id).await?.ok_or_else(missing)?;
    request
        .permit_deployment(tx, Action::Read, &deployment)
        .await?;
    let of = (deployment.product, deployment.release);
    match &wanted.release {
        Some(named) if *named != of => {
            let (product, version) = of;
            let why = format!("deployment {id} is of release {version} of {product}");
            Err(Error::invalid("deployment", why))
        }
        Some(_) | None => Ok(of),
    }
}
