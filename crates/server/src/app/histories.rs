//! Histories: after a backup was put back nobody is told anything, until a person has looked at what would become of it and
//! lets the server go on in a new history.
//!
//! Nothing goes back by itself then. Targets that do as the record says are told the same under the new number; all others keep what
//! they run, and hear of the server again with the next deployment to them. Deployments that were under way are paused.

use super::{App, Error, Kind, Request, steer};
use futures::FutureExt;
use std::collections::BTreeMap;
use tidegate_domain::{
    access::Action,
    converge::DesiredState,
    deployment::{Event, facts::Report},
    generation::{BackupMark, Beginning, Incarnation},
    name::Name,
    revision::RevisionId,
};
use tidegate_protocol::api::{
    BackupMarkView, BeginningView, HistoryRequest, HistoryView, Standing, StandingView,
};
use tidegate_store::{TargetKey, Tx};
use tokio::sync::watch;

/// How often a server looks whether another one was told to go on.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_secs(1);

/// Whether a backup was put back and nobody let the server go on yet.
#[derive(Debug)]
pub struct Standstill(watch::Sender<bool>);

impl Standstill {
    /// As the record says.
    pub(crate) fn new(stands: bool) -> Self {
        Self(watch::Sender::new(stands))
    }

    /// Whether it is so.
    pub fn is_on(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is over.
    pub async fn over(&self) {
        // The sender lives as long as this.
        drop(self.0.subscribe().wait_for(|stands| !stands).await);
    }

    fn end(&self) {
        self.0.send_replace(false);
    }

    /// Refuses what would change something.
    ///
    /// # Errors
    /// While it is so.
    pub(crate) fn refuse(&self) -> Result<(), Error> {
        match self.is_on() {
            true => Err(rests()),
            false => Ok(()),
        }
    }
}

/// Why nothing changes.
pub(super) fn rests() -> Error {
    let detail =
        "this server was put back from a backup, and nothing changes until a person lets it go on";
    Error::refused(Kind::NotReady, "restored", detail).hint(
        "`tidegate incarnation show` tells what would become of it, `tidegate incarnation begin` lets it go on",
    )
}

/// What is so of one product on one target.
struct Place {
    target: TargetKey,
    told: DesiredState,
    report: Option<Report>,
}

impl Place {
    fn standing(&self) -> Standing {
        match &self.report {
            None => Standing::Silent,
            Some(report) if report.observed.follows(&self.told) => Standing::Follows,
            Some(_) => Standing::Differs,
        }
    }
}

impl App {
    /// Waits until another server that shares the record was told to go on.
    pub(crate) async fn watch_standstill(&self) {
        while self.standstill.is_on() {
            tokio::time::sleep(LOOK_EVERY).await;
            let restored = self.store.read((), |tx, ()| tx.restored().boxed());
            if matches!(restored.await, Ok(None)) {
                self.standstill.end();
            }
        }
    }

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
                let places = places(tx).await?;
                Ok::<_, Error>((beginning, restored, places))
            }
            .boxed()
        });
        let (beginning, restored, places) = read.await?;
        self.view(beginning, restored, &places).await
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
        let input = (request, reason, wanted.end_tokens);
        let (beginning, places) = self
            .store
            .write(input, |tx, (request, reason, end_tokens)| {
                begin(tx, request, reason, *end_tokens).boxed()
            })
            .await?;
        self.standstill.end();
        for place in &places {
            self.bus.wake_target(&place.target);
        }
        self.bus.wake_engine();
        self.view(Some(beginning), None, &places).await
    }

    async fn view(
        &self,
        beginning: Option<Beginning>,
        restored: Option<BackupMark>,
        places: &[Place],
    ) -> Result<HistoryView, Error> {
        let revisions: Vec<RevisionId> = places.iter().flat_map(|it| it.revisions()).collect();
        let names = self.releases_of(revisions).await?;
        let follow = places
            .iter()
            .filter(|it| it.standing() == Standing::Follows);
        Ok(HistoryView {
            incarnation: beginning
                .as_ref()
                .map_or_else(Incarnation::default, |it| it.incarnation)
                .0,
            beginning: beginning.map(|it| BeginningView {
                by: it.by.to_string(),
                reason: it.reason,
                at: it.at,
                backup: it.backup.as_ref().map(mark),
            }),
            restored: restored.as_ref().map(mark),
            follow: follow.count() as u64,
            others: places
                .iter()
                .filter(|it| it.standing() != Standing::Follows)
                .map(|it| it.view(&names))
                .collect(),
        })
    }

    /// Which release each revision was made from, as far as the record knows.
    async fn releases_of(
        &self,
        revisions: Vec<RevisionId>,
    ) -> Result<BTreeMap<RevisionId, String>, Error> {
        let mut names = BTreeMap::new();
        for id in revisions {
            if names.contains_key(&id) {
                continue;
            }
            let known = self
                .store
                .read(id, |tx, id| tx.revision(*id).boxed())
                .await?;
            let name = known.map_or_else(
                || "a revision that this record does not know".to_owned(),
                |it| it.release.to_string(),
            );
            names.insert(id, name);
        }
        Ok(names)
    }
}

