//! What is told beside the journal has to be what the journal says.

use super::{DeploymentRecord, Dossier};
use crate::{
    canonical,
    control::{Approval, Judgement, Verdict},
    digest::Digest,
    journal::Entry,
    release::Release,
};
use serde::Serialize;

/// Checks every claim.
///
/// # Errors
/// The first that is not backed, in words.
pub(super) fn check(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    check_release(dossier, entries)?;
    check_artifacts(dossier)?;
    for record in &dossier.deployments {
        check_deployment(dossier, record, entries)?;
    }
    for change in &dossier.changes {
        let subject = format!("change/{}", change.id);
        last_says(entries, &subject, change)?;
    }
    for waiver in &dossier.waivers {
        let subject = format!("waiver/{}", waiver.id);
        last_says(entries, &subject, waiver)?;
    }
    Ok(())
}

/// The hash of a sealed release is that of its contents and configuration, and the journal has it.
fn check_release(dossier: &Dossier, entries: &[Entry]) -> Result<(), String> {
    let Release {
        product,
        version,
        contents,
        sealed,
        ..
    } = &dossier.release;
    let Some(sealed) = sealed else {
        return Ok(());
    };
    let told = format!("release {product} {version}");
    let hash = dossier
        .snapshot
        .map(|snapshot| canonical::hash(&(product, version, contents, snapshot)));
    if hash != Some(sealed.hash) {
        return Err(format!(
            "{told}: its contents and configuration do not have the hash that it was sealed with"
        ));
    }
    let subject = format!("release/{product}/{version}");
    let is_it = |entry: &&Entry| {
        entry.subject == subject
            && entry.action == "release.sealed"
            && entry.detail["hash"] == sealed.hash.to_string().as_str()
    };
    match entries.iter().find(is_it) {
        Some(_) => Ok(()),
        None => Err(format!("{told}: no entry says that it was sealed")),
    }
}

fn check_artifacts(dossier: &Dossier) -> Result<(), String> {
    let contents = &dossier.release.contents;
    for (component, artifact) in &dossier.artifacts {
        let digest = contents.get(component).map(|content| content.digest);
        let manifest = artifact.manifest.as_ref();
        let found = manifest.map(|text| Digest::of(text.as_bytes()));
        if digest.is_none() || found.is_some_and(|found| Some(found) != digest) {
            return Err(format!(
                "artifact {component}: it is not what the release contains"
            ));
        }
    }
    match contents
        .keys()
        .find(|it| !dossier.artifacts.contains_key(*it))
    {
        Some(missing) => Err(format!("artifact {missing}: it is missing from the file")),
        None => Ok(()),
    }
}

fn check_deployment(
    dossier: &Dossier,
    record: &DeploymentRecord,
    entries: &[Entry],
) -> Result<(), String> {
    let deployment = &record.deployment;
    let told = format!("deployment {}", deployment.id);
    let release = &dossier.release;
    if (&deployment.product, &deployment.release) != (&release.product, &release.version) {
        return Err(format!("{told}: it is of another release"));
    }
    let subject = format!("deployment/{}", deployment.id);
    let about: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.subject == subject)
        .collect();
    if about.is_empty() {
        return Err(format!("{told}: no entry speaks of it"));
    }
    for (wave, judgement) in &record.judgements {
        if !about.iter().any(|entry| clears(entry, *wave, judgement)) {
            return Err(format!(
                "{told}: no entry says that wave {} began on what is told of it",
                wave + 1
            ));
        }
    }
    for approval in &record.approvals {
        if !entries.iter().any(|entry| is_said(entry, approval)) {
            let by = &approval.by;
            return Err(format!("{told}: no entry says what is told of {by}"));
        }
    }
    Ok(())
}

fn clears(entry: &Entry, wave: u32, judgement: &Judgement) -> bool {
    let facts = canonical::hash(&judgement.facts).to_string();
    entry.action == "deployment.cleared"
        && entry.detail["wave"] == wave + 1
        && entry.detail["facts"] == facts.as_str()
}

/// An approval may have been given to another deployment of the same parts.
fn is_said(entry: &Entry, approval: &Approval) -> bool {
    let action = match approval.verdict {
        Verdict::Approved => "deployment.approved",
        Verdict::TurnedDown => "deployment.turned_down",
    };
    let parts = canonical::hash(&approval.parts).to_string();
    entry.action == action
        && entry.subject == format!("deployment/{}", approval.deployment)
        && entry.actor == approval.by.as_str()
        && entry.detail["hash"] == parts.as_str()
}

/// The last entry about a subject says exactly this.
fn last_says<T: Serialize>(entries: &[Entry], subject: &str, told: &T) -> Result<(), String> {
    let last = entries.iter().rfind(|entry| entry.subject == subject);
    let said = last.map(|entry| canonical::hash(&entry.detail));
    if said == Some(canonical::hash(told)) {
        return Ok(());
    }
    Err(format!("{subject}: the journal says something else of it"))
}
