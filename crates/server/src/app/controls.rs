//! Controls: what they ask, what they find, exceptions from them, and what they would have stopped.

use super::{
    App, Error, Kind, Request, clearance, field, optional, people, releases, steer,
    steer::read_reason,
};
use futures::FutureExt;
use jiff::SignedDuration;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, ActorKind, Resource},
    control::{Control, Evidence, Finding, Mode, Severity, Waiver, WaiverScope},
    id::{DeploymentId, WaiverId},
    name::Name,
    version::Version,
};
use tidegate_policy::{Controls, shipped_controls};
use tidegate_protocol::api::{
    BacktestRequest, BacktestView, ClearanceView, ControlView, EvidenceRequest, EvidenceView,
    FindingView, LackView, StoppedView, WaiverRequest, WaiverView,
};
use tidegate_store::Tx;

/// Judgements read in one transaction.
const BATCH: u64 = 500;
/// The most that a backtest lists.
const STOPPED_MAX: usize = 1_000;

impl App {
    /// Every control, with who has read it.
    ///
    /// # Errors
    /// When the asker may not see what all teams share.
    pub async fn controls(&self, request: &Request) -> Result<Vec<ControlView>, Error> {
        self.store
            .read(request.clone(), |tx, request| {
                async move {
                    request.permit_at_large(tx, Action::ReadShared).await?;
                    let controls = request.gate.controls(tx).await?;
                    let deployers = deployers(tx, request).await?;
                    let read = tx.acknowledgements().await?;
                    let shown = controls.iter().map(|(control, version)| {
                        let has = |who: &&Name| {
                            read.contains(&(control.name.clone(), version, (*who).clone()))
                        };
                        let (have, have_not): (Vec<&Name>, _) = deployers.iter().partition(has);
                        view(control, version, (&have, &have_not))
                    });
                    Ok(shown.collect())
                }
                .boxed()
            })
            .await
    }

    /// What controls and people say of a deployment now.
    ///
    /// # Errors
    /// When there is no such deployment.
    pub async fn check_controls(
        &self,
        request: &Request,
        id: DeploymentId,
    ) -> Result<ClearanceView, Error> {
        self.store
            .read((request.clone(), id), |tx, (request, id)| {
                async move {
                    let deployment = steer::found(tx, request, (Action::Read, *id)).await?;
                    let found = clearance::find(tx, &request.gate, &deployment).await?;
                    Ok(cleared(&found))
                }
                .boxed()
            })
            .await
    }