impl Place {
    fn revisions(&self) -> Vec<RevisionId> {
        let told = self.told.active.iter().map(|it| it.revision);
        told.chain(self.running()).collect()
    }

    fn running(&self) -> impl Iterator<Item = RevisionId> {
        let runs = self.report.iter().flat_map(|it| &it.observed.active);
        runs.filter_map(|it| it.revision)
    }

    fn view(&self, names: &BTreeMap<RevisionId, String>) -> StandingView {
        let named = |ids: Vec<RevisionId>| {
            let mut said: Vec<String> =
                ids.iter().filter_map(|id| names.get(id)).cloned().collect();
            said.sort();
            said.dedup();
            said
        };
        StandingView {
            target: self.target.to_string(),
            product: self.told.product.to_string(),
            standing: self.standing(),
            recorded: named(self.told.active.iter().map(|it| it.revision).collect()),
            runs: named(self.running().collect()),
        }
    }
}

fn mark(mark: &BackupMark) -> BackupMarkView {
    BackupMarkView {
        made_at: mark.made_at,
        entries: mark.entries,
        root: mark.root.to_string(),
    }
}

async fn places(tx: &mut Tx) -> Result<Vec<Place>, Error> {
    let reports = tx.reports(None).await?.into_iter();
    let mut reports: BTreeMap<(TargetKey, Name), Report> = reports
        .map(|(target, product, report)| ((target, product), report))
        .collect();
    let told = tx.all_desired().await?.into_iter();
    Ok(told
        .map(|(target, told)| {
            let report = reports.remove(&(target.clone(), told.product.clone()));
            Place {
                target,
                told,
                report,
            }
        })
        .collect())
}

async fn begin(
    tx: &mut Tx,
    request: &Request,
    reason: &str,
    end_tokens: bool,
) -> Result<(Beginning, Vec<Place>), Error> {
    request.permit_at_large(tx, Action::BeginHistory).await?;
    let places = places(tx).await?;
    // An agent may have taken a number that the record knows nothing of any more.
    let heard = places.iter().filter_map(|it| it.report.as_ref());
    let heard = heard.map(|it| it.observed.instruction.incarnation);
    let before = heard.fold(tx.incarnation().await?, Ord::max);
    let backup = tx.restored().await?;
    let beginning = Beginning {
        incarnation: before.next(),
        before,
        by: request.actor.name.clone(),
        reason: reason.to_owned(),
        at: tx.now(),
        backup: backup.clone(),
    };
    tx.record_beginning(&beginning).await?;
    request
        .journal(tx, "incarnation.begun", "organisation", &beginning)
        .await?;
    for place in places
        .iter()
        .filter(|it| it.standing() == Standing::Follows)
    {
        tx.record_desired(&place.target, &place.told).await?;
    }
    if let Some(backup) = backup {
        pause_all(tx, request, &backup).await?;
        let kept = request.actor.token.as_ref().map(|token| token.id);
        tx.end_restored_access(kept, end_tokens).await?;
    }
    Ok((beginning, places))
}

/// What was under way when the backup was made has ended long ago, well or not. A person says what becomes of it.
async fn pause_all(tx: &mut Tx, request: &Request, backup: &BackupMark) -> Result<(), Error> {
    for id in tx.running_deployments().await? {
        let event = Event::Held {
            reason: format!(
                "the record was put back from a backup of {:.0}",
                backup.made_at
            ),
            by: Some(request.actor.name.clone()),
        };
        if happened(steer::apply(tx, request, id, &event).await)? {
            continue;
        }
        // One that goes back cannot be paused. Where it would lead is not where those targets came from any more.
        let by = request.actor.name.clone();
        happened(steer::apply(tx, request, id, &Event::CancelRequested { by }).await)?;
    }
    Ok(())
}

/// Whether the state of a deployment allowed that.
fn happened(outcome: Result<(), Error>) -> Result<bool, Error> {
    match outcome {
        Ok(()) => Ok(true),
        Err(Error::Refused { .. }) => Ok(false),
        Err(why) => Err(why),
    }
}
