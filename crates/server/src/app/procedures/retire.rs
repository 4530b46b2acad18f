//! Taking a procedure out of use. Its versions stay, and can be read.

use super::{
    super::{App, Error, Request},
    subject,
};
use serde_json::json;
use tidegate_domain::{
    name::Name,
    procedure::{Procedure, Retired},
};
use tidegate_protocol::api::{ApplyResponse, RemoveRequest};
use tidegate_store::Tx;

impl App {
    /// Takes a procedure out of use, as removing it does.
    ///
    /// # Errors
    /// When there is none, or something names it.
    pub async fn retire_procedure(
        &self,
        request: Request,
        name: &str,
    ) -> Result<ApplyResponse, Error> {
        let wanted = RemoveRequest {
            kind: "Procedure".to_owned(),
            name: name.to_owned(),
            dry_run: false,
        };
        self.remove(request, &wanted).await
    }
}

/// Notes what a procedure was, before its document goes.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn note_retired(
    tx: &mut Tx,
    request: &Request,
    name: &Name,
    known: serde_json::Value,
) -> Result<(), Error> {
    let damaged = |why: serde_json::Error| Error::Broken(format!("procedure {name}: {why}"));
    let procedure: Procedure = serde_json::from_value(known).map_err(damaged)?;
    let state = tx.procedure_states().await?.remove(name);
    let mut state = state.unwrap_or_default();
    state.retired = Some(Retired {
        by: request.actor.name.clone(),
        at: tx.now(),
        procedure: Procedure {
            body: String::new(),
            ..procedure
        },
    });
    tx.record_procedure_state(name, &state).await?;
    let version = super::newest(tx, name).await?.map(|it| it.number);
    let detail = json!({ "version": version });
    request
        .journal(tx, "procedure.retired", &subject(name), &detail)
        .await?;
    Ok(())
}
