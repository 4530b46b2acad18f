//! Retention: which artifacts go because nothing needs them any more and their time is over.

use super::{App, Error, Request, entry};
use futures::FutureExt;
use tidegate_domain::{
    access::Action,
    attachment::artifact_of_tag,
    catalog::{Kind, Product, Retention, Tagged},
};
use tidegate_protocol::api::RetiredView;
use tidegate_store::{Repository, Tx};

/// The most tags of a repository that are looked at.
const TAGS_MAX: u32 = 100_000;
/// How many are taken away at a time, so that nobody else waits long for the store.
const BATCH: usize = 100;

impl App {
    /// Takes away the tags that are over, or shows them.
    ///
    /// # Errors
    /// When the asker may not.
    pub async fn retention(
        &self,
        request: Request,
        dry_run: bool,
    ) -> Result<Vec<RetiredView>, Error> {
        let by = (!dry_run).then(|| request.actor.name.to_string());
        let rules = self.store.read(request, |tx, request| {
            async move {
                request.permit_at_large(tx, Action::ApplyCatalog).await?;
                rules(tx).await
            }
            .boxed()
        });
        self.retire(by.as_deref(), rules.await?).await
    }

    /// Takes away the tags that are over. Their artifacts go with the next collection of garbage.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn retire_artifacts(&self) -> Result<(), Error> {
        let rules = self.store.read((), |tx, ()| rules(tx).boxed()).await?;
        self.retire(Some("tidegate"), rules).await.map(drop)
    }

    /// What is over by these rules; gone, if it goes `by` somebody.
    async fn retire(
        &self,
        by: Option<&str>,
        rules: Vec<(Repository, Retention)>,
    ) -> Result<Vec<RetiredView>, Error> {
        let mut retired = Vec::new();
        for (repository, rule) in rules {
            let input = (repository.clone(), rule);
            let over = self
                .store
                .read(input, |tx, (repository, rule)| {
                    over(tx, repository, *rule).boxed()
                })
                .await?;
            let gone = match by {
                None => over,
                Some(by) => self.take_away(by, &repository, &over).await?,
            };
            retired.extend(gone.into_iter().map(|it| RetiredView {
                repository: repository.to_string(),
                tag: it.tag,
                digest: it.digest.to_string(),
                since: it.since,
            }));
        }
        Ok(retired)
    }

    /// Takes tags away, and answers which: not those that changed or came to be needed since they were looked at.
    async fn take_away(
        &self,
        by: &str,
        repository: &Repository,
        over: &[Tagged],
    ) -> Result<Vec<Tagged>, Error> {
        let mut gone = Vec::new();
        for some in over.chunks(BATCH) {
            let input = (by.to_owned(), repository.clone(), some.to_vec());
            let some = self.store.write(input, |tx, (by, repository, some)| {
                async move {
                    let mut gone = Vec::new();
                    for tag in some {
                        if take_away(tx, by, (repository, tag)).await? {
                            gone.push(tag.clone());
                        }
                    }
                    Ok::<_, Error>(gone)
                }
                .boxed()
            });
            gone.extend(some.await?);
        }
        Ok(gone)
    }
}

/// The repositories of which not everything is kept.
async fn rules(tx: &mut Tx) -> Result<Vec<(Repository, Retention)>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let mut rules = Vec::new();
    for product in products {
        let Some(rule) = product.retention else {
            continue;
        };
        rules.extend(product.components.iter().map(|component| {
            let repository = Repository::new(product.name.clone(), component.name.clone());
            (repository, rule)
        }));
    }
    Ok(rules)
}

async fn over(tx: &mut Tx, repository: &Repository, rule: Retention) -> Result<Vec<Tagged>, Error> {
    let tagged = tx.tagged(repository, TAGS_MAX).await?;
    let over = rule.over(&tagged, tx.now()).into_iter();
    let mut over: Vec<Tagged> = over.cloned().collect();
    for (orphan, artifact) in rule.orphans(&tagged, tx.now()) {
        if tx.manifest_in(repository, artifact).await?.is_none() {
            over.push(orphan.clone());
        }
    }
    Ok(over)
}

async fn take_away(
    tx: &mut Tx,
    by: &str,
    (repository, tag): (&Repository, &Tagged),
) -> Result<bool, Error> {
    if is_needed(tx, repository, tag).await? || !tx.record_tag_retired(repository, tag).await? {
        return Ok(false);
    }
    let subject = format!("artifact/{repository}@{}", tag.digest);
    let detail = serde_json::json!({ "tag": tag.tag, "since": tag.since });
    let entry = entry(tx, by, ("artifact.retired", &subject), &detail);
    tx.record_entry(&entry).await?;
    Ok(true)
}

/// Whether it is needed now: pinned, or about an artifact that has a tag.
async fn is_needed(tx: &mut Tx, repository: &Repository, tag: &Tagged) -> Result<bool, Error> {
    if tx.pin_reason(tag.digest).await?.is_some() {
        return Ok(true);
    }
    Ok(match artifact_of_tag(&tag.tag) {
        Some(artifact) => !tx.tags_of(repository, artifact).await?.is_empty(),
        None => false,
    })
}
