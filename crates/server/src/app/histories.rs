//! Histories: after a backup was put back nobody is told anything, until a person has looked at what would become of it and
//! lets the server go on in a new history.
//!
//! Nothing goes back by itself then. Targets that do as the record says are told the same under the new number; all others keep what
//! they run, and hear of the server again with the next deployment to them, which goes on from there
//! ([`super::present`]). Deployments that were under way end.

mod begin;
mod places;

use super::{App, Error, Request, observed, steer};
use begin::{Wanted, begin};
use futures::FutureExt;
use places::{Place, places};
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    generation::{BackupMark, Beginning},
    revision::RevisionId,
};
use tidegate_protocol::api::{
    BackupMarkView, BeginningView, HistoryRequest, HistoryView, Standing,
};
use tidegate_store::Tx;

impl App {
    /// The present history, and what would become of each target in another one.
    ///
    /// # Errors
    /// When whoever asks may not.
    pub async fn history(&self, request: &Request) -> Result<HistoryView, Error> {
        let read = self.store.read(request.clone(), |tx, request| {
            async move {
                request.permit_at_large(tx, Action::BeginHistory).await?;
                let restored = tx.restored().await?;
                let beginning = tx.beginning().await?;
                let found = places(tx).await?;
                view(tx, (beginning, restored), &found).await
            }
            .boxed()
        });
        read.await
    }

    /// Begins another history, in which targets are told what they run already, and nothing else.
    ///
    /// # Errors
    /// When whoever asks may not, or gives no reason.
    pub async fn begin_history(
        &self,
        request: Request,
        wanted: &HistoryRequest,
    ) -> Result<HistoryView, Error> {
        let reason = steer::read_reason(&wanted.reason)?;
        if reason.is_empty() {
            return Err(Error::invalid(
                "reason",
                "say why: agents and the journal keep it",
            ));
        }
        let wanted = Wanted {
            reason,
            end_tokens: wanted.end_tokens,
            leave_silent: wanted.leave_silent,
        };
        let (beginning, found) = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                begin(tx, request, wanted).boxed()
            })
            .await?;
        self.standstill.set(false);
        self.bus.wake_engine();
        self.tell_again(&found).await;
        let read = self.store.read(beginning, |tx, beginning| {
            async move {
                let found = places(tx).await?;
                view(tx, (Some(beginning.clone()), None), &found).await
            }
            .boxed()
        });
        read.await
    }

    /// Tells who follows the same again, each by itself: the history has begun, and whoever is missed here is told with its next
    /// report.
    async fn tell_again(&self, places: &[Place]) {
        for place in places {
            let input = (place.target.clone(), place.product.clone());
            let told = self
                .store
                .write(input, |tx, (key, product)| {
                    observed::follow(tx, key, product).boxed()
                })
                .await;
            match told {
                Ok(told) => told.iter().for_each(|key| self.bus.wake_target(key)),
                Err(error) => tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    target = %place.target,
                    "incarnation.not_told_again"
                ),
            }
        }
    }
}

async fn view(
    tx: &mut Tx,
    (beginning, restored): (Option<Beginning>, Option<BackupMark>),
    places: &[Place],
) -> Result<HistoryView, Error> {
    let silent = tx.unheard().await?;
    let revisions = places.iter().flat_map(|it| it.revisions());
    let names = releases_of(tx, revisions).await?;
    let (follow, others): (Vec<_>, Vec<_>) = places
        .iter()
        .partition(|it| it.standing() == Standing::Follows);
    let number = beginning.as_ref().map(|it| it.incarnation);
    Ok(HistoryView {
        incarnation: number.unwrap_or_default().0,
        beginning: beginning.map(|it| BeginningView {
            by: it.by.to_string(),
            reason: it.reason,
            at: it.at,
            backup: it.backup.as_ref().map(mark),
        }),
        restored: restored.as_ref().map(mark),
        follow: follow.len() as u64,
        others: others.iter().map(|it| it.view(&names)).collect(),
        silent: silent.iter().map(ToString::to_string).collect(),
    })
}

/// Which release each revision was made from, as far as the record knows.
async fn releases_of(
    tx: &mut Tx,
    revisions: impl Iterator<Item = RevisionId> + Send,
) -> Result<BTreeMap<RevisionId, String>, Error> {
    let mut names = BTreeMap::new();
    for id in revisions {
        if names.contains_key(&id) {
            continue;
        }
        let known = tx.revision(id).await?;
        let name = known.map_or_else(
            || "a revision that this record does not know".to_owned(),
            |it| it.release.to_string(),
        );
        names.insert(id, name);
    }
    Ok(names)
}

fn mark(mark: &BackupMark) -> BackupMarkView {
    BackupMarkView {
        made_at: mark.made_at,
        entries: mark.entries,
        root: mark.root.to_string(),
    }
}
