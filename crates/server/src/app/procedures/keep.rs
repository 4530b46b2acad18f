//! Keeping a procedure: its document, and the version that its text makes.

use super::{
    super::{Error, Kind as Refusal, Request},
    newest, subject,
};
use serde_json::{Value, json};
use tidegate_domain::{
    access::{Action, Resource},
    catalog::{Document, Kind},
    name::Name,
    planning::Party,
    procedure::{Origin, Procedure, ProcedureVersion, Stamp, VersionError, lines},
};
use tidegate_store::Tx;

/// Keeps a procedure in place of what was declared before. Answers its version, if its text made one. One that was retired is in use
/// again.
///
/// # Errors
/// When its text cannot be the next version.
pub(in crate::app) async fn keep(
    tx: &mut Tx,
    request: &Request,
    procedure: &Procedure,
    origin: Origin,
) -> Result<Option<ProcedureVersion>, Error> {
    let made = next(tx, &request.actor.name, procedure, origin).await?;
    let document = Document::Procedure(Box::new(procedure.clone()));
    tx.record_document(&document).await?;
    let state = tx.procedure_states().await?.remove(&procedure.name);
    if let Some(mut state) = state.filter(|it| it.retired.is_some()) {
        state.retired = None;
        tx.record_procedure_state(&procedure.name, &state).await?;
    }
    if let Some(version) = &made {
        tx.record_procedure_version(version).await?;
        let detail = json!({
            "version": version.number, "asks": version.asks, "change": version.change, "minor": version.minor,
            "origin": version.origin,
        });
        let subject = subject(&procedure.name);
        request
            .journal(tx, "procedure.versioned", &subject, &detail)
            .await?;
    }
    Ok(made)
}

/// The version that a text would make.
pub(super) async fn next(
    tx: &mut Tx,
    by: &Name,
    procedure: &Procedure,
    origin: Origin,
) -> Result<Option<ProcedureVersion>, Error> {
    let last = newest(tx, &procedure.name).await?;
    let stamp = Stamp {
        by: by.clone(),
        at: tx.now(),
        origin,
    };
    let made = ProcedureVersion::next(last.as_ref(), procedure, stamp);
    made.map_err(|why| refuse(&procedure.name, &why))
}

fn refuse(name: &Name, why: &VersionError) -> Error {
    let detail = format!("procedure `{name}`: {why}");
    match why {
        VersionError::FirstIsMinor | VersionError::Silent(_) => {
            Error::refused(Refusal::BadRequest, "procedure-unfit", detail)
        }
        VersionError::Behind { newest } => {
            Error::refused(Refusal::Conflict, "procedure-written", detail).hint(format!(
                "`tidegate procedure show {name} --version {newest} --markdown` prints what was written there"
            ))
        }
    }
}

/// What is declared now and what is wanted, as applying compares them: of a text it is told which version it makes and how much of it
/// is new, not all of it.
///
/// # Errors
/// When its text cannot be the next version.
pub(in crate::app) async fn compare(
    tx: &mut Tx,
    by: &Name,
    wanted: &Procedure,
) -> Result<(Option<Value>, Value), Error> {
    let made = next(tx, by, wanted, Origin::File).await?;
    let last = newest(tx, &wanted.name).await?;
    let known: Option<Procedure> = tx.document(Kind::Procedure, wanted.name.as_str()).await?;
    let without_text = |it: &Procedure| {
        let mut value = serde_json::to_value(it).unwrap_or_default();
        if let Some(parts) = value.as_object_mut() {
            parts.remove("body");
        }
        value
    };
    let (mut before, mut after) = (known.as_ref().map(without_text), without_text(wanted));
    if let Some(version) = made {
        let old = last.as_ref().map_or("", |it| it.body.as_str());
        let told = lines::told(&lines::compare(old, &version.body));
        let told = told.map_or_else(String::new, |told| format!(": {told}"));
        after["text"] = json!(format!("version {}{told}", version.number));
        if let (Some(before), Some(last)) = (&mut before, last) {
            before["text"] = json!(format!("version {}", last.number));
        }
    }
    Ok((before, after))
}

/// Whether whoever asks may write a procedure: it is its team's, and who binds others than its team answers for the whole
/// organisation.
///
/// # Errors
/// The refusal.
pub(in crate::app) async fn permit_write(
    tx: &mut Tx,
    request: &Request,
    procedure: &Procedure,
) -> Result<(), Error> {
    let resource = resource(procedure);
    let missing = || Error::not_found("team-not-found", "team", &procedure.owner);
    let asked = request.permit(tx, (Action::ApplyCatalog, &resource), missing);
    asked.await.map(drop)
}

/// The same of one that there is, or was before it was retired; whoever may not write that takes nobody's name.
///
/// # Errors
/// The refusal.
pub(in crate::app) async fn permit_known(
    tx: &mut Tx,
    request: &Request,
    name: &Name,
) -> Result<(), Error> {
    let declared: Option<Procedure> = tx.document(Kind::Procedure, name.as_str()).await?;
    let state = tx.procedure_states().await?.remove(name);
    let retired = state.and_then(|it| it.retired).map(|it| it.procedure);
    match declared.or(retired) {
        Some(known) => permit_write(tx, request, &known).await,
        None => Ok(()),
    }
}

/// What a procedure is asked about as.
pub(super) fn resource(procedure: &Procedure) -> Resource {
    match (&procedure.owner, procedure.binds_its_own()) {
        (Party::Team(team), true) => Resource::Team(team.clone()),
        (Party::Team(_), false) | (Party::Person(_), _) => Resource::Organisation,
    }
}
