//! Controls: what they ask, who has read them, and what they find.

use super::{App, Error, Request, clearance, optional, procedures::Naming, readers, steer};
use futures::FutureExt;
use std::collections::BTreeSet;
use tidegate_domain::{
    access::{Action, Resource},
    control::{Control, Finding, Mode, ReturnJudgement, Severity, StopKind},
    deployment::{Deployment, Purpose, Status},
    id::DeploymentId,
    name::Name,
};
use tidegate_policy::shipped_controls;
use tidegate_protocol::api::{ClearanceView, ControlView, FindingView, LackView, ReturnView};
use tidegate_store::Tx;

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
                    let named = controls
                        .iter()
                        .filter_map(|(control, _)| control.procedure.as_ref());
                    let naming = Naming::of(tx, request, named).await?;
                    let shown = controls.iter().map(|(control, version)| {
                        let has = |who: &&Name| {
                            read.contains(&(control.name.clone(), version, (*who).clone()))
                        };
                        let (have, have_not): (Vec<&Name>, _) = deployers.iter().partition(has);
                        ControlView {
                            procedure: naming.view(control.procedure.as_ref(), None),
                            ..view(control, version, (&have, &have_not))
                        }
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
                    let mut view = cleared(&found);
                    if goes_back(&deployment) {
                        // Going back waits for nothing.
                        (view.clear, view.stops) = (true, Vec::new());
                    }
                    for it in tx.return_judgements_of(deployment.id).await? {
                        view.returns.push(returned(tx, &it).await?);
                    }
                    Ok(view)
                }
                .boxed()
            })
            .await
    }

    /// Notes that whoever asks has read the version in force of a control, or of all. Where they were shown some, it has to
    /// be exactly these, each as `NAME VERSION`.
    ///
    /// # Errors
    /// When there is no such control, or others are in force than were shown.
    pub async fn acknowledge(
        &self,
        request: Request,
        which: Option<&str>,
        shown: Option<BTreeSet<String>>,
    ) -> Result<(), Error> {
        let which: Option<Name> = optional("control", which)?;
        self.store
            .write((request, which, shown), |tx, (request, which, shown)| {
                acknowledge(tx, request, (which.as_ref(), shown.as_ref())).boxed()
            })
            .await?;
        self.bus.wake_engine();
        Ok(())
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

/// Whoever may deploy somewhere: the people who have to know the controls. Only those whom the asker may see.
async fn deployers(tx: &mut Tx, request: &Request) -> Result<Vec<Name>, Error> {
    let deployers = readers::readers(tx, request, |authorizer, actor, teams| {
        let mut resources = teams.iter().chain([&Resource::Organisation]);
        resources.any(|it| authorizer.ask(actor, Action::Deploy, it).allowed)
    });
    let deployers = deployers.await?;
    Ok(deployers.into_iter().map(|actor| actor.name).collect())
}

/// Whether there is such a control. Controls are read by everybody who belongs here.
pub(super) async fn check_there(tx: &mut Tx, request: &Request, name: &Name) -> Result<(), Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    in_force(tx, request, name).await.map(drop)
}

pub(super) async fn in_force(
    tx: &mut Tx,
    request: &Request,
    name: &Name,
) -> Result<(Control, u32), Error> {
    let controls = request.gate.controls(tx).await?;
    let found = controls.iter().find(|(control, _)| control.name == *name);
    let found = found.map(|(control, version)| (control.clone(), version));
    found.ok_or_else(|| {
        Error::not_found("control-not-found", "control", name)
            .hint("`tidegate controls list` shows them")
    })
}

async fn acknowledge(
    tx: &mut Tx,
    request: &Request,
    (which, shown): (Option<&Name>, Option<&BTreeSet<String>>),
) -> Result<(), Error> {
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
    let called = |(control, version): &(Control, u32)| format!("{} {version}", control.name);
    let read: BTreeSet<String> = controls.iter().map(called).collect();
    if shown.is_some_and(|shown| *shown != read) {
        return Err(readers::changed_since("control-changed"));
    }
    let who = &request.actor.name;
    for (control, version) in controls {
        tx.record_acknowledgement(&control.name, version, who)
            .await?;
    }
    let (detail, subject) = (serde_json::json!({ "read": read }), format!("person/{who}"));
    Ok(request
        .journal(tx, "controls.acknowledged", &subject, &detail)
        .await?)
}

fn view(control: &Control, version: u32, (read, unread): (&[&Name], &[&Name])) -> ControlView {
    let texts = |names: &[Name]| names.iter().map(ToString::to_string).collect();
    let named = |names: &[&Name]| names.iter().map(ToString::to_string).collect();
    ControlView {
        name: control.name.to_string(),
        title: control.title.clone(),
        document: control.document.clone(),
        procedure: None,
        owner: control.owner.as_ref().map(ToString::to_string),
        version,
        severity: control
            .severity
            .unwrap_or(Severity::Medium)
            .word()
            .to_owned(),
        mode: control.mode().word().to_owned(),
        quarantine: control.quarantine && control.mode() == Mode::Enforce,
        evidence: texts(&control.evidence),
        environments: texts(&control.environments),
        products: texts(&control.products),
        policy: control.policy.clone(),
        read_by: named(read),
        unread_by: named(unread),
    }
}

fn goes_back(deployment: &Deployment) -> bool {
    deployment.purpose != Purpose::Promotion
        || matches!(deployment.status, Status::RollingBack { .. })
}

/// What was found of a release that was gone back to.
async fn returned(tx: &mut Tx, returned: &ReturnJudgement) -> Result<ReturnView, Error> {
    let set_aside = clearance::returning::set_aside(tx, returned).await?;
    let findings = returned.judgement.iter().flat_map(|it| &it.findings);
    let findings = findings.map(|finding| {
        let mut view = finding_view(finding, set_aside.contains(&finding.control));
        if view.state == "stops" {
            "objected".clone_into(&mut view.state);
        }
        view
    });
    Ok(ReturnView {
        release: returned.release.to_string(),
        snapshot: returned.snapshot.0,
        at: returned.at,
        findings: findings.collect(),
        unjudged: returned.unjudged.clone(),
    })
}

fn cleared(found: &clearance::Found) -> ClearanceView {
    let (clearance, judgement) = (&found.clearance, &found.judgement);
    let waived = |finding: &Finding| {
        let name = finding.control.as_str();
        let mut stops = clearance.stops.iter();
        !stops.any(|stop| stop.kind == StopKind::Control && stop.name == name)
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
        returns: Vec::new(),
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
        demanded: finding.demanded,
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