    /// Notes that whoever asks has read the version in force of a control, or of all.
    ///
    /// # Errors
    /// When there is no such control.
    pub async fn acknowledge(&self, request: Request, which: Option<&str>) -> Result<(), Error> {
        let which: Option<Name> = optional("control", which)?;
        self.store
            .write((request, which), |tx, (request, which)| {
                acknowledge(tx, request, which.as_ref()).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
    }

    /// Asks for an exception from a control.
    ///
    /// # Errors
    /// When there is no such control, no reason, or it would be for ever.
    pub async fn request_waiver(
        &self,
        request: Request,
        wanted: &WaiverRequest,
    ) -> Result<WaiverView, Error> {
        if !(1..=8760).contains(&wanted.hours) {
            return Err(Error::invalid("hours", "1 to 8760: an exception ends"));
        }
        let reason = read_reason(&wanted.reason)?;
        if reason.is_empty() {
            return Err(super::guide::reason_missing());
        }
        let scope = WaiverScope {
            product: field("product", &wanted.product)?,
            environment: optional("environment", wanted.environment.as_deref())?,
            release: optional("release", wanted.release.as_deref())?,
        };
        let control: Name = field("control", &wanted.control)?;
        let input = (request, control, scope, reason, wanted.hours);
        self.store
            .write(input, |tx, (request, control, scope, reason, hours)| {
                ask_waiver(tx, request, (control, scope), (reason, *hours)).boxed()
            })
            .await
    }

    /// Signs an exception off, or ends it before its time.
    ///
    /// # Errors
    /// When it is one's own, or over.
    pub async fn settle_waiver(
        &self,
        request: Request,
        id: WaiverId,
        signs: bool,
    ) -> Result<WaiverView, Error> {
        let view = self
            .store
            .write((request, id, signs), |tx, (request, id, signs)| {
                settle_waiver(tx, request, *id, *signs).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(view)
    }

    /// Exceptions that have not ended, or all, the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn waivers(&self, request: &Request, all: bool) -> Result<Vec<WaiverView>, Error> {
        self.store
            .read((request.clone(), all), |tx, (request, all)| {
                async move {
                    let mut sight = request.sight(tx).await?;
                    let mut waivers = tx.waivers(None, *all).await?;
                    waivers.retain(|waiver| sight.shows(&waiver.scope.product));
                    let now = tx.now();
                    Ok(waivers
                        .iter()
                        .map(|waiver| waiver_view(waiver, now))
                        .collect())
                }
                .boxed()
            })
            .await
    }

    /// Keeps something with a release, such as the customer's word.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn add_evidence(
        &self,
        request: Request,
        (product, version): (&str, &str),
        wanted: &EvidenceRequest,
    ) -> Result<Vec<EvidenceView>, Error> {
        let release: (Name, Version) = (field("product", product)?, field("version", version)?);
        let note = read_reason(&wanted.note)?;
        let kind: Name = field("kind", &wanted.kind)?;
        let input = (request, release, kind, note, wanted.link.clone());
        let kept = self
            .store
            .write(input, |tx, (request, release, kind, note, link)| {
                async move {
                    request
                        .permit_product(tx, Action::AddEvidence, &release.0)
                        .await?;
                    releases::find(tx, &release.0, &release.1).await?;
                    let evidence = Evidence {
                        kind: kind.clone(),
                        note: note.clone(),
                        link: link.clone(),
                        by: request.actor.name.clone(),
                        at: tx.now(),
                    };
                    tx.record_evidence((&release.0, &release.1), &evidence)
                        .await?;
                    let subject = format!("release/{}/{}", release.0, release.1);
                    request
                        .journal(tx, "release.evidence", &subject, &evidence)
                        .await?;
                    evidence_of(tx, release).await
                }
                .boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(kept)
    }

    /// What was supplied with a release, the oldest first.
    ///
    /// # Errors
    /// When there is no such release.
    pub async fn evidence(
        &self,
        request: &Request,
        (product, version): (&str, &str),
    ) -> Result<Vec<EvidenceView>, Error> {
        let release: (Name, Version) = (field("product", product)?, field("version", version)?);
        self.store
            .read((request.clone(), release), |tx, (request, release)| {
                async move {
                    request.permit_product(tx, Action::Read, &release.0).await?;
                    releases::find(tx, &release.0, &release.1).await?;
                    evidence_of(tx, release).await
                }
                .boxed()
            })
            .await
    }

    /// Which of the deployments so far a control would have stopped, by the facts that were kept when they began. Nothing
    /// is changed.
    ///
    /// # Errors
    /// When there is no such control, or the file declares none that fits.
    pub async fn backtest(
        &self,
        request: &Request,
        wanted: &BacktestRequest,
    ) -> Result<BacktestView, Error> {
        let declared = wanted
            .file
            .as_deref()
            .map(super::apply::one_control)
            .transpose()?;
        let named: Option<Name> = optional("control", wanted.control.as_deref())?;
        let control = self
            .store
            .read(
                (request.clone(), declared, named),
                |tx, (request, declared, named)| {
                    async move {
                        request.permit_at_large(tx, Action::Read).await?;
                        match (declared, named) {
                            (Some(declared), _) => Ok(declared.clone()),
                            (None, Some(named)) => in_force(tx, request, named)
                                .await
                                .map(|(control, _)| control),
                            (None, None) => Err(Error::invalid(
                                "control",
                                "name one, or send a file that declares one",
                            )),
                        }
                    }
                    .boxed()
                },
            )
            .await?;
        self.tried(&control).await
    }

    async fn tried(&self, control: &Control) -> Result<BacktestView, Error> {
        let alone = Controls::alone(control, 0);
        let mut view = BacktestView {
            control: control.name.to_string(),
            tried: 0,
            about: 0,
            stopped: Vec::new(),
            stopped_total: 0,
        };
        let mut after = DeploymentId(0);
        loop {
            let found = self.store.read(after, |tx, after| {
                tx.judgements_after(*after, BATCH).boxed()
            });
            let found = found.await?;
            let Some((last, _)) = found.last() else {
                return Ok(view);
            };
            after = *last;
            for (id, judgement) in &found {
                view.tried += 1;
                let findings = alone.judge(&judgement.facts);
                let Some(finding) = findings.first() else {
                    continue;
                };
                view.about += 1;
                if finding.holds() {
                    continue;
                }
                view.stopped_total += 1;
                if view.stopped.len() < STOPPED_MAX {
                    let facts = &judgement.facts;
                    view.stopped.push(StoppedView {
                        deployment: id.0,
                        what: format!(
                            "{} {} to {}",
                            facts.release.product,
                            facts.release.version,
                            facts.deployment.environment
                        ),
                        lacked: finding
                            .lacks
                            .iter()
                            .map(|lack| format!("{}: {}", lack.of, lack.what))
                            .collect(),
                        at: facts.at,
                    });
                }
            }
        }
    }
}

/// Numbers a version of a control when it is declared.
pub(super) async fn note_version(tx: &mut Tx, control: &Control) -> Result<(), Error> {
    let is_shipped = shipped_controls()
        .iter()
        .any(|shipped| shipped.name == control.name);
    tx.record_control_version(control, is_shipped).await?;
    Ok(())
}

/// Whoever may deploy somewhere: the people who have to know the controls.
async fn deployers(tx: &mut Tx, request: &Request) -> Result<Vec<Name>, Error> {
    let authorizer = request.gate.authorizer(tx).await?;
    let directory = authorizer.directory();
    let mut deployers = Vec::new();
    for person in tx.people().await? {
        if person.kind == ActorKind::Service {
            continue;
        }
        let actor = person.actor();
        let teams = directory
            .teams_of(&actor)
            .map(|team| Resource::Team(team.clone()));
        let mut resources = std::iter::once(Resource::Organisation).chain(teams);
        let deploys = resources.any(|it| authorizer.ask(&actor, Action::Deploy, &it).allowed);
        if deploys {
            deployers.push(actor.name.clone());
        }
    }
    Ok(deployers)
}

async fn in_force(tx: &mut Tx, request: &Request, name: &Name) -> Result<(Control, u32), Error> {
    let controls = request.gate.controls(tx).await?;
    let found = controls.iter().find(|(control, _)| control.name == *name);
    let found = found.map(|(control, version)| (control.clone(), version));
    found.ok_or_else(|| {
        Error::not_found("control-not-found", "control", name)
            .hint("`tidegate controls list` shows them")
    })
}

async fn acknowledge(tx: &mut Tx, request: &Request, which: Option<&Name>) -> Result<(), Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    let controls = match which {
        Some(name) => vec![in_force(tx, request, name).await?],
        None => {
            let controls = request.gate.controls(tx).await?;
            let on = controls
                .iter()
                .filter(|(control, _)| control.mode() != Mode::Off);
            on.map(|(control, version)| (control.clone(), version))
                .collect()
        }
    };
    let who = &request.actor.name;
    let mut read = BTreeSet::new();
    for (control, version) in controls {
        tx.record_acknowledgement(&control.name, version, who)
            .await?;
        read.insert(format!("{} {version}", control.name));
    }
    let (detail, subject) = (serde_json::json!({ "read": read }), format!("person/{who}"));
    Ok(request
        .journal(tx, "controls.acknowledged", &subject, &detail)
        .await?)
}

async fn ask_waiver(
    tx: &mut Tx,
    request: &Request,
    (control, scope): (&Name, &WaiverScope),
    (reason, hours): (&str, u32),
) -> Result<WaiverView, Error> {
    request
        .permit_product(tx, Action::RequestChange, &scope.product)
        .await?;
    releases::find_product(tx, &scope.product).await?;
    in_force(tx, request, control).await?;
    let human = tx.person(request.actor.person).await?;
    let human = human.map_or(request.actor.person, |person| person.human());
    let waiver = Waiver {
        id: tx.next_waiver().await?,
        control: control.clone(),
        scope: scope.clone(),
        reason: reason.to_owned(),
        by: (request.actor.name.clone(), human),
        at: tx.now(),
        expires_at: tx.now() + SignedDuration::from_hours(hours.into()),
        signed: None,
        ended: None,
    };
    tx.record_waiver(&waiver).await?;
    note_waiver(tx, request, "waiver.requested", &waiver).await?;
    Ok(waiver_view(&waiver, tx.now()))
}

async fn settle_waiver(
    tx: &mut Tx,
    request: &Request,
    id: WaiverId,
    signs: bool,
) -> Result<WaiverView, Error> {
    let missing = || Error::not_found("waiver-not-found", "waiver", id);
    let mut waiver = tx.waiver(id).await?.ok_or_else(missing)?;
    let resource = Resource::product(waiver.scope.product.clone());
    request
        .permit(tx, (Action::GrantWaiver, &resource), missing)
        .await?;
    let now = tx.now();
    let open = if signs {
        "waits for a signature"
    } else {
        "good"
    };
    let word = waiver.word(now);
    if word != open && (signs || word != "waits for a signature") {
        let detail = format!("waiver {id} {word}: that cannot be done to it");
        return Err(Error::refused(Kind::Conflict, "waiver-state", detail));
    }
    let who = people::found(tx, &request.actor.name).await?;
    if signs && who.human() == waiver.by.1 {
        let detail = "whoever asks for an exception does not sign it off, by no other account and no token either";
        return Err(Error::refused(Kind::NotAllowed, "own-waiver", detail)
            .hint("somebody else of level 5 signs it"));
    }
    let word = Some((request.actor.name.clone(), now));
    if signs {
        waiver.signed = word;
    } else {
        waiver.ended = word;
    }
    tx.record_waiver(&waiver).await?;
    let action = if signs {
        "waiver.signed"
    } else {
        "waiver.ended"
    };
    note_waiver(tx, request, action, &waiver).await?;
    Ok(waiver_view(&waiver, now))
}

async fn note_waiver(
    tx: &mut Tx,
    request: &Request,
    action: &str,
    waiver: &Waiver,
) -> Result<(), Error> {
    let subject = format!("waiver/{}", waiver.id);
    Ok(request.journal(tx, action, &subject, waiver).await?)
}

async fn evidence_of(
    tx: &mut Tx,
    (product, version): &(Name, Version),
) -> Result<Vec<EvidenceView>, Error> {
    let kept = tx.evidence_of(product, version).await?;
    let view = |it: Evidence| EvidenceView {
        kind: it.kind.to_string(),
        note: it.note,
        link: it.link,
        by: it.by.to_string(),
        at: it.at,
    };
    Ok(kept.into_iter().map(view).collect())
}

fn view(control: &Control, version: u32, (read, unread): (&[&Name], &[&Name])) -> ControlView {
    let texts = |names: &[Name]| names.iter().map(ToString::to_string).collect();
    let named = |names: &[&Name]| names.iter().map(ToString::to_string).collect();
    ControlView {
        name: control.name.to_string(),
        title: control.title.clone(),
        document: control.document.clone(),
        owner: control.owner.as_ref().map(ToString::to_string),
        version,
        severity: control
            .severity
            .unwrap_or(Severity::Medium)
            .word()
            .to_owned(),
        mode: control.mode().word().to_owned(),
        evidence: texts(&control.evidence),
        environments: texts(&control.environments),
        products: texts(&control.products),
        policy: control.policy.clone(),
        read_by: named(read),
        unread_by: named(unread),
    }
}

fn cleared(found: &clearance::Found) -> ClearanceView {
    let (clearance, judgement) = (&found.clearance, &found.judgement);
    let waived = |finding: &Finding| {
        let name = finding.control.as_str();
        !clearance.stops.iter().any(|stop| stop.name == name)
    };
    ClearanceView {
        clear: clearance.is_clear(),
        stops: clearance
            .stops
            .iter()
            .map(|stop| format!("{stop} ({})", stop.remedy))
            .collect(),
        findings: judgement
            .findings
            .iter()
            .map(|finding| finding_view(finding, waived(finding)))
            .collect(),
        until: clearance.until,
    }
}

fn finding_view(finding: &Finding, is_waived: bool) -> FindingView {
    let state = match (finding.holds(), finding.mode, is_waived) {
        (true, _, _) => "holds",
        (false, Mode::Enforce, true) => "waived",
        (false, Mode::Enforce, false) => "stops",
        (false, Mode::Observe | Mode::Off, _) => "lacking",
    };
    FindingView {
        control: finding.control.to_string(),
        title: finding.title.clone(),
        version: finding.version,
        mode: finding.mode.word().to_owned(),
        severity: finding.severity.word().to_owned(),
        state: state.to_owned(),
        lacks: finding
            .lacks
            .iter()
            .map(|lack| LackView {
                of: lack.of.clone(),
                what: lack.what.clone(),
                remedy: lack.remedy.clone(),
            })
            .collect(),
    }
}

fn waiver_view(waiver: &Waiver, now: jiff::Timestamp) -> WaiverView {
    let scope = &waiver.scope;
    let release = scope
        .release
        .as_ref()
        .map(|release| format!(" {release}"))
        .unwrap_or_default();
    let environment = scope
        .environment
        .as_ref()
        .map(|it| format!(" in {it}"))
        .unwrap_or_default();
    WaiverView {
        id: waiver.id.0,
        control: waiver.control.to_string(),
        scope: format!("{}{release}{environment}", scope.product),
        reason: waiver.reason.clone(),
        by: waiver.by.0.to_string(),
        signed_by: waiver.signed.as_ref().map(|(by, _)| by.to_string()),
        expires_at: waiver.expires_at,
        state: waiver.word(now).to_owned(),
    }
}
