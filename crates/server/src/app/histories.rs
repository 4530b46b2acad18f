//! Histories: after a backup was put back nobody is told anything, until a person has looked at what would become of it and
//! lets the server go on in a new history.
//!
//! Nothing goes back by itself then. Targets that do as the record says are told the same under the new number; all others keep what
//! they run, and hear of the server again with the next deployment to them, which goes on from there
//! ([`super::present`]). Deployments that were under way end.

use super::{App, Error, Kind, Request, drills, group_runs, steer};
use futures::FutureExt;
use std::collections::{BTreeMap, BTreeSet};
use tidegate_domain::{
    access::Action,
    converge::DesiredState,
    deployment::facts::Report,
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

/// A target that says it heard of a history so far above all that is known is not believed.
const AHEAD_MAX: u32 = 1_000;

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

    fn set(&self, stands: bool) {
        self.0
            .send_if_modified(|stood| std::mem::replace(stood, stands) != stands);
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
    product: Name,
    told: Option<DesiredState>,
    report: Option<Report>,
}

impl Place {
    fn standing(&self) -> Standing {
        match (&self.told, &self.report) {
            (_, None) => Standing::Silent,
            (Some(told), Some(report)) => {
                let said = &report.observed;
                match said.instruction == told.instruction || said.follows(told) {
                    true => Standing::Follows,
                    false => Standing::Differs,
                }
            }
            (None, Some(_)) => Standing::Differs,
        }
    }

    /// What may be told again, because nothing changes by it.
    fn again(&self) -> Option<&DesiredState> {
        let (told, report) = (self.told.as_ref()?, self.report.as_ref()?);
        report.observed.follows(told).then_some(told)
    }
}

/// What a person wants who begins a history.
struct Wanted {
    reason: String,
    end_tokens: bool,
    leave_silent: bool,
}

impl App {
    /// Rests and goes on as the record says, which another server may have put back, or let go on.
    pub(crate) async fn watch_standstill(&self) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let restored = self.store.read((), |tx, ()| tx.restored().boxed());
            // Who cannot read the record cannot change it either.
            if let Ok(restored) = restored.await {
                self.standstill.set(restored.is_some());
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
        let wanted = Wanted {
            reason,
            end_tokens: wanted.end_tokens,
            leave_silent: wanted.leave_silent,
        };
        let (beginning, places) = self
            .store
            .write((request, wanted), |tx, (request, wanted)| {
                begin(tx, request, wanted).boxed()
            })
            .await?;
        self.standstill.set(false);
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
        self.recorded().chain(self.running()).collect()
    }

    fn recorded(&self) -> impl Iterator<Item = RevisionId> {
        let told = self.told.iter().flat_map(|told| &told.active);
        told.map(|it| it.revision)
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
            product: self.product.to_string(),
            standing: self.standing(),
            recorded: named(self.recorded().collect()),
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
    let mut places: Vec<Place> = told
        .map(|(target, told)| {
            let product = told.product.clone();
            let report = reports.remove(&(target.clone(), product.clone()));
            Place {
                target,
                product,
                told: Some(told),
                report,
            }
        })
        .collect();
    // Who joined after the backup was made runs what the record knows nothing of.
    places.extend(
        reports
            .into_iter()
            .map(|((target, product), report)| Place {
                target,
                product,
                told: None,
                report: Some(report),
            }),
    );
    Ok(places)
}

async fn begin(
    tx: &mut Tx,
    request: &Request,
    wanted: &Wanted,
) -> Result<(Beginning, Vec<Place>), Error> {
    request.permit_at_large(tx, Action::BeginHistory).await?;
    let places = places(tx).await?;
    let backup = tx.restored().await?;
    match &backup {
        Some(_) if wanted.leave_silent => {}
        Some(_) => refuse_silent(&places)?,
        None => refuse_moving(tx).await?,
    }
    let before = newest_heard(tx.incarnation().await?, &places);
    let incarnation = before.next().ok_or_else(|| {
        let detail = "histories cannot be counted any further";
        Error::refused(Kind::Conflict, "histories-exhausted", detail)
    })?;
    let beginning = Beginning {
        incarnation,
        before,
        by: request.actor.name.clone(),
        reason: wanted.reason.clone(),
        at: tx.now(),
        backup: backup.clone(),
    };
    tx.record_beginning(&beginning).await?;
    request
        .journal(tx, "incarnation.begun", "organisation", &beginning)
        .await?;
    if backup.is_some() {
        give_up_all(tx, request).await?;
        tx.end_other_access(request.session.as_deref()).await?;
    }
    if wanted.end_tokens {
        let kept = request.actor.token.as_ref().map(|token| token.id);
        tx.end_other_tokens(kept).await?;
    }
    for place in &places {
        if let Some(told) = place.again() {
            tx.record_desired(&place.target, told).await?;
        }
    }
    Ok((beginning, places))
}

/// The newest history that anybody heard of. An agent may have taken a number that the record knows nothing of any more; one that
/// says it is far ahead is not believed, or it could use all numbers up.
fn newest_heard(known: Incarnation, places: &[Place]) -> Incarnation {
    let reports = places.iter().filter_map(|it| it.report.as_ref());
    let heard = reports.flat_map(|it| {
        let said = &it.observed;
        [Some(said.instruction.incarnation), said.history]
    });
    let believed = heard
        .flatten()
        .filter(|it| it.0 <= known.0.saturating_add(AHEAD_MAX));
    believed.fold(known, Ord::max)
}

/// What a target that says nothing has heard of is not known: a number might be given twice.
fn refuse_silent(places: &[Place]) -> Result<(), Error> {
    let silent = places.iter().filter(|it| it.standing() == Standing::Silent);
    let silent: BTreeSet<String> = silent.map(|it| it.target.to_string()).collect();
    let silent: Vec<String> = silent.into_iter().collect();
    if silent.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "{} said nothing since the backup was put back, so it is not known what would become of it",
        silent.join(", ")
    );
    Err(Error::refused(Kind::NotReady, "targets-silent", detail)
        .hint("wait until its agent is in touch; if it is gone for good, `--leave-silent`"))
}

/// Without a backup, the record knows how everything goes on: it may not be cut off.
async fn refuse_moving(tx: &mut Tx) -> Result<(), Error> {
    let moving = [
        (tx.running_deployments().await?.len(), "deployment"),
        (tx.running_group_runs().await?.len(), "group run"),
        (tx.running_drills().await?.len(), "drill"),
    ];
    let Some((_, what)) = moving.iter().find(|(count, _)| *count > 0) else {
        return Ok(());
    };
    let detail = format!("a {what} is still running");
    Err(Error::refused(Kind::Conflict, "still-moving", detail)
        .hint("wait until nothing runs, or cancel it"))
}

/// What was under way when the backup was made has ended long ago, well or not. It ends in the record, too, and nobody is told
/// anything: where it would lead is not where targets came from any more.
async fn give_up_all(tx: &mut Tx, request: &Request) -> Result<(), Error> {
    let by = &request.actor.name;
    for drill in tx.running_drills().await? {
        drills::give_up(tx, drill.id, "the record was put back from a backup").await?;
    }
    for mut group in tx.running_group_runs().await? {
        for event in group.status.abandon(by) {
            let illegal = |why| Error::Broken(format!("an end is illegal: {why}"));
            group.apply(&event, tx.now()).map_err(illegal)?;
            let entry = group_runs::event_entry(tx, by.as_str(), &group, &event);
            tx.record_entry(&entry).await?;
        }
        tx.record_group_run(&group).await?;
    }
    for id in tx.running_deployments().await? {
        let Some(deployment) = tx.deployment(id).await? else {
            continue;
        };
        for event in deployment.abandon(by, tx.now()) {
            steer::apply(tx, request, id, &event).await?;
        }
    }
    Ok(())
}
