//! Who people are to identity providers: linked, journaled, and ended.

use super::{
    App, Error, Kind, Request,
    authenticate::refuse_program,
    field,
    people::{check_somebody_administers, found, line, note},
};
use futures::FutureExt;
use tidegate_domain::{access::Action, name::Name};
use tidegate_protocol::api::ExternalIdentity;
use tidegate_store::{PersonRow, Tx};

impl App {
    /// Takes away who somebody is to an identity provider: their sessions end, and so does what groups gave them. Their
    /// level in the whole organisation stays.
    ///
    /// # Errors
    /// When there is no such person or link, or nobody would be left who administers people.
    pub async fn unlink_person(&self, request: Request, name: &str) -> Result<(), Error> {
        let name: Name = field("name", name)?;
        self.store
            .write((request, name), |tx, (request, name)| {
                unlink(tx, request, name).boxed()
            })
            .await?;
        self.bus.announce();
        Ok(())
    }
}

async fn unlink(tx: &mut Tx, request: &Request, name: &Name) -> Result<(), Error> {
    request.permit_at_large(tx, Action::ManagePeople).await?;
    let known = found(tx, name).await?;
    if known.external.is_none() {
        let detail = format!("{name} is nobody to an identity provider");
        return Err(Error::refused(Kind::NotFound, "link-not-found", detail));
    }
    let mut row = known.clone();
    part(tx, &mut row).await?;
    tx.record_person_changed(&row).await?;
    check_somebody_administers(tx, request).await?;
    note(tx, request, "person.unlinked", &known).await
}

/// Ends what somebody had by whom they were to an identity provider.
///
/// # Errors
/// When the store fails.
pub(super) async fn part(tx: &mut Tx, row: &mut PersonRow) -> Result<(), Error> {
    if row.external.take().is_some() {
        row.groups.clear();
        tx.end_sessions_of(row.id).await?;
    }
    Ok(())
}

/// Whoever a provider knows is one human being here, also after they were removed; and programs
/// sign in by tokens only.
///
/// # Errors
/// When it would be otherwise.
pub(super) async fn check_external(tx: &mut Tx, row: &PersonRow) -> Result<(), Error> {
    refuse_program(row.kind, &row.name)?;
    let Some((issuer, subject)) = &row.external else {
        return Ok(());
    };
    if !tx.is_known_as(issuer, subject).await? {
        return Ok(());
    }
    let detail = format!("`{subject}` of {issuer} is, or was, somebody here");
    Err(Error::refused(Kind::Conflict, "external-exists", detail))
}

/// Who they are to an identity provider, as it is journaled.
pub(super) fn linked(row: &PersonRow) -> Option<ExternalIdentity> {
    let (issuer, subject) = row.external.clone()?;
    Some(ExternalIdentity { issuer, subject })
}

/// Reads who somebody is to an identity provider: letter by letter as the provider writes it.
///
/// # Errors
/// When it is empty, or no line.
pub(super) fn external(said: &ExternalIdentity) -> Result<(String, String), Error> {
    let text = |name: &str, text: &str| {
        let none = || Error::invalid(name, "it is empty");
        line(name, text.trim())?.ok_or_else(none)
    };
    Ok((
        text("issuer", &said.issuer)?,
        text("subject", &said.subject)?,
    ))
}
