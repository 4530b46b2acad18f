//! Parts of bills of materials, looked for: "where do we run log4j-core 2.14?"

use super::{App, Error, Kind, Request, artifacts};
use futures::FutureExt;
use tidegate_protocol::api::{BillPartView, BillPartsView};
use tidegate_store::{FoundPart, Tx};
use tidegate_trust::bill::{Part, Query, matches};

/// The most parts that are listed.
const LISTED_MAX: usize = 500;
/// How many candidates are read at a time.
const BATCH: u64 = 500;

impl App {
    /// The parts that a question means, with the artifacts that they are in and where those run.
    ///
    /// # Errors
    /// When it is no question about parts.
    pub async fn bill_parts(
        &self,
        request: &Request,
        question: &str,
    ) -> Result<BillPartsView, Error> {
        let query: Query = question.parse().map_err(|why| {
            Error::refused(Kind::BadRequest, "question", format!("{why}"))
                .hint("for instance `log4j-core 2.14`, `openssl <3.0.7` or `npm:lodash >=4`")
        })?;
        self.store
            .read((request.clone(), query), |tx, (request, query)| {
                look(tx, request, query).boxed()
            })
            .await
    }
}

async fn look(tx: &mut Tx, request: &Request, query: &Query) -> Result<BillPartsView, Error> {
    let mut sight = request.sight(tx).await?;
    let key = query.key();
    let mut found: Vec<(FoundPart, Part)> = Vec::new();
    let mut after: Option<FoundPart> = None;
    let more = loop {
        let some = tx.bill_parts(&key, after.as_ref(), BATCH).await?;
        let Some(last) = some.last() else { break false };
        after = Some(last.clone());
        for it in some {
            let part: Option<Part> = serde_json::from_str(&it.text).ok();
            let part = part.filter(|part| matches(query, part));
            let seen = part.filter(|_| sight.shows(&it.repository.product));
            found.extend(seen.map(|part| (it, part)));
        }
        if found.len() > LISTED_MAX {
            break true;
        }
    };
    found.truncate(LISTED_MAX);
    let running = artifacts::running(tx, None).await?;
    let mut parts = Vec::with_capacity(found.len());
    for (it, part) in found {
        let runs = running.get(&(it.repository.clone(), it.artifact));
        parts.push(BillPartView {
            name: part.name,
            version: part.version,
            purl: part.purl.map(|purl| purl.to_string()),
            repository: it.repository.to_string(),
            digest: it.artifact.to_string(),
            tags: tx.tags_of(&it.repository, it.artifact).await?,
            runs: runs.cloned().unwrap_or_default(),
        });
    }
    parts.sort_by_key(|part| part.runs.is_empty());
    Ok(BillPartsView { parts, more })
}
