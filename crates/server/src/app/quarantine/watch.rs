//! Tells the journal what went into quarantine and what left it. It decides nothing: it looks at what anybody would be
//! answered.

use super::{
    super::{App, Error, Gate, entry},
    Nature, attached_to, stops,
};
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use tidegate_domain::{control::Stop, digest::Digest};
use tidegate_store::{Repository, Tx};

/// Artifacts looked at in one transaction.
const BATCH: u64 = 100;
/// Time alone changes what holds, so all is looked at again after this.
const ANEW_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// When all was looked at last, and what it rested on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    by: (i64, i64),
    at: Timestamp,
}

/// An artifact of which the journal is to be told.
type Found = (Repository, Digest);

impl App {
    /// Looks at every artifact if anything was pushed, changed or grown old since `last`; answers when it looked.
    ///
    /// # Errors
    /// When the store fails; the next look finds what was missed.
    pub(crate) async fn watch_quarantine(
        &self,
        last: Option<Seen>,
        pushed: bool,
    ) -> Result<Option<Seen>, Error> {
        let now = self.store.read(self.gate.clone(), |tx, gate| {
            async move {
                let is_marked = gate.controls(tx).await?.any_quarantines();
                let concerns = is_marked || tx.has_quarantined().await?;
                let by = (tx.catalog_changes().await?, tx.trust_changes().await?);
                let at = tx.now();
                Ok::<_, Error>(concerns.then_some(Seen { by, at }))
            }
            .boxed()
        });
        let Some(now) = now.await? else {
            return Ok(last);
        };
        let is_fresh = |last: Seen| last.by == now.by && now.at < last.at + ANEW_AFTER;
        if !pushed && last.is_some_and(is_fresh) {
            return Ok(last);
        }
        let mut after = None;
        loop {
            let input = (self.gate.clone(), after);
            let (found, end) = self
                .store
                .read(input, |tx, (gate, after)| {
                    slice(tx, gate, after.as_ref()).boxed()
                })
                .await?;
            if !found.is_empty() {
                let input = (self.gate.clone(), found);
                self.store
                    .write(input, |tx, (gate, found)| tell(tx, gate, found).boxed())
                    .await?;
                self.bus.announce();
            }
            after = end;
            if after.is_none() {
                return Ok(Some(now));
            }
        }
    }
}

/// Those of the next artifacts of which the journal says something else, and the last of all that were looked at, if there
/// may be more.
async fn slice(
    tx: &mut Tx,
    gate: &Gate,
    after: Option<&Found>,
) -> Result<(Vec<Found>, Option<Found>), Error> {
    let next = tx.whole_artifacts_after(after, BATCH).await?;
    let mut changed = Vec::new();
    for (of, digest) in &next {
        if news(tx, gate, (of, *digest)).await?.is_some() {
            changed.push((of.clone(), *digest));
        }
    }
    let is_full = next.len() as u64 == BATCH;
    Ok((changed, next.into_iter().last().filter(|_| is_full)))
}

/// What keeps it in quarantine, or nothing, where the journal says something else.
async fn news(
    tx: &mut Tx,
    gate: &Gate,
    (of, digest): (&Repository, Digest),
) -> Result<Option<Arc<[Stop]>>, Error> {
    let stops = match attached_to(tx, of, digest).await? {
        Nature::Artifact => stops(tx, gate, (of, digest)).await?,
        Nature::Evidence(_) | Nature::Blob => return Ok(None),
    };
    let told = tx.quarantined(of, digest).await?;
    let was_held = told.is_some_and(|told| !told.stops.is_empty());
    Ok((was_held == stops.is_empty()).then_some(stops))
}

/// Another server may have told it meanwhile, so it is looked at again.
async fn tell(tx: &mut Tx, gate: &Gate, found: &[Found]) -> Result<(), Error> {
    for (of, digest) in found {
        let Some(stops) = news(tx, gate, (of, *digest)).await? else {
            continue;
        };
        tx.record_quarantine(of, *digest, &stops).await?;
        let action = match stops.is_empty() {
            true => "artifact.quarantine_left",
            false => "artifact.quarantined",
        };
        let subject = format!("artifact/{of}@{digest}");
        let lacks: Vec<String> = stops.iter().map(ToString::to_string).collect();
        let detail = serde_json::json!({ "lacks": lacks });
        let entry = entry(tx, "tidegate", (action, &subject), &detail);
        tx.record_entry(&entry).await?;
    }
    Ok(())
}
