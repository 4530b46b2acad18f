//! What people decide about the changes of a release.

use super::super::{App, Error, Kind as Refusal, Request, field, optional, releases};
use crate::sources::Unread;
use futures::FutureExt;
use serde_json::json;
use tidegate_domain::{
    access::Action,
    name::Name,
    scope::{Act, Adjustment, ChangeRef, Commit, CommitPrefix, Decision, Kind},
    version::Version,
};
use tidegate_protocol::api::AdjustmentRequest;
use tidegate_store::Tx;

/// A release.
type Of = (Name, Version);

/// What is done, before its commit is read.
#[derive(Debug, Clone)]
enum Asked {
    TakeOut(ChangeRef),
    Add(CommitPrefix, Option<Name>),
    Write(Name, Kind, String),
}

impl App {
    /// Takes a change out of a release, adds one, or writes one down, with a reason.
    ///
    /// # Errors
    /// When the release does not exist, the commit cannot be found, or no reason is given.
    pub async fn adjust_scope(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &AdjustmentRequest,
    ) -> Result<(), Error> {
        let of: Of = (field("product", product)?, field("version", version)?);
        let asked = asked(wanted)?;
        let act = match asked {
            Asked::TakeOut(change) => Act::TakeOut(change),
            Asked::Write(name, kind, description) => Act::write(name, kind, &description)
                .map_err(|why| Error::invalid("description", why))?,
            Asked::Add(commit, component) => {
                let commit = self.find_commit(&request, &of, (commit, component)).await?;
                Act::Add(Box::new(commit))
            }
        };
        let input = (request, of, act, wanted.reason.clone());
        self.store
            .write(input, |tx, (request, of, act, reason)| {
                keep(tx, request, of, (act, reason)).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }

    /// The commit of that name in the source of a component, or of the only one that knows it.
    async fn find_commit(
        &self,
        request: &Request,
        (product, _): &Of,
        (commit, component): (CommitPrefix, Option<Name>),
    ) -> Result<Commit, Error> {
        let input = (request.clone(), product.clone(), component);
        let repositories = self.store.read(input, |tx, (request, product, component)| {
            async move {
                request
                    .permit_product(tx, Action::PlanRelease, product)
                    .await?;
                repositories(tx, product, component.as_ref()).await
            }
            .boxed()
        });
        let mut last: Option<Unread> = None;
        for repository in repositories.await? {
            let found = self.sources.commit(repository, commit.to_string()).await;
            match found {
                Ok(commit) => return Ok(commit),
                Err(why) => last = Some(why),
            }
        }
        let last = last.unwrap_or_else(|| {
            Unread::new(
                "no component says where its history is read",
                "declare `source:` with a `repository:` for it, or write the change down: `tidegate release scope write`",
            )
        });
        Err(Error::refused(Refusal::NotFound, "commit-not-found", last.why).hint(last.hint))
    }
}

fn asked(wanted: &AdjustmentRequest) -> Result<Asked, Error> {
    let change: Result<ChangeRef, _> = wanted.change.parse();
    let change = change.map_err(|why| Error::invalid("change", why))?;
    match (wanted.act.as_str(), change) {
        ("take-out", change) => Ok(Asked::TakeOut(change)),
        ("add", ChangeRef::Commit(commit)) => Ok(Asked::Add(
            commit,
            optional("component", wanted.component.as_deref())?,
        )),
        ("add", ChangeRef::Written(_)) => Err(Error::invalid(
            "change",
            "to add is to name a commit; what no commit brings is written down: `write`",
        )),
        ("write", ChangeRef::Written(name)) => {
            let kind = kind(wanted.kind.as_deref().unwrap_or("other"))?;
            let description = wanted.description.clone().unwrap_or_default();
            Ok(Asked::Write(name, kind, description))
        }
        ("write", ChangeRef::Commit(_)) => Err(Error::invalid(
            "change",
            "a change that is written down gets a name, such as `+banner`",
        )),
        (other, _) => Err(Error::invalid(
            "act",
            format!("`{other}` is nothing to do with a change: take take-out, add or write"),
        )),
    }
}

fn kind(word: &str) -> Result<Kind, Error> {
    let read: Result<Kind, _> = serde_json::from_value(json!(word));
    read.map_err(|_| {
        let why = format!(
            "`{word}` is no kind of change: take feature, fix, performance, operations, documentation, refactoring, test, build or other"
        );
        Error::invalid("kind", why)
    })
}

async fn repositories(
    tx: &mut Tx,
    product: &Name,
    component: Option<&Name>,
) -> Result<Vec<String>, Error> {
    let declared = releases::find_product(tx, product).await?;
    let is_meant = |name: &Name| component.is_none_or(|it| it == name);
    let mut found: Vec<String> = declared
        .components
        .iter()
        .filter(|it| is_meant(&it.name))
        .filter_map(|it| Some(it.source.as_ref()?.repository().to_owned()))
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

async fn keep(
    tx: &mut Tx,
    request: &Request,
    (product, version): &Of,
    (act, reason): (&Act, &str),
) -> Result<(), Error> {
    request
        .permit_product(tx, Action::PlanRelease, product)
        .await?;
    releases::find(tx, product, version).await?;
    let decision = Decision::new(reason, request.actor.name.clone(), tx.now());
    let adjustment = Adjustment {
        act: act.clone(),
        decision: decision.map_err(|why| Error::invalid("reason", why))?,
    };
    tx.record_adjustment((product, version), &adjustment)
        .await?;
    let subject = format!("release/{product}/{version}");
    request
        .journal(tx, "release.scope_adjusted", &subject, &adjustment)
        .await?;
    Ok(())
}
