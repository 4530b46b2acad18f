//! Procedures that steps, tasks and controls name.

use super::{
    super::{Error, Kind as Refusal, Request, apply::nearest},
    newest,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tidegate_domain::{
    access::Actor,
    catalog::Kind,
    name::Name,
    procedure::{MadeWith, Procedure, ProcedureVersion, Standing},
};
use tidegate_policy::Authorizer;
use tidegate_protocol::api::NamedProcedureView;
use tidegate_store::{StoreError, Tx};

/// Refuses a name that no procedure in use has. Each comes with what names it.
///
/// # Errors
/// The first that there is none of, and what was probably meant.
pub(in crate::app) async fn check_named<'a>(
    tx: &mut Tx,
    named: impl Iterator<Item = (String, &'a Name)> + Send,
) -> Result<(), Error> {
    let named: Vec<(String, &Name)> = named.collect();
    if named.is_empty() {
        return Ok(());
    }
    let declared: Vec<Procedure> = tx.documents(Kind::Procedure).await?;
    let known: BTreeSet<&str> = declared.iter().map(|it| it.name.as_str()).collect();
    match named
        .iter()
        .find(|(_, name)| !known.contains(name.as_str()))
    {
        None => Ok(()),
        Some((what, name)) => {
            let detail = unknown(what, name);
            let hint = nearest(name.as_str(), known.into_iter()).unwrap_or_else(|| {
                "`tidegate procedure list` shows those there are; declare one by `kind: Procedure`"
                    .to_owned()
            });
            Err(Error::refused(Refusal::BadRequest, "procedure-unknown", detail).hint(hint))
        }
    }
}

/// That something names a procedure that there is none of.
pub(in crate::app) fn unknown(what: &str, name: &Name) -> String {
    format!("{what} names procedure `{name}`, which is not declared")
}

/// Procedures in the versions that are in force now.
///
/// # Errors
/// When the store fails.
pub(in crate::app) async fn made_with<'a>(
    tx: &mut Tx,
    names: impl Iterator<Item = &'a Name> + Send,
) -> Result<MadeWith, StoreError> {
    let names: BTreeSet<Name> = names.cloned().collect();
    let mut made = MadeWith::default();
    for name in names {
        if let Some(version) = newest(tx, &name).await? {
            made.0.insert(name, version.number);
        }
    }
    Ok(made)
}

/// What is known of some procedures, as whoever asks sees them.
#[derive(Debug)]
pub(in crate::app) struct Naming {
    known: BTreeMap<Name, (ProcedureVersion, Option<Procedure>)>,
    read: BTreeMap<Name, u32>,
    actor: Actor,
    authorizer: Arc<Authorizer>,
}

impl Naming {
    /// Of these.
    ///
    /// # Errors
    /// When the store fails.
    pub(in crate::app) async fn of<'a>(
        tx: &mut Tx,
        request: &Request,
        names: impl Iterator<Item = &'a Name> + Send,
    ) -> Result<Self, Error> {
        let names: BTreeSet<Name> = names.cloned().collect();
        let read = match names.is_empty() {
            true => BTreeMap::new(),
            false => tx.procedures_read_by(&request.actor.name).await?,
        };
        let mut known = BTreeMap::new();
        for name in names {
            if let Some(version) = newest(tx, &name).await? {
                let declared = tx.document(Kind::Procedure, name.as_str()).await?;
                known.insert(name, (version, declared));
            }
        }
        Ok(Self {
            known,
            read,
            actor: request.actor.clone(),
            authorizer: request.gate.authorizer(tx).await?,
        })
    }

    /// One of them, with the version that something was made with; none where there never was one of that name.
    pub(in crate::app) fn view(
        &self,
        name: Option<&Name>,
        made_with: Option<u32>,
    ) -> Option<NamedProcedureView> {
        let name = name?;
        let (version, declared) = self.known.get(name)?;
        let directory = self.authorizer.directory();
        let binds = declared.as_ref().map_or(&[][..], |it| it.binds.as_slice());
        let binds_me = binds.iter().any(|it| it.binds(&self.actor, directory));
        let standing = Standing::of(version, self.read.get(name).copied());
        let with = made_with.unwrap_or(version.number);
        Some(NamedProcedureView {
            name: name.to_string(),
            title: version.title().to_owned(),
            version: with,
            in_force: version.number,
            old: with < version.asks,
            unread_by_me: binds_me && standing.is_open(),
        })
    }
}
