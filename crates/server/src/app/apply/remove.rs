//! Removing what is declared, as far as nothing else can name it.

use super::{
    super::{App, Error, Kind as Refusal, Request, field},
    diff,
};
use futures::FutureExt;
use tidegate_domain::{access::Action, catalog::Kind, name::Name};
use tidegate_protocol::api::{ApplyResponse, CatalogChange, RemoveRequest};
use tidegate_store::Tx;

impl App {
    /// Removes something declared, or says what would go.
    ///
    /// # Errors
    /// When there is no such thing, or its kind stays once it is declared.
    pub async fn remove(
        &self,
        request: Request,
        wanted: &RemoveRequest,
    ) -> Result<ApplyResponse, Error> {
        request.permit(Action::ApplyCatalog)?;
        let (kind, name) = (kind(&wanted.kind)?, field::<Name>("name", &wanted.name)?);
        let input = (request, kind, name, wanted.dry_run);
        if wanted.dry_run {
            return self
                .store
                .read(input, |tx, input| remove(tx, input).boxed())
                .await;
        }
        let response = self
            .store
            .write(input, |tx, input| remove(tx, input).boxed())
            .await?;
        self.bus.wake_engine();
        Ok(response)
    }
}

fn kind(word: &str) -> Result<Kind, Error> {
    let mut all = Kind::ALL.into_iter();
    let kind = all.find(|kind| kind.as_str().eq_ignore_ascii_case(word));
    let kind = kind.ok_or_else(|| Error::invalid("kind", format!("`{word}` is not a kind")))?;
    if kind.is_removable() {
        return Ok(kind);
    }
    let detail = format!("what is declared as {kind} stays: other things may name it");
    Err(Error::refused(Refusal::BadRequest, "not-removable", detail)
        .hint("a Window or a Freeze can be removed"))
}

async fn remove(
    tx: &mut Tx,
    (request, kind, name, dry_run): &(Request, Kind, Name, bool),
) -> Result<ApplyResponse, Error> {
    let noun = kind.as_str().to_lowercase();
    let known: Option<serde_json::Value> = tx.document(*kind, name.as_str()).await?;
    let known = known.ok_or_else(|| Error::not_found("document-not-found", &noun, name))?;
    let change = CatalogChange {
        kind: kind.to_string(),
        name: name.to_string(),
        action: "remove".to_owned(),
        differences: diff::between(Some(&known), &serde_json::Value::Null),
    };
    if !dry_run {
        tx.record_document_removed(*kind, name.as_str()).await?;
        let subject = format!("{noun}/{name}");
        request
            .journal(tx, "catalog.removed", &subject, &change)
            .await?;
    }
    Ok(ApplyResponse {
        applied: !dry_run,
        changes: vec![change],
    })
}
