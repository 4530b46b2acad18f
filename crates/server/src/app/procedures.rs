//! Procedures: declared or written, read by whom they bind, reviewed, and named by what people do.
//!
//! [`keep`] numbers a text and keeps it, whichever way it comes: [`save`] is the page's, with what others saved in between. [`naming`]
//! is what steps, tasks and controls need of it, [`readers`] who has acknowledged it and who has not, [`links`] what names it, and
//! [`old`] what still goes by a version that is not in force any more.

mod keep;
mod links;
mod naming;
mod old;
mod readers;
mod retire;
mod reviewed;
mod save;
mod shown;
mod work;

pub(super) use keep::{compare, keep, permit_known, permit_write};
pub(super) use links::refuse_named;
pub(super) use naming::{Naming, check_named, made_with, unknown};
pub(super) use retire::note_retired;
pub(super) use work::waiting_for;

use super::{Error, Request};
use jiff::civil::Date;
use tidegate_domain::{
    access::Action,
    catalog::Kind,
    name::Name,
    planning::Party,
    procedure::{Procedure, ProcedureState, ProcedureVersion},
};
use tidegate_store::{StoreError, Tx};

/// A procedure as it is now: its document, the version in force, and what became of it beside.
#[derive(Debug, Clone)]
struct Current {
    /// What is declared, or was when it was retired.
    procedure: Procedure,
    version: ProcedureVersion,
    state: ProcedureState,
}

impl Current {
    fn is_retired(&self) -> bool {
        self.state.retired.is_some()
    }
}

/// Every procedure that there ever was, by name, those in use and those that are not.
async fn all(tx: &mut Tx) -> Result<Vec<Current>, StoreError> {
    let declared: Vec<Procedure> = tx.documents(Kind::Procedure).await?;
    let mut states = tx.procedure_states().await?;
    let newest = tx.newest_procedure_versions().await?;
    let mut all = Vec::with_capacity(newest.len());
    for (name, version) in newest {
        let state = states.remove(&name).unwrap_or_default();
        let found = declared.iter().find(|it| it.name == name).cloned();
        let retired = || state.retired.as_ref().map(|it| it.procedure.clone());
        if let Some(procedure) = found.or_else(retired) {
            all.push(Current {
                procedure,
                version,
                state,
            });
        }
    }
    Ok(all)
}

/// Whether there is one, and whoever asks may read it.
pub(super) async fn check_there(tx: &mut Tx, request: &Request, name: &Name) -> Result<(), Error> {
    find(tx, request, name).await.map(drop)
}

/// One of them.
async fn find(tx: &mut Tx, request: &Request, name: &Name) -> Result<Current, Error> {
    request.permit_at_large(tx, Action::ReadShared).await?;
    let version = newest(tx, name).await?.ok_or_else(|| missing(name))?;
    let state = tx.procedure_states().await?.remove(name);
    let state = state.unwrap_or_default();
    let declared: Option<Procedure> = tx.document(Kind::Procedure, name.as_str()).await?;
    let retired = || state.retired.as_ref().map(|it| it.procedure.clone());
    let procedure = declared.or_else(retired).ok_or_else(|| missing(name))?;
    Ok(Current {
        procedure,
        version,
        state,
    })
}

/// One that is in use.
async fn find_in_use(tx: &mut Tx, request: &Request, name: &Name) -> Result<Current, Error> {
    let found = find(tx, request, name).await?;
    match found.is_retired() {
        true => Err(retired(name)),
        false => Ok(found),
    }
}

/// The newest version of a procedure, if there ever was one.
async fn newest(tx: &mut Tx, name: &Name) -> Result<Option<ProcedureVersion>, StoreError> {
    let newest = tx.procedure_versions_before(name, (u32::MAX, 1)).await?;
    Ok(newest.into_iter().next())
}

fn missing(name: &Name) -> Error {
    Error::not_found("procedure-not-found", "procedure", name)
        .hint("`tidegate procedure list` shows them")
}

fn retired(name: &Name) -> Error {
    let detail = format!("procedure `{name}` is not in use any more");
    Error::refused(super::Kind::Conflict, "procedure-retired", detail).hint(
        "its versions can still be read; who needs it again declares it again, and its numbers go on",
    )
}

/// What the journal calls a procedure.
fn subject(name: &Name) -> String {
    format!("procedure/{name}")
}

/// The procedures in use that somebody is to look at again by a day: which, who answers for it, and the day.
pub(super) async fn to_review(tx: &mut Tx) -> Result<Vec<(Name, Party, Date)>, StoreError> {
    let all = all(tx).await?.into_iter();
    let due = all.filter_map(|it| {
        let day = it.due()?;
        Some((it.version.name, it.procedure.owner, day))
    });
    Ok(due.collect())
}
