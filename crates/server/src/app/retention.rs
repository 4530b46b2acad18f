//! Retention: which artifacts go because nothing needs them any more and their time is over.

use super::{App, Error, Request, entry};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    catalog::{Kind, Product, Retention, Tagged},
};
use tidegate_protocol::api::RetiredView;
use tidegate_store::{Repository, Tx};

/// The most tags of a repository that are looked at.
const TAGS_MAX: u32 = 100_000;

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
        let input = (request, dry_run);
        if dry_run {
            self.store
                .read(input, |tx, input| asked(tx, input).boxed())
                .await
        } else {
            self.store
                .write(input, |tx, input| asked(tx, input).boxed())
                .await
        }
    }

    /// Takes away the tags that are over. Their artifacts go with the next collection of garbage.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn retire_artifacts(&self) -> Result<(), Error> {
        self.store
            .write((), |tx, ()| {
                async move { retire(tx, "tidegate", false).await.map(drop) }.boxed()
            })
            .await
    }
}

async fn asked(
    tx: &mut Tx,
    (request, dry_run): &(Request, bool),
) -> Result<Vec<RetiredView>, Error> {
    request.permit_at_large(tx, Action::ApplyCatalog).await?;
    retire(tx, request.actor.name.as_str(), *dry_run).await
}

async fn retire(tx: &mut Tx, by: &str, dry_run: bool) -> Result<Vec<RetiredView>, Error> {
    let products: Vec<Product> = tx.documents(Kind::Product).await?;
    let mut retired = Vec::new();
    for product in products {
        let Some(rule) = product.retention else {
            continue;
        };
        for component in &product.components {
            let repository = Repository {
                product: product.name.clone(),
                component: component.name.clone(),
            };
            for tag in over(tx, &repository, rule).await? {
                if !dry_run {
                    take_away(tx, by, (&repository, &tag)).await?;
                }
                retired.push(RetiredView {
                    repository: repository.to_string(),
                    tag: tag.tag,
                    digest: tag.digest.to_string(),
                    since: tag.since,
                });
            }
        }
    }
    Ok(retired)
}

async fn over(tx: &mut Tx, repository: &Repository, rule: Retention) -> Result<Vec<Tagged>, Error> {
    let tagged = tx.tagged_manifests(repository, TAGS_MAX).await?;
    let mut tags = Vec::with_capacity(tagged.len());
    // What an index names is needed with it.
    let mut needed = BTreeMap::new();
    for it in tagged {
        let digest = it.manifest.digest;
        if let std::collections::btree_map::Entry::Vacant(unknown) = needed.entry(digest) {
            unknown.insert(tx.pin_reason(digest).await?.is_some());
        }
        tags.push(Tagged {
            tag: it.tag,
            digest,
            since: it.moved_at,
            is_needed: needed.get(&digest).copied().unwrap_or_default(),
        });
    }
    Ok(rule.over(&tags, tx.now()).into_iter().cloned().collect())
}

async fn take_away(
    tx: &mut Tx,
    by: &str,
    (repository, tag): (&Repository, &Tagged),
) -> Result<(), Error> {
    let name = tag
        .tag
        .parse()
        .map_err(|why| Error::Broken(format!("tag {}: {why}", tag.tag)))?;
    tx.record_tag_deleted(repository, &name).await?;
    let subject = format!("artifact/{repository}@{}", tag.digest);
    let detail = serde_json::json!({ "tag": tag.tag, "since": tag.since });
    let entry = entry(tx, by, ("artifact.retired", &subject), &detail);
    Ok(tx.record_entry(&entry).await?)
}
